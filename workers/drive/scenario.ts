import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { PhasePlan } from '../../orchestrator/contract/job.ts';

/** Device time of a session: milliseconds since it began. Whoever drives a test moves it by hand. */
export interface ScenarioClock {
  nowMs(): number;
  /** Resolves after that much device time; rejects when aborted. */
  sleep(deviceMs: number, signal: AbortSignal): Promise<void>;
  /** Device milliseconds per host millisecond, for what people are told. */
  readonly rate: number;
}

export interface PhaseProgress {
  readonly phase: PhaseName;
  /** Share of the whole plan that is over, 0…1. */
  readonly done: number;
  /** Host seconds until the end of the plan. */
  readonly secondsLeft: number;
}

/** A span of device time that was spent in a phase. */
export interface WalkedPhase {
  readonly phase: PhaseName;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scenario {
  /** Puts the device into the phase, and resolves when it is proven to be there. */
  enter(phase: PhaseName, signal: AbortSignal): Promise<void>;
  /** The phase has begun, at that device time. */
  onPhase(phase: PhaseName, atMs: number): void | Promise<void>;
  /** Runs beside the phase, such as an exploration in the foreground; aborted when the phase is over. */
  during?(phase: PhaseName, signal: AbortSignal): Promise<void>;
  onProgress?(progress: PhaseProgress): void;
  readonly clock: ScenarioClock;
  readonly signal: AbortSignal;
}

/** Shares of the window: little use, then long in the background, as handsets lie about most of the day. */
const SHARES: readonly (readonly [PhaseName, number])[] = [
  ['foreground', 1 / 6],
  ['background', 1 / 3],
  ['locked', 1 / 4],
  ['doze', 1 / 4],
];

/** Device time between two words on how far it is; at most, and about a host second. */
const PROGRESS_HOST_MS = 1000;

/** Phases for so many device minutes, all phases together. */
export function planPhases(minutes: number): PhasePlan {
  return SHARES.map(([phase, share]) => ({ phase, minutes: minutes * share }));
}

/**
 * Walks through the phases in device time. A phase lasts as planned from the moment in which it is proven to have
 * begun; time that its entry took belongs to the phase before. Gives the spans as walked.
 * What `enter` throws ends the walk; what `during` throws does too, unless the phase was already over.
 */
export async function walkPhases(plan: PhasePlan, scenario: Scenario): Promise<WalkedPhase[]> {
  const { clock, signal } = scenario;
  const walked: WalkedPhase[] = [];
  let leftMs = plan.reduce((sum, { minutes }) => sum + minutes * 60_000, 0);
  const totalMs = leftMs;
  for (const { phase, minutes } of plan) {
    signal.throwIfAborted();
    await scenario.enter(phase, signal);
    const fromMs = clock.nowMs();
    const previous = walked.at(-1);
    if (previous !== undefined) walked[walked.length - 1] = { ...previous, toMs: fromMs };
    await scenario.onPhase(phase, fromMs);
    await runPhase(phase, minutes * 60_000, scenario, (spentMs) => {
      const remainingMs = Math.max(0, leftMs - spentMs);
      const done = totalMs === 0 ? 1 : 1 - remainingMs / totalMs;
      scenario.onProgress?.({ phase, done, secondsLeft: remainingMs / clock.rate / 1000 });
    });
    leftMs -= minutes * 60_000;
    walked.push({ phase, fromMs, toMs: clock.nowMs() });
  }
  return walked;
}

async function runPhase(
  phase: PhaseName,
  lengthMs: number,
  scenario: Scenario,
  report: (spentMs: number) => void,
): Promise<void> {
  const { clock } = scenario;
  const over = new AbortController();
  const signal = AbortSignal.any([scenario.signal, over.signal]);
  const startMs = clock.nowMs();
  let fault: unknown = null;
  const beside = (scenario.during?.(phase, signal) ?? Promise.resolve()).catch((error: unknown) => {
    if (signal.aborted) return; // it was told to stop, and did
    fault = error;
    over.abort();
  });
  try {
    for (let spentMs = 0; spentMs < lengthMs && fault === null; spentMs = clock.nowMs() - startMs) {
      report(spentMs);
      await clock.sleep(Math.min(PROGRESS_HOST_MS * clock.rate, lengthMs - spentMs), signal);
    }
    report(lengthMs);
  } catch (error) {
    if (fault === null) throw error;
  } finally {
    over.abort();
    await beside;
  }
  if (fault !== null) throw fault as Error;
}
