import type { DeviceClock } from './system.ts';

/** The handset's clock with what its owner may do: set the wall clock, end all timers. */
export interface OwnedClock extends DeviceClock {
  /** `date` as root: moves the wall clock, never the elapsed time. */
  setNowMs(wallMs: number): void;
  close(): void;
}

interface Timer {
  readonly atElapsedMs: number;
  readonly run: () => void;
}

/** A handset that was just switched on has been up for this long when the first client sees it. */
const BOOT_ELAPSED_MS = 21_000;
/** setTimeout's limit; longer waits are made of several. */
const LONGEST_HOST_WAIT_MS = 2_000_000_000;

/**
 * A clock that runs `rate` device milliseconds per host millisecond. Every timer is kept as an absolute device instant
 * and checked against the host's monotonic clock when it fires, so that errors never add up.
 */
export function openClock(
  rate: number,
  startWallMs: number,
  hostMs: () => number = () => performance.now(),
): OwnedClock {
  const startHostMs = hostMs();
  let wallOffsetMs = startWallMs - BOOT_ELAPSED_MS;
  const timers: Timer[] = [];
  let armed: NodeJS.Timeout | undefined;

  const elapsedMs = (): number => BOOT_ELAPSED_MS + (hostMs() - startHostMs) * rate;

  const arm = (): void => {
    clearTimeout(armed);
    const next = timers[0];
    if (next === undefined) return;
    const hostWaitMs = Math.max(0, (next.atElapsedMs - elapsedMs()) / rate);
    armed = setTimeout(fire, Math.min(Math.ceil(hostWaitMs), LONGEST_HOST_WAIT_MS));
  };

  const fire = (): void => {
    const dueMs = elapsedMs();
    for (let timer = timers[0]; timer !== undefined && timer.atElapsedMs <= dueMs; timer = timers[0]) {
      timers.shift();
      timer.run();
    }
    arm();
  };

  const after = (deviceMs: number, run: () => void): (() => void) => {
    const timer: Timer = { atElapsedMs: elapsedMs() + Math.max(0, deviceMs), run };
    const place = firstLater(timers, timer.atElapsedMs);
    timers.splice(place, 0, timer);
    if (place === 0) arm();
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
      if (index === 0) arm();
    };
  };

  return {
    rate,
    nowMs: () => wallOffsetMs + elapsedMs(),
    elapsedMs,
    after,
    sleep: (deviceMs, signal) => sleepOn(after, deviceMs, signal),
    setNowMs(wallMs) {
      wallOffsetMs = wallMs - elapsedMs();
    },
    close() {
      clearTimeout(armed);
      timers.length = 0;
    },
  };
}

/** Waits by a clock's `after`; rejects with the signal's reason when it is aborted. */
export function sleepOn(after: DeviceClock['after'], deviceMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const cancel = after(deviceMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Index of the first timer that is due after that instant: equal instants keep their order. */
function firstLater(timers: readonly Timer[], atElapsedMs: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timers[middle]?.atElapsedMs ?? Infinity) <= atElapsedMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
