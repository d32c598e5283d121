import { createHash } from 'node:crypto';
import type { DeviceClock, Packages } from '../system.ts';
import type { DevicePower } from '../power/power.ts';
import {
  ALARM_LIMITS,
  grantedWindowMs,
  standbyQuota,
  whileIdleQuota,
  type Alarm,
  type AlarmRequest,
  type AlarmTimes,
} from './alarm.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** AlarmManagerService keeps ten removed alarms of each uid. */
const REMOVALS_KEPT = 10;
const WAKEUPS_KEPT = 1000;

export interface AlarmNeeds {
  readonly clock: DeviceClock;
  readonly power: DevicePower;
  readonly packages: Packages;
  readonly apiLevel: number;
}

export interface Removal {
  readonly alarm: Alarm;
  readonly reason: string;
  readonly atMs: number;
  readonly atWallMs: number;
}

/**
 * AlarmManager. One timer waits for the next delivery; every change of Doze, charging or buckets computes it anew.
 * Alarms of stopped apps do not exist: stopping an app removes them.
 */
export class Alarms {
  readonly #needs: AlarmNeeds;
  readonly #pending = new Map<string, Alarm>();
  /** Deliveries by package, newest last. */
  readonly #wakeups = new Map<string, number[]>();
  readonly #whileIdle = new Map<string, number[]>();
  readonly #removals = new Map<number, Removal[]>();
  #cancelTimer: (() => void) | null = null;
  #serial = 0;
  #delivering = false;

  constructor(needs: AlarmNeeds) {
    this.#needs = needs;
  }

  /** Sets an alarm; one of the same package and tag is replaced. Null where the app has too many. */
  set(request: AlarmRequest): Alarm | null {
    const { clock, apiLevel } = this.#needs;
    const nowMs = clock.elapsedMs();
    this.#remove(request.packageName, request.tag, null);
    const ofUid = this.pending().filter((each) => each.request.uid === request.uid).length;
    if (ofUid >= ALARM_LIMITS.mostPerUid) return null;
    const triggerAtMs = Math.max(request.triggerAtMs, nowMs + ALARM_LIMITS.minFuturityMs);
    const repeatMs = request.repeatMs === 0 ? 0 : Math.max(request.repeatMs, ALARM_LIMITS.minRepeatMs);
    const serial = ++this.#serial;
    const id = createHash('sha256').update(`${request.packageName} ${request.tag} ${serial}`).digest('hex').slice(0, 7);
    const windowMs = grantedWindowMs({ ...request, triggerAtMs, repeatMs }, nowMs, apiLevel);
    const alarm: Alarm = { id, request, requesterMs: triggerAtMs, windowMs, repeatMs, count: 0 };
    this.#pending.set(id, alarm);
    this.rearm();
    return alarm;
  }

  cancel(packageName: string, tag: string): void {
    this.#remove(packageName, tag, 'alarm_cancelled');
    this.rearm();
  }

  /** The app was stopped or is gone. */
  removePackage(packageName: string, reason: string): void {
    this.#remove(packageName, null, reason);
    this.rearm();
  }

