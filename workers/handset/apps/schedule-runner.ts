import type { Schedule } from '../../../orchestrator/contract/behaviour.ts';
import { printable } from '../../../orchestrator/contract/fault.ts';
import { shortComponent } from '../android/component.ts';
import type { DevicePower } from '../power/power.ts';
import type { Alarms } from '../schedule/alarms.ts';
import type { Jobs } from '../schedule/jobs.ts';
import type { DeviceClock, InstalledPackage, Processes, Services } from '../system.ts';
import type { AppClient } from './client.ts';
import { conditionHolds } from './condition.ts';
import { exactAlarmReason, jobServiceOf, receiverOf, serviceOf } from './components.ts';
import { nextBeat, sequenceOf, type Beat } from './sequence.ts';
import { wishOfSchedule, type Wish } from './wish.ts';

export interface RunnerParts {
  readonly clock: DeviceClock;
  readonly power: DevicePower;
  readonly alarms: Alarms;
  readonly jobs: Jobs;
  readonly processes: Processes;
  readonly services: Services;
  readonly apiLevel: number;
}

/** The shortest interval that is honoured: 100 ms of the device and 10 ms of the host, whichever is longer. */
const LEAST_DEVICE_MS = 100;
const LEAST_HOST_MS = 10;

/** One schedule of one app, from the app's launch to its end. Active while its condition holds. */
export class ScheduleRunner {
  readonly #parts: RunnerParts;
  readonly #app: InstalledPackage;
  readonly #schedule: Schedule;
  readonly #jobId: number;
  readonly #client: AppClient;
  readonly #wish: Wish;
  readonly #sequence: Generator<number, never>;
  readonly #leastMs: number;
  #active = false;
  /** The process (or the service) that carries a timer; timers of a dead process are lost. */
  #carried = false;
  #cancelTimer: (() => void) | null = null;
  /** A timer that came due while the process was frozen: it goes off when it thaws. */
  #overdue: Beat | null = null;

  constructor(parts: RunnerParts, app: InstalledPackage, index: number, client: AppClient, wish: Wish, seed: number) {
    const schedule = app.behaviour?.schedules[index];
    if (schedule === undefined) throw new Error(`no schedule ${index}`);
    this.#parts = parts;
    this.#app = app;
    this.#schedule = schedule;
    this.#jobId = index + 1;
    this.#client = client;
    this.#wish = wish;
    this.#sequence = sequenceOf(seed, schedule.id);
    this.#leastMs = Math.max(LEAST_DEVICE_MS, LEAST_HOST_MS * parts.clock.rate);
  }

  /** Looks again whether the schedule is active: after each change of power, front, process or service. */
  update(): void {
    const { via, phase } = this.#schedule;
    const isTimer = via === 'timer' || via === 'foreground-service';
    const holds = conditionHolds(phase, this.#app.name, this.#parts.power);
    const wanted = holds && (!isTimer || this.#carried);
    if (wanted === this.#active) return;
    this.#active = wanted;
    if (wanted) this.#begin();
    else this.#halt();
  }

  /** The app's own code runs (again): it sets its timers. A service is started where the schedule needs one. */
  launched(): void {
    this.#carried = true;
    if (this.#schedule.via === 'foreground-service') {
      const { className, types } = serviceOf(this.#app.facts, this.#schedule.service);
      this.#parts.services.start(this.#app.name, className, types);
    }
    this.update();
  }

  processDied(): void {
    this.#carried = false;
    this.#overdue = null;
    this.update();
  }

  thawed(): void {
    const beat = this.#overdue;
    this.#overdue = null;
    if (beat !== null && this.#active) this.#beat(beat);
  }

  close(): void {
    this.#active = false;
    this.#halt();
  }

  #begin(): void {
    const { via } = this.#schedule;
    if (via === 'job') this.#scheduleJob();
    else if (via === 'alarm' || via === 'exact-alarm') this.#setAlarm(true);
    else this.#setTimer(true);
  }

  #halt(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#overdue = null;
    const { via } = this.#schedule;
    if (via === 'job') this.#parts.jobs.cancel(this.#app.name, this.#jobId);
    if (via === 'alarm' || via === 'exact-alarm') this.#parts.alarms.cancel(this.#app.name, this.#tag());
  }

  #draw(first: boolean): Beat {
    const beat = nextBeat(this.#sequence, this.#schedule, first);
    return { ...beat, delayMs: Math.max(beat.delayMs, first ? 0 : this.#leastMs) };
  }

  #setTimer(first: boolean): void {
    const beat = this.#draw(first);
    this.#cancelTimer = this.#parts.clock.after(beat.delayMs, () => {
      const process = this.#parts.processes.ofPackage(this.#app.name)[0];
      if (process === undefined) return this.processDied();
      if (process.frozen) this.#overdue = beat;
      else this.#beat(beat);
    });
  }

  #beat(beat: Beat): void {
    if (this.#schedule.via === 'foreground-service' && !this.#serviceRuns()) {
      this.#carried = false;
      return this.update();
    }
    this.#setTimer(false);
    if (!beat.dropped) void this.#client.perform(this.#wish);
  }

  #serviceRuns(): boolean {
    const { className } = serviceOf(this.#app.facts, this.#schedule.service);
    const running = this.#parts.services.running(this.#app.name);
    return running.some((each) => each.className === className && each.foregroundTypes !== null);
  }

  #tag(): string {
    return `*walarm*:${this.#app.name}.${printable(this.#schedule.id, 64).replace(/\s/g, '_')}`;
  }

