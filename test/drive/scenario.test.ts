import { describe, expect, it } from 'vitest';
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import { PhasePlan } from '../../orchestrator/contract/job.ts';
import {
  planPhases,
  walkPhases,
  type PhaseProgress,
  type Scenario,
  type ScenarioClock,
} from '../../workers/drive/scenario.ts';

/** A clock that jumps when somebody sleeps; nothing waits. */
function drivenClock(rate = 60): ScenarioClock & { advance(deviceMs: number): void } {
  let nowMs = 0;
  return {
    rate,
    nowMs: () => nowMs,
    advance: (deviceMs) => {
      nowMs += deviceMs;
    },
    async sleep(deviceMs, signal) {
      await Promise.resolve();
      signal.throwIfAborted();
      nowMs += deviceMs;
    },
  };
}

function scenario(clock: ScenarioClock, more: Partial<Scenario> = {}): Scenario {
  return {
    enter: async () => undefined,
    onPhase: () => undefined,
    clock,
    signal: new AbortController().signal,
    ...more,
  };
}

describe('the plan of phases', () => {
  it('of an hour is 10 minutes in use, 20 in the background, 15 locked, 15 in Doze', () => {
    const plan = PhasePlan.parse(planPhases(60));
    expect(plan.map(({ phase, minutes }) => [phase, Math.round(minutes * 1000) / 1000])).toEqual([
      ['foreground', 10],
      ['background', 20],
      ['locked', 15],
      ['doze', 15],
    ]);
  });

  it.each([1, 7, 60, 1440])('of %d minutes takes them all', (minutes) => {
    const total = planPhases(minutes).reduce((sum, phase) => sum + phase.minutes, 0);
    expect(total).toBeCloseTo(minutes, 9);
  });
});

describe('the walk through the phases', () => {
  it('spends the planned device time in each, and counts the time of an entry to the phase before', async () => {
    const clock = drivenClock();
    const begun: [PhaseName, number][] = [];
    const walked = await walkPhases(
      [
        { phase: 'foreground', minutes: 1 },
        { phase: 'doze', minutes: 2 },
      ],
      scenario(clock, {
        enter: async () => clock.advance(5_000),
        onPhase: (phase, atMs) => void begun.push([phase, atMs]),
      }),
    );
    // 5 s to enter, 60 s in front, 5 s to enter Doze (still counted as foreground), 120 s in Doze
    expect(begun).toEqual([
      ['foreground', 5_000],
      ['doze', 70_000],
    ]);
    expect(walked).toEqual([
      { phase: 'foreground', fromMs: 5_000, toMs: 70_000 },
      { phase: 'doze', fromMs: 70_000, toMs: 190_000 },
    ]);
  });

  it('tells how far it is, in host seconds', async () => {
    const told: PhaseProgress[] = [];
    await walkPhases(
      [{ phase: 'locked', minutes: 4 }],
      scenario(drivenClock(60), { onProgress: (one) => told.push(one) }),
    );
    // 240 s of device time at 60 times: 4 host seconds, told each second
    expect(told.map(({ secondsLeft }) => secondsLeft)).toEqual([4, 3, 2, 1, 0]);
    expect(told.map(({ done }) => done)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('stops what runs beside a phase when the phase is over, and waits for it', async () => {
    let stopped = 0;
    const during = (_phase: PhaseName, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped += 1;
          reject(new Error('told to stop'));
        });
      });
    await walkPhases(planPhases(4), scenario(drivenClock(), { during }));
    expect(stopped).toBe(4);
  });

  it('ends with the fault of what runs beside it', async () => {
    const during = async (): Promise<void> => {
      throw new Error('explorer bug');
    };
    await expect(walkPhases(planPhases(4), scenario(drivenClock(), { during }))).rejects.toThrow('explorer bug');
  });

  it('ends where a phase cannot be entered, and when it is cancelled', async () => {
    const enter = async (phase: PhaseName): Promise<void> => {
      if (phase === 'locked') throw new Error('no lock');
    };
    await expect(walkPhases(planPhases(4), scenario(drivenClock(), { enter }))).rejects.toThrow('no lock');
    const controller = new AbortController();
    const onPhase = (phase: PhaseName): void => {
      if (phase === 'background') controller.abort(new Error('cancelled'));
    };
    await expect(
      walkPhases(planPhases(4), scenario(drivenClock(), { onPhase, signal: controller.signal })),
    ).rejects.toThrow('cancelled');
  });
});
