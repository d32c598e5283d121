import { describe, expect, it } from 'vitest';
import { openClock } from '../../workers/handset/clock.ts';
import { drivenClock } from '../support/driven-clock.ts';

describe('the clock of the handset', () => {
  it('runs at its rate on the host clock it is given, and the wall clock moves alone', () => {
    let hostMs = 1000;
    const clock = openClock(60, Date.UTC(2026, 0, 1), () => hostMs);
    const elapsedAtStart = clock.elapsedMs();
    hostMs += 1500;
    expect(clock.elapsedMs() - elapsedAtStart).toBe(90_000);
    expect(clock.nowMs()).toBe(Date.UTC(2026, 0, 1) + 90_000);
    clock.setNowMs(0);
    hostMs += 1000;
    expect(clock.nowMs()).toBe(60_000);
    expect(clock.elapsedMs() - elapsedAtStart).toBe(150_000);
    clock.close();
  });

  it('a timer that arms itself again does not drift', async () => {
    const clock = openClock(60, 0);
    const startMs = clock.elapsedMs();
    const periodMs = 600;
    const late: number[] = [];
    await new Promise<void>((resolve) => {
      const arm = (beat: number): void => {
        clock.after(startMs + beat * periodMs - clock.elapsedMs(), () => {
          late.push(clock.elapsedMs() - startMs - beat * periodMs);
          if (beat < 30) arm(beat + 1);
          else resolve();
        });
      };
      arm(1);
    });
    clock.close();
    expect(late).toHaveLength(30);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  });

  it('timers fire in the order of their instants, and a cancelled one never', async () => {
    const clock = drivenClock();
    const fired: string[] = [];
    clock.after(300, () => fired.push('late'));
    clock.after(100, () => fired.push('early'));
    clock.after(100, () => fired.push('early too'));
    clock.after(200, () => fired.push('cancelled'))();
    await clock.advance(250);
    expect(fired).toEqual(['early', 'early too']);
    await clock.advance(50);
    expect(fired).toEqual(['early', 'early too', 'late']);
  });

  it('a real clock keeps that order too, past timers that are due together', async () => {
    let hostMs = 0;
    const clock = openClock(1, 0, () => hostMs);
    const fired: number[] = [];
    for (const ms of [3, 1, 2]) clock.after(ms, () => fired.push(ms));
    clock.after(2, () => fired.push(99))();
    hostMs = 5;
    await new Promise<void>((resolve) => clock.after(0, resolve));
    clock.close();
    expect(fired).toEqual([1, 2, 3]);
  });

  it('sleep ends early and says so when it is aborted', async () => {
    const clock = drivenClock();
    const ending = new AbortController();
    const sleeping = clock.sleep(1000, ending.signal);
    ending.abort(new Error('gone'));
    await expect(sleeping).rejects.toThrow('gone');
    await expect(clock.sleep(1, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });
});
