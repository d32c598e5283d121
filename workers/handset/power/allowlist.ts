import type { DeviceClock } from '../system.ts';

/** Reasons of PowerExemptionManager: 101 is a high-priority push, 301 an alarm that runs while idle. */
export type AllowReason = 'shell' | 'PUSH_MESSAGING' | 'ALARM_MANAGER_WHILE_IDLE';

/** Longest stay on the temporary list (max_temp_app_allowlist_duration_ms). */
const MOST_TEMPORARY_MS = 300_000;

interface Temporary {
  readonly untilMs: number;
  readonly reason: AllowReason;
}

/** Uids that Doze leaves their network and alarms: for good (by package), or for some seconds (by uid). */
export class Allowlist {
  /** System packages that are exempt from everything, and those exempt from app standby and light limits only. */
  readonly system = new Set(['com.google.android.gms', 'com.android.shell', 'com.android.vending']);
  readonly user = new Set<string>();
  readonly #clock: DeviceClock;
  readonly #temporary = new Map<number, Temporary>();
  readonly #ended: () => void;

  constructor(clock: DeviceClock, ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  allow(uid: number, forMs: number, reason: AllowReason): void {
    const untilMs = this.#clock.elapsedMs() + Math.min(forMs, MOST_TEMPORARY_MS);
    const before = this.#temporary.get(uid);
    if (before !== undefined && before.untilMs >= untilMs) return;
    this.#temporary.set(uid, { untilMs, reason });
    this.#clock.after(untilMs - this.#clock.elapsedMs(), () => this.#expire(uid, untilMs));
  }

  withdraw(uid: number): void {
    this.#temporary.delete(uid);
  }

  isAllowed(uid: number, packageNames: readonly string[]): boolean {
    return this.isTemporary(uid) || packageNames.some((name) => this.user.has(name) || this.system.has(name));
  }

  isTemporary(uid: number): boolean {
    const entry = this.#temporary.get(uid);
    return entry !== undefined && entry.untilMs > this.#clock.elapsedMs();
  }

  temporary(): { uid: number; remainingMs: number; reason: AllowReason }[] {
    const now = this.#clock.elapsedMs();
    return [...this.#temporary]
      .filter(([, entry]) => entry.untilMs > now)
      .map(([uid, entry]) => ({ uid, remainingMs: entry.untilMs - now, reason: entry.reason }));
  }

  #expire(uid: number, untilMs: number): void {
    if (this.#temporary.get(uid)?.untilMs !== untilMs) return;
    this.#temporary.delete(uid);
    this.#ended();
  }
}
