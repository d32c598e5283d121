import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { Shell } from './shell.ts';

/** The device's clock at one instant, between two readings of the host's monotonic clock. */
export interface ClockSample {
  readonly hostBeforeMs: number;
  readonly hostAfterMs: number;
  /** Milliseconds since the device booted, sleep included. */
  readonly uptimeMs: number;
  /** Wall clock of the device, Unix milliseconds. */
  readonly wallMs: number;
  /** Minutes east of UTC of the device's time zone, in which dumps and logs are written. */
  readonly zoneOffsetMinutes: number;
}

/** Reads the device's clock once. `hostNowMs` is the host's monotonic clock. Error: `adb-failed`. */
export async function sampleClock(
  shell: Shell,
  hostNowMs: () => number = () => performance.now(),
  signal?: AbortSignal,
): Promise<ClockSample> {
  const options = signal === undefined ? {} : { signal };
  const hostBeforeMs = hostNowMs();
  const { stdout } = await shell('cat /proc/uptime; date +%s%N; date +%z', options);
  const hostAfterMs = hostNowMs();
  return { hostBeforeMs, hostAfterMs, ...parseClock(stdout) };
}

/** The given number of samples; the one with the least round trip is the sharpest. */
export async function sampleClockOften(
  shell: Shell,
  count: number,
  hostNowMs: () => number = () => performance.now(),
  signal?: AbortSignal,
): Promise<ClockSample[]> {
  const samples: ClockSample[] = [];
  for (let turn = 0; turn < count; turn += 1) samples.push(await sampleClock(shell, hostNowMs, signal));
  return samples;
}

export function parseClock(text: string): Pick<ClockSample, 'uptimeMs' | 'wallMs' | 'zoneOffsetMinutes'> {
  const [uptime, wall, zone] = text.split('\n').map((line) => line.trim());
  const uptimeMs = Number(uptime?.split(' ')[0]) * 1000;
  const zoneParts = /^([+-])(\d\d)(\d\d)$/.exec(zone ?? '');
  // A toybox without %N leaves the letter or gives seconds alone (10 digits) instead of nanoseconds (19).
  const digits = /^\d{10,19}/.exec(wall ?? '')?.[0];
  if (!Number.isFinite(uptimeMs) || digits === undefined || zoneParts === null) {
    throw new Fault('adb-failed', `the device does not tell the time: "${printable(text.trim(), 120)}"`);
  }
  const wallMs = digits.length > 10 ? Number(digits.slice(0, 13).padEnd(13, '0')) : Number(digits) * 1000;
  const zoneOffsetMinutes = (zoneParts[1] === '-' ? -1 : 1) * (Number(zoneParts[2]) * 60 + Number(zoneParts[3]));
  return { uptimeMs: Math.round(uptimeMs), wallMs, zoneOffsetMinutes };
}