  pending(): Alarm[] {
    return [...this.#pending.values()];
  }

  wakeups(): ReadonlyMap<string, readonly number[]> {
    return this.#wakeups;
  }

  removals(): ReadonlyMap<number, readonly Removal[]> {
    return this.#removals;
  }

  times(alarm: Alarm): AlarmTimes {
    const { power, clock } = this.#needs;
    const { request, requesterMs } = alarm;
    const standbyMs = this.#standbyMs(alarm);
    let idleMs: number | null = null;
    let held = false;
    if (power.deepIdle === 'IDLE' && !this.#unrestricted(request)) {
      if (request.allowWhileIdle) idleMs = this.#whileIdleMs(request);
      else {
        held = true;
        idleMs = power.doze.nextDeepAtMs ?? clock.elapsedMs() + HOUR;
      }
    }
    const whenMs = Math.max(requesterMs, standbyMs ?? -Infinity, idleMs ?? -Infinity);
    const maxWhenMs = Math.max(whenMs, requesterMs + alarm.windowMs);
    return { requesterMs, standbyMs, idleMs, whenMs, maxWhenMs, held };
  }

  /** Waits for the next delivery. Called after whatever may move one. */
  rearm(): void {
    if (this.#delivering) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    let nextMs = Infinity;
    for (const alarm of this.#pending.values()) {
      const times = this.times(alarm);
      if (!times.held) nextMs = Math.min(nextMs, this.#deliveryMs(alarm, times));
    }
    if (nextMs === Infinity) return;
    const { clock } = this.#needs;
    this.#cancelTimer = clock.after(Math.max(0, nextMs - clock.elapsedMs()), () => this.#deliver());
  }

  close(): void {
    this.#cancelTimer?.();
    this.#pending.clear();
  }

  /**
   * Up to Android 11 a lone inexact alarm goes off at the start of its window. Since 12 the store is lazy: it waits for
   * the end of the window, but whatever else is delivered in between takes it along, and TIME_TICK is delivered on
   * each full minute of the wall clock (AOSP LazyAlarmStore, AlarmManagerService.triggerAlarmsLocked).
   */
  #deliveryMs(alarm: Alarm, times: AlarmTimes): number {
    if (this.#needs.apiLevel < 31 || alarm.windowMs === 0) return times.whenMs;
    const { clock } = this.#needs;
    const wallOffsetMs = clock.nowMs() - clock.elapsedMs();
    const tickMs = Math.ceil((times.whenMs + wallOffsetMs) / MINUTE) * MINUTE - wallOffsetMs;
    return Math.min(times.maxWhenMs, tickMs);
  }

  #deliver(): void {
    const { clock, packages } = this.#needs;
    // A timer may fire a fraction of a millisecond before its instant.
    const nowMs = clock.elapsedMs() + 0.5;
    const due = this.pending().filter((alarm) => {
      const times = this.times(alarm);
      return !times.held && times.whenMs <= nowMs;
    });
    this.#delivering = true;
    for (const alarm of due) {
      const { request } = alarm;
      // The first of a batch may have used up the quota of the next.
      if (!this.#pending.has(alarm.id) || this.times(alarm).whenMs > nowMs) continue;
      this.#pending.delete(alarm.id);
      const found = packages.get(request.packageName);
      if (found === undefined || found.stopped) continue;
      this.#note(request);
      const missed = alarm.repeatMs === 0 ? 0 : Math.floor((nowMs - alarm.requesterMs) / alarm.repeatMs);
      if (alarm.repeatMs > 0) {
        alarm.requesterMs += (missed + 1) * alarm.repeatMs;
        alarm.windowMs = grantedWindowMs({ ...request, repeatMs: alarm.repeatMs }, nowMs, this.#needs.apiLevel);
        this.#pending.set(alarm.id, alarm);
      }
      request.run(missed + 1);
    }
    this.#delivering = false;
    this.rearm();
  }

  #note(request: AlarmRequest): void {
    const nowMs = this.#needs.clock.elapsedMs();
    keepSince(this.#wakeups, request.packageName, nowMs, 24 * HOUR);
    if (!request.allowWhileIdle) return;
    keepSince(this.#whileIdle, request.packageName, nowMs, HOUR);
    const { power } = this.#needs;
    if (power.idling) power.allowTemporarily(request.uid, ALARM_LIMITS.whileIdleAllowMs, 'ALARM_MANAGER_WHILE_IDLE');
  }

  #unrestricted(request: AlarmRequest): boolean {
    const { allowlist } = this.#needs.power;
    return request.uid < 10_000 || allowlist.user.has(request.packageName) || allowlist.system.has(request.packageName);
  }

  #standbyMs(alarm: Alarm): number | null {
    const { power } = this.#needs;
    const { packageName } = alarm.request;
    if (power.charging || this.#unrestricted(alarm.request)) return null;
    const { most, windowMs } = standbyQuota(power.bucket(packageName));
    if (most === Infinity) return null;
    if (most === 0) return alarm.requesterMs + windowMs;
    const history = this.#wakeups.get(packageName) ?? [];
    const oldest = history[history.length - most];
    return oldest === undefined ? null : oldest + windowMs;
  }

  #whileIdleMs(request: AlarmRequest): number | null {
    const history = this.#whileIdle.get(request.packageName) ?? [];
    if (this.#needs.apiLevel < 31) {
      const last = history.at(-1);
      return last === undefined ? null : last + ALARM_LIMITS.whileIdleGapMs;
    }
    const oldest = history[history.length - whileIdleQuota(request)];
    return oldest === undefined ? null : oldest + HOUR;
  }

  #remove(packageName: string, tag: string | null, reason: string | null): void {
    const { clock } = this.#needs;
    for (const alarm of this.pending()) {
      if (alarm.request.packageName !== packageName || (tag !== null && alarm.request.tag !== tag)) continue;
      this.#pending.delete(alarm.id);
      if (reason === null) continue;
      const ring = this.#removals.get(alarm.request.uid) ?? [];
      ring.push({ alarm, reason, atMs: clock.elapsedMs(), atWallMs: clock.nowMs() });
      this.#removals.set(alarm.request.uid, ring.slice(-REMOVALS_KEPT));
    }
  }
}

function keepSince(histories: Map<string, number[]>, key: string, nowMs: number, spanMs: number): void {
  const history = histories.get(key) ?? [];
  history.push(nowMs);
  while (history.length > WAKEUPS_KEPT || (history[0] ?? nowMs) < nowMs - spanMs) history.shift();
  histories.set(key, history);
}
