import { sleepOn } from '../../workers/handset/clock.ts';
import type { DeviceClock } from '../../workers/handset/system.ts';

/** A device clock that moves only when it is told to. */
export interface DrivenClock extends DeviceClock {
  /** Moves on, running each timer at its own instant, with room for promises to settle between two. */
  advance(deviceMs: number): Promise<void>;
  setNowMs(wallMs: number): void;
  /** Resolves once somebody waits on this clock: what was just started may need a few turns to get there. */
  awaited(): Promise<void>;
}

export function drivenClock(startWallMs = Date.UTC(2026, 0, 5, 8), startElapsedMs = 21_000): DrivenClock {
  let elapsedMs = startElapsedMs;
  let wallOffsetMs = startWallMs - startElapsedMs;
  let made = 0;
  const timers = new Map<number, { atMs: number; run: () => void }>();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const after: DeviceClock['after'] = (deviceMs, run) => {
    const id = made++;
    timers.set(id, { atMs: elapsedMs + Math.max(0, deviceMs), run });
    return () => timers.delete(id);
  };

  const nextUntil = (untilMs: number): [number, { atMs: number; run: () => void }] | undefined =>
    [...timers].filter(([, timer]) => timer.atMs <= untilMs).sort(([a, x], [b, y]) => x.atMs - y.atMs || a - b)[0];

  return {
    rate: 1,
    nowMs: () => wallOffsetMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    after,
    sleep: (deviceMs, signal) => sleepOn(after, deviceMs, signal),
    setNowMs(wallMs) {
      wallOffsetMs = wallMs - elapsedMs;
    },
    async awaited() {
      while (timers.size === 0) await settle();
    },
    async advance(deviceMs) {
      const untilMs = elapsedMs + deviceMs;
      await settle();
      for (let next = nextUntil(untilMs); next !== undefined; next = nextUntil(untilMs)) {
        const [id, timer] = next;
        timers.delete(id);
        elapsedMs = timer.atMs;
        timer.run();
        await settle();
      }
      elapsedMs = untilMs;
      await settle();
    },
  };
}
