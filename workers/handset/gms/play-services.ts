import { createHash } from 'node:crypto';
import type { Network } from '../net/network.ts';
import type { DevicePower } from '../power/power.ts';
import type { Alarms } from '../schedule/alarms.ts';
import type { HandsetConfig } from '../config.ts';
import type { Broadcasts, DeviceClock, Logs, Packages, Processes, Properties, SystemBus } from '../system.ts';
import { PushPlans } from './push-plans.ts';
import { GcmRing, gcmText, type PushPriority } from './ring.ts';

export interface PlayServicesParts {
  readonly bus: SystemBus;
  readonly clock: DeviceClock;
  readonly config: HandsetConfig;
  readonly power: DevicePower;
  readonly alarms: Alarms;
  readonly network: Network;
  readonly packages: Packages;
  readonly processes: Processes;
  readonly broadcasts: Broadcasts;
  readonly properties: Properties;
  readonly logs: Logs;
  readonly signal: AbortSignal;
  /** The app's receiver has the message. */
  readonly delivered: (packageName: string) => void;
}

export const GMS = 'com.google.android.gms';
const C2DM_RECEIVE = 'com.google.android.c2dm.intent.RECEIVE';
/** FLAG_RECEIVER_FOREGROUND 0x10000000 marks a high-priority message; the rest as captured on Android 14. */
const FLAGS = { high: 0x11400030, normal: 0x1400030 } as const;
const HEARTBEAT_MS = 230_000;
/** The Firebase SDK gets about this long to handle a high-priority message in Doze. */
const ALLOW_MS = 20_000;
const MOST_WAITING = 100;
const DAY = 24 * 3_600_000;

interface Message {
  readonly id: string;
  readonly packageName: string;
  readonly priority: PushPriority;
  readonly bytes: number;
  readonly sentAtWallMs: number;
}

/**
 * Play Services as far as pushes go: one connection to its server that no app sees, a heartbeat on it, and messages
 * that reach apps as broadcasts. Its own bytes never touch the handset's network: nothing there leads to the server.
 */
export class PlayServices {
  readonly #parts: PlayServicesParts;
  readonly #ring = new GcmRing();
  readonly #plans: PushPlans;
  readonly #quota = new Map<string, { used: number; sinceWallMs: number }>();
  readonly #deviceId: string;
  #waiting: Message[] = [];
  #lastPing = 0;
  #serial = 0;

  constructor(parts: PlayServicesParts) {
    this.#parts = parts;
    this.#plans = new PushPlans(parts.clock, (name, plan) => this.receive(name, plan.priority, plan.bytes));
    const digest = createHash('sha256').update(`device ${parts.config.seed}`).digest();
    this.#deviceId = (digest.readBigUInt64BE() >> 1n).toString();
  }

