import type { DeviceClock, StandbyBucket } from '../system.ts';

const HOUR = 3_600_000;

/** Elapsed time without use after which an app falls into a bucket (AOSP AppStandbyController, android14). */
const THRESHOLDS: readonly { readonly unusedMs: number; readonly bucket: StandbyBucket; readonly sinceApi: number }[] =
  [
    { unusedMs: 8 * 24 * HOUR, bucket: 45, sinceApi: 31 },
    { unusedMs: 48 * HOUR, bucket: 40, sinceApi: 28 },
    { unusedMs: 24 * HOUR, bucket: 30, sinceApi: 28 },
    { unusedMs: 12 * HOUR, bucket: 20, sinceApi: 28 },
    { unusedMs: 0, bucket: 10, sinceApi: 28 },
  ];

/** App standby buckets: by last use, unless the shell has set one that lasts until the next use. */
export class Standby {
  readonly #clock: DeviceClock;
  readonly #apiLevel: number;
  readonly #lastUsedMs = new Map<string, number>();
  readonly #forced = new Map<string, StandbyBucket>();

  constructor(clock: DeviceClock, apiLevel: number) {
    this.#clock = clock;
    this.#apiLevel = apiLevel;
  }

  /** A person used the app: it is active again. */
  used(packageName: string): void {
    this.#lastUsedMs.set(packageName, this.#clock.elapsedMs());
    this.#forced.delete(packageName);
  }

  set(packageName: string, bucket: StandbyBucket): void {
    this.#forced.set(packageName, bucket);
  }

  forget(packageName: string): void {
    this.#lastUsedMs.delete(packageName);
    this.#forced.delete(packageName);
  }

  lastUsedMs(packageName: string): number | null {
    return this.#lastUsedMs.get(packageName) ?? null;
  }

  /** 50 (never) until the first use. */
  bucket(packageName: string): StandbyBucket {
    const forced = this.#forced.get(packageName);
    if (forced !== undefined) return forced;
    const last = this.#lastUsedMs.get(packageName);
    if (last === undefined) return 50;
    const unusedMs = this.#clock.elapsedMs() - last;
    const row = THRESHOLDS.find((each) => unusedMs >= each.unusedMs && this.#apiLevel >= each.sinceApi);
    return row?.bucket ?? 10;
  }
}
