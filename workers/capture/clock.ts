import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { alignClocks, type Alignment, type ClockSample } from './alignment.ts';

/** Time of one device session: milliseconds of device time since it began. Nothing else in the product converts times. */
export interface SessionClock {
  /** Device milliseconds per host millisecond, as declared. 1 on real devices. */
  readonly rate: number;
  readonly started: boolean;
  /** Sets zero. Later calls change nothing. */
  start(): void;
  /** Whole milliseconds of device time since {@link start}; 0 before it. */
  nowMs(): number;
  /** The host's monotonic clock (`performance.now()`), the input of {@link sessionMs}. */
  hostNowMs(): number;
  sessionMs(hostMonotonicMs: number): number;
  /** Waits for that much device time. Rejects with the signal's reason when it aborts. */
  sleep(deviceMs: number, signal?: AbortSignal): Promise<void>;
  /** Learns the device's own clocks; the samples with the shortest round trips decide. */
  align(samples: readonly ClockSample[]): Alignment;
  readonly alignment: Alignment | null;
  /** Session time of `SystemClock.elapsedRealtime()`; null before an alignment. */
  fromDeviceUptimeMs(deviceUptimeMs: number): number | null;
  /** Session time of the device's wall clock (Unix ms); null before an alignment that saw the wall clock. */
  fromDeviceWallMs(deviceWallMs: number): number | null;
  /** The device's wall clock now (Unix ms); null as above. */
  deviceWallNowMs(): number | null;
}

export interface SessionClockOptions {
  readonly clockRate: number;
  /** Monotonic host milliseconds; for tests. */
  readonly hostNowMs?: () => number;
  /** How host time is waited for; for tests. */
  readonly waitHostMs?: (hostMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

export function createSessionClock(options: SessionClockOptions): SessionClock {
  const rate = options.clockRate;
  if (!Number.isFinite(rate) || rate <= 0) throw new RangeError(`clockRate must be positive, not ${rate}`);
  const hostNowMs = options.hostNowMs ?? (() => performance.now());
  const waitHostMs = options.waitHostMs ?? waitReal;
  let startedAtHostMs: number | null = null;
  let alignment: Alignment | null = null;

  const sessionMs = (hostMs: number): number =>
    startedAtHostMs === null ? 0 : Math.max(0, Math.round((hostMs - startedAtHostMs) * rate));
  /** device clock = offset + rate * host, hence session = device - offset - rate * start. */
  const fromDevice = (deviceMs: number, offsetMs: number | null): number | null =>
    offsetMs === null || startedAtHostMs === null ? null : deviceMs - offsetMs - startedAtHostMs * rate;

  return {
    rate,
    hostNowMs,
    sessionMs,
    get started() {
      return startedAtHostMs !== null;
    },
    get alignment() {
      return alignment;
    },
    start() {
      startedAtHostMs ??= hostNowMs();
    },
    nowMs: () => sessionMs(hostNowMs()),
    async sleep(deviceMs, signal) {
      signal?.throwIfAborted();
      await waitHostMs(Math.max(0, deviceMs) / rate, signal);
    },
    align(samples) {
      alignment = alignClocks(samples, rate);
      return alignment;
    },
    fromDeviceUptimeMs: (deviceMs) => fromDevice(deviceMs, alignment?.uptimeOffsetMs ?? null),
    fromDeviceWallMs: (deviceMs) => fromDevice(deviceMs, alignment?.wallOffsetMs ?? null),
    deviceWallNowMs() {
      const offsetMs = alignment?.wallOffsetMs ?? null;
      return offsetMs === null ? null : offsetMs + hostNowMs() * rate;
    },
  };
}

async function waitReal(hostMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(hostMs, undefined, signal ? { signal } : {});
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