  #setAlarm(first: boolean): void {
    const { clock, alarms, apiLevel } = this.#parts;
    const { everySeconds, jitter, via } = this.#schedule;
    const beat = this.#draw(first);
    const exact = via === 'exact-alarm';
    const reason = exact ? exactAlarmReason(this.#app, apiLevel) : null;
    if (exact && reason === null && first) {
      this.#client.log(
        'W',
        'java.lang.SecurityException: Caller needs to hold SCHEDULE_EXACT_ALARM; using an inexact alarm',
      );
    }
    // Without jitter an app asks for a repeating alarm once; with it, it sets the next one when this one goes off.
    const repeats = !exact && jitter === 0;
    let dropped = beat.dropped;
    const set = alarms.set({
      packageName: this.#app.name,
      uid: this.#app.uid,
      tag: this.#tag(),
      triggerAtMs: clock.elapsedMs() + beat.delayMs,
      windowMs: reason === null ? 'heuristic' : 0,
      repeatMs: repeats ? everySeconds * 1000 : 0,
      allowWhileIdle: exact,
      exactReason: reason,
      targetSdk: this.#app.facts.targetSdk,
      run: () => {
        const wasDropped = dropped;
        if (repeats) dropped = this.#draw(false).dropped;
        this.#deliverAlarm(wasDropped, repeats);
      },
    });
    if (set === null)
      this.#client.log('W', 'java.lang.IllegalStateException: Maximum limit of concurrent alarms 500 reached');
  }

  #deliverAlarm(dropped: boolean, repeats: boolean): void {
    const { processes } = this.#parts;
    const { name, facts } = this.#app;
    processes.ensure(name, 'broadcast', shortComponent({ packageName: name, className: receiverOf(facts) }));
    if (!repeats) this.#setAlarm(false);
    if (dropped) return;
    const release = processes.hold(name, 'alarm');
    void this.#client.perform(this.#wish).finally(release);
  }

  #scheduleJob(): void {
    const { clock, jobs } = this.#parts;
    const { everySeconds, jitter } = this.#schedule;
    const first = this.#draw(true);
    let { dropped } = first;
    const asked = jobs.schedule({
      packageName: this.#app.name,
      uid: this.#app.uid,
      jobId: this.#jobId,
      service: jobServiceOf(this.#app.facts, this.#schedule.service),
      periodMs: everySeconds * 1000,
      flexMs: 0,
      firstAtMs: clock.elapsedMs() + first.delayMs,
      needsNetwork: true,
      pickMs: (earliestMs, latestMs) => {
        // Inside its window the platform decides; here the schedule's jitter does, around the middle.
        const middleMs = (earliestMs + latestMs) / 2;
        const beat = nextBeat(this.#sequence, this.#schedule, false);
        dropped = beat.dropped;
        const shiftMs = jitter === 0 ? 0 : beat.delayMs - everySeconds * 1000;
        return Math.min(latestMs, Math.max(earliestMs, middleMs + shiftMs));
      },
      run: async () => {
        if (!dropped) await this.#client.perform(this.#wish);
      },
    });
    if (asked === null)
      this.#client.log('W', 'java.lang.IllegalStateException: Apps may not schedule more than 150 distinct jobs');
  }
}

/** The runner of a schedule, or null (with a line in the log) where its address cannot be used. */
export function runnerOf(
  parts: RunnerParts,
  app: InstalledPackage,
  index: number,
  client: AppClient,
): ScheduleRunner | null {
  const schedule = app.behaviour?.schedules[index];
  if (schedule === undefined) return null;
  const wish = wishOfSchedule(schedule);
  if (wish === null) {
    client.log('W', `${printable(schedule.id, 64)}: java.net.MalformedURLException: ${printable(schedule.url)}`);
    return null;
  }
  return new ScheduleRunner(parts, app, index, client, wish, app.behaviour?.seed ?? 1);
}
