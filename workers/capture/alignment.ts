/**
 * The device's own clocks against the host's monotonic clock: device = offset + rate * host. A sample is taken by
 * reading /proc/uptime (and `date`) through adb; its error is at most half its round trip, so short trips decide.
 */
export interface ClockSample {
  /** Host monotonic milliseconds halfway between asking and being answered. */
  readonly hostMs: number;
  readonly roundTripMs?: number;
  /** Milliseconds since the device booted. */
  readonly deviceUptimeMs: number;
  /** The device's wall clock, Unix milliseconds. */
  readonly deviceWallMs?: number;
  /** Minutes that the device's local time, in which its dumps are written, is ahead of UTC. */
  readonly zoneOffsetMinutes?: number;
}

export interface Alignment {
  readonly uptimeOffsetMs: number | null;
  readonly wallOffsetMs: number | null;
  /** As the last sample that knew it said; null where none did. */
  readonly zoneOffsetMinutes: number | null;
  /** Slope found in the samples; null where they span too little time to tell. */
  readonly measuredRate: number | null;
  /** measuredRate / declared rate - 1; null as above. */
  readonly rateError: number | null;
  /** True where the measured rate differs from the declared one by more than 2 %. */
  readonly rateSuspect: boolean;
  /** Half the largest round trip among the samples used: the uncertainty of a converted time, in host ms. */
  readonly uncertaintyHostMs: number | null;
  readonly samplesUsed: number;
}

const TOLERATED_RATE_ERROR = 0.02;

/** Never throws: with no samples every field is null. */
export function alignClocks(samples: readonly ClockSample[], declaredRate: number): Alignment {
  const used = shortestTrips(samples);
  const trips = used.map((sample) => sample.roundTripMs ?? 0);
  const worstTripMs = Math.max(0, ...trips);
  const measuredRate = slope(shortestTripsOfBothEnds(samples));
  const rateError = measuredRate === null ? null : measuredRate / declaredRate - 1;
  return {
    uptimeOffsetMs: median(used.map((sample) => sample.deviceUptimeMs - sample.hostMs * declaredRate)),
    wallOffsetMs: median(
      used.flatMap((sample) =>
        sample.deviceWallMs === undefined ? [] : [sample.deviceWallMs - sample.hostMs * declaredRate],
      ),
    ),
    zoneOffsetMinutes: samples.findLast((sample) => sample.zoneOffsetMinutes !== undefined)?.zoneOffsetMinutes ?? null,
    measuredRate,
    rateError,
    rateSuspect: rateError !== null && Math.abs(rateError) > TOLERATED_RATE_ERROR,
    uncertaintyHostMs: used.length === 0 ? null : worstTripMs / 2,
    samplesUsed: used.length,
  };
}

/** The half of the samples (at least two) with the shortest round trips, in order of time. */
function shortestTrips(samples: readonly ClockSample[], least = 2): ClockSample[] {
  const sound = samples.filter((sample) => Number.isFinite(sample.hostMs) && Number.isFinite(sample.deviceUptimeMs));
  const byTrip = [...sound].sort((a, b) => (a.roundTripMs ?? 0) - (b.roundTripMs ?? 0));
  return byTrip.slice(0, Math.max(least, Math.ceil(sound.length / 2))).sort((a, b) => a.hostMs - b.hostMs);
}

/** A rate needs a span: the sharpest samples of the first half of the time and those of the second. */
function shortestTripsOfBothEnds(samples: readonly ClockSample[]): ClockSample[] {
  const times = samples.map((sample) => sample.hostMs);
  const middleMs = (Math.min(...times) + Math.max(...times)) / 2;
  const early = samples.filter((sample) => sample.hostMs <= middleMs);
  const late = samples.filter((sample) => sample.hostMs > middleMs);
  return [...shortestTrips(early, 1), ...shortestTrips(late, 1)];
}

/**
 * Least squares of uptime over host time: sum((h - mean h)(u - mean u)) / sum((h - mean h)^2). Null where the samples
 * span less than a hundred times the worst round trip, since half a trip of error would then exceed half a percent.
 */
function slope(samples: readonly ClockSample[]): number | null {
  const worstTripMs = Math.max(0, ...samples.map((sample) => sample.roundTripMs ?? 0));
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.hostMs - first.hostMs < Math.max(100, worstTripMs * 100)) return null;
  const meanHost = mean(samples.map((sample) => sample.hostMs));
  const meanUptime = mean(samples.map((sample) => sample.deviceUptimeMs));
  let above = 0;
  let below = 0;
  for (const sample of samples) {
    above += (sample.hostMs - meanHost) * (sample.deviceUptimeMs - meanUptime);
    below += (sample.hostMs - meanHost) ** 2;
  }
  return above / below;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? upper);
  return (upper + lower) / 2;
}