  start(): void {
    const { bus, packages } = this.#parts;
    if (packages.get(GMS) === undefined) return;
    bus.on('package-launched', ({ name }) => this.#plans.begin(name, packages.get(name)?.behaviour ?? null));
    bus.on('package-removed', ({ name }) => this.#plans.end(name));
    bus.on('power-changed', () => this.#flush());
    bus.on('rebooting', () => this.#parts.alarms.removePackage(GMS, 'reboot'));
    bus.on('booted', () => this.#setHeartbeat());
    this.#setHeartbeat();
  }

  get connected(): boolean {
    return this.#parts.packages.get(GMS) !== undefined && this.#parts.network.connected();
  }

  /** A message for an app has reached the handset. Returns its id. */
  receive(packageName: string, priority: PushPriority, bytes: number): string {
    const sentAtWallMs = this.#parts.clock.nowMs();
    const serial = ++this.#serial;
    const mark = createHash('sha256').update(`${this.#parts.config.seed} ${serial}`).digest('hex').slice(0, 16);
    const id = `0:${Math.floor(sentAtWallMs)}${String(serial % 1000).padStart(3, '0')}%${mark}`;
    const message: Message = { id, packageName, priority: this.#capped(packageName, priority), bytes, sentAtWallMs };
    if (this.#mayDeliver(message)) this.#deliver(message);
    else this.#waiting = [...this.#waiting, message].slice(-MOST_WAITING);
    return id;
  }

  /** The app asked for a token: Play Services asks its server, by its own uid and so past every per-app route. */
  register(packageName: string): void {
    const uid = this.#parts.packages.get(GMS)?.uid;
    if (uid === undefined) return;
    const { network, logs, signal } = this.#parts;
    const log = (text: string): void =>
      logs.write({ buffer: 'main', pid: 0, tid: 0, uid, priority: 'I', tag: 'GCM', text: `${packageName}: ${text}` });
    network.connect(uid, 'android.clients.google.com', 443, signal).then(
      ({ socket }) => {
        socket.destroy();
        log('register3 reached a server');
      },
      () => log("registered over the handset's own link; register3 has no way out"), // expected: there is no internet
    );
  }

  text(): string {
    if (this.#parts.packages.get(GMS) === undefined)
      return 'No services match: com.google.android.gms/.gcm.GcmService\n';
    const quota = [...this.#quota].map(([packageName, each]) => ({ packageName, ...each }));
    const state = { connected: this.connected, connects: 1, deviceId: this.#deviceId, lastPing: this.#lastPing, quota };
    return gcmText(state, this.#ring, this.#parts.properties);
  }

  close(): void {
    this.#plans.close();
  }

  /** Before Android 13 rare apps get few high-priority messages a day; the rest count as normal. */
  #capped(packageName: string, priority: PushPriority): PushPriority {
    if (priority === 'normal') return priority;
    const nowMs = this.#parts.clock.nowMs();
    const known = this.#quota.get(packageName);
    const entry = known === undefined || nowMs - known.sinceWallMs > DAY ? { used: 0, sinceWallMs: nowMs } : known;
    this.#quota.set(packageName, { ...entry, used: entry.used + 1 });
    const bucket = this.#parts.power.bucket(packageName);
    const most = this.#parts.config.apiLevel >= 33 || bucket < 30 ? Infinity : bucket === 30 ? 10 : 5;
    return entry.used < most ? 'high' : 'normal';
  }

  #mayDeliver(message: Message): boolean {
    if (!this.connected) return false;
    const app = this.#parts.packages.get(message.packageName);
    const { power } = this.#parts;
    return message.priority === 'high' || !power.idling || (app !== undefined && power.isExempt(app.uid));
  }

  #flush(): void {
    const due = this.#waiting.filter((message) => this.#mayDeliver(message));
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((message) => !due.includes(message));
    for (const message of due) this.#deliver(message);
  }

  #deliver(message: Message): void {
    const { packages, power, broadcasts, processes, clock } = this.#parts;
    const { packageName, priority, id } = message;
    const app = packages.get(packageName);
    const note = (text: string): void => this.#ring.add(clock.nowMs(), text);
    if (app === undefined) return note(`Failed to broadcast to uninstalled app ${packageName} (id=${id})`);
    if (app.stopped) return note(`Failed to broadcast to stopped app ${packageName} (id=${id} priority=${priority})`);
    if (priority === 'high') power.allowTemporarily(app.uid, ALLOW_MS, 'PUSH_MESSAGING');
    const gms = packages.get(GMS);
    const record = broadcasts.send({
      action: C2DM_RECEIVE,
      packageName,
      component: null,
      flags: FLAGS[priority],
      fromUid: gms?.uid ?? 0,
      fromPid: processes.ofPackage(GMS)[0]?.pid ?? 0,
      extras: {
        'google.message_id': id,
        from: '1043100000000',
        'google.sent_time': String(Math.floor(message.sentAtWallMs)),
        'google.ttl': '2419200',
        'google.delivered_priority': priority,
        data: 'x'.repeat(message.bytes),
      },
      includeStopped: false,
    });
    if (record.receivers.length === 0) return note(`No response to broadcast from ${packageName} (id=${id})`);
    const tookMs = Math.max(1, Math.round(record.finishedAtMs - record.enqueuedAtMs));
    note(`Successful broadcast to ${packageName} (id=${id} time=${tookMs}ms priority=${priority})`);
    this.#parts.delivered(packageName);
  }

  #setHeartbeat(): void {
    const { alarms, clock, packages } = this.#parts;
    const uid = packages.get(GMS)?.uid;
    if (uid === undefined) return;
    alarms.set({
      packageName: GMS,
      uid,
      tag: '*walarm*:com.google.android.gms.gcm.HEARTBEAT_ALARM',
      triggerAtMs: clock.elapsedMs() + HEARTBEAT_MS,
      windowMs: 0,
      repeatMs: 0,
      allowWhileIdle: true,
      exactReason: 'allow-listed',
      targetSdk: 34,
      run: () => {
        if (this.connected) this.#lastPing = Math.floor(clock.nowMs());
        this.#flush();
        this.#setHeartbeat();
      },
    });
  }
}
