import type { SessionClock } from './clock.ts';

export interface Polling {
  /** Looks once more now, after what is being looked at; resolves when that is done. */
  readonly poll: () => Promise<void>;
  /** Ends the loop, looks a last time unless the session was aborted, then calls `last`. */
  readonly close: () => Promise<void>;
}

export interface PollingOptions {
  /** Never throws. */
  readonly look: () => Promise<void>;
  readonly everyDeviceMs: number;
  readonly clock: SessionClock;
  /** Of the session: aborted, there is no last look. */
  readonly signal: AbortSignal;
  /** Aborted by {@link Polling.close}, so that a look that is waiting can end as well. */
  readonly ending: AbortController;
  readonly last?: () => void;
}

/** Looks at once and then again and again in device time, never twice at the same moment, until it is closed. */
export function keepPolling(options: PollingOptions): Polling {
  const { look, clock, ending } = options;
  const signal = AbortSignal.any([options.signal, ending.signal]);
  let looking: Promise<void> = Promise.resolve();
  const poll = (): Promise<void> => (looking = looking.then(look));
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await poll();
      await clock.sleep(options.everyDeviceMs, signal).catch(() => undefined); // aborted: the loop's condition sees it
    }
  };
  const running = run();
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      ending.abort();
      await running;
      if (!options.signal.aborted) await poll();
      options.last?.();
    })();
    return closing;
  };
  return { poll, close };
}
