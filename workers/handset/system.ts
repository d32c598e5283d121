import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ApkFacts } from '../../orchestrator/contract/apk.ts';
import type { Behaviour } from '../../orchestrator/contract/behaviour.ts';
import type { HandsetConfig } from './config.ts';
import type { FileTree } from './file-tree.ts';
import type { Tasks } from './task.ts';

/**
 * The seams between the parts of the simulated handset. Each part is built by one function that takes the parts it
 * needs; programs (shell commands) and dumps (`dumpsys NAME`) are contributed by the part that owns the state.
 */

/** Device time. Everything in the handset that waits or tells the time does it here. */
export interface DeviceClock {
  /** Device milliseconds per host millisecond. */
  readonly rate: number;
  /** Wall clock of the device: Unix milliseconds. */
  nowMs(): number;
  /** Milliseconds since boot, as SystemClock.elapsedRealtime(). */
  elapsedMs(): number;
  /** Runs once after that much device time; the returned function cancels it. */
  after(deviceMs: number, run: () => void): () => void;
  sleep(deviceMs: number, signal: AbortSignal): Promise<void>;
}

/** What a running program sees. `out`/`err` may be called until the program's promise settles. */
export interface ProgramIo {
  readonly argv: readonly string[];
  readonly stdin: AsyncIterable<Buffer>;
  readonly signal: AbortSignal;
  readonly uid: number;
  readonly pid: number;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** The files as this program sees them: permissions of its uid, in its mount namespace. */
  readonly files: FileTree;
  out(text: string | Uint8Array): void;
  /** Resolves when the reader of `out` has taken most of what was written; at once where it keeps up. */
  drained(): Promise<void>;
  err(text: string): void;
  /** Runs a shell command line as a child, its output going to this program's; resolves to the exit status. */
  run(
    commandLine: string,
    options?: { uid?: number; stdin?: AsyncIterable<Buffer>; namespacePid?: number; env?: ReadonlyMap<string, string> },
  ): Promise<number>;
}

/** A program returns its exit status. A thrown error becomes text on stderr and status 1; it never ends the handset. */
export type Program = (io: ProgramIo) => number | Promise<number>;
export type Programs = Readonly<Record<string, Program>>;

/** `dumpsys NAME args…`: returns the text. */
export type Dump = (args: readonly string[]) => string | Promise<string>;
export type Dumps = Readonly<Record<string, Dump>>;

/** System properties (getprop). */
export interface Properties {
  get(name: string): string;
  set(name: string, value: string): void;
  entries(): [string, string][];
}

export interface LogEntry {
  readonly buffer: 'main' | 'system' | 'events' | 'crash' | 'radio';
  readonly pid: number;
  readonly tid: number;
  readonly uid: number;
  readonly priority: 'V' | 'D' | 'I' | 'W' | 'E' | 'F';
  readonly tag: string;
  readonly text: string;
}

/** The log rings behind logcat. Entries are stamped with device time. */
export interface Logs {
  write(entry: LogEntry): void;
}

/** `settings` namespaces. */
export interface Settings {
  get(namespace: 'global' | 'system' | 'secure', key: string): string | null;
  put(namespace: 'global' | 'system' | 'secure', key: string, value: string): void;
  remove(namespace: 'global' | 'system' | 'secure', key: string): boolean;
}

export interface InstalledPackage {
  readonly name: string;
  /** Full uid of user 0, e.g. 10143. */
  readonly uid: number;
  readonly facts: ApkFacts;
  readonly system: boolean;
  readonly installedAtMs: number;
  readonly updatedAtMs: number;
  readonly codePath: string;
  /** Paths of base.apk and splits. */
  readonly paths: readonly string[];
  readonly behaviour: Behaviour | null;
  /** Stopped state: no push, alarm, job or broadcast reaches it until it is launched. */
  readonly stopped: boolean;
  readonly launchedOnce: boolean;
  readonly granted: ReadonlySet<string>;
}

export interface Packages {
  get(name: string): InstalledPackage | undefined;
  byUid(uid: number): InstalledPackage[];
  list(): InstalledPackage[];
}

export interface RunningProcess {
  readonly pid: number;
  readonly uid: number;
  readonly name: string;
  readonly packageName: string | null;
  readonly startedAtMs: number;
  /** Frozen cached apps do not run timers. */
  readonly frozen: boolean;
}

export type StartReason = 'next-top-activity' | 'activity' | 'broadcast' | 'service' | 'content provider' | 'boot';

export interface Processes {
  list(): RunningProcess[];
  ofPackage(name: string): RunningProcess[];
  /** The package's running main process, or a new one (event log am_proc_start with reason and component). */
  ensure(packageName: string, reason: StartReason, component: string): RunningProcess;
  kill(pid: number, why: string): void;
  /** Keeps a package's process from being cached and frozen (a job, a broadcast, a service) until released. */
  hold(packageName: string, why: string): () => void;
}

/** Which services of an app run, and which of them in the foreground. */
export interface Services {
  start(packageName: string, className: string, foregroundTypes: readonly string[] | null): void;
  stop(packageName: string, className: string): void;
  running(
    packageName?: string,
  ): { packageName: string; className: string; foregroundTypes: readonly string[] | null }[];
}

/** Screen, keyguard, battery, Doze and standby buckets. */
export interface Power {
  readonly screenOn: boolean;
  readonly locked: boolean;
  readonly charging: boolean;
  readonly deepIdle: 'ACTIVE' | 'INACTIVE' | 'IDLE_PENDING' | 'SENSING' | 'LOCATING' | 'IDLE' | 'IDLE_MAINTENANCE';
  readonly lightIdle: 'ACTIVE' | 'INACTIVE' | 'IDLE' | 'WAITING_FOR_NETWORK' | 'IDLE_MAINTENANCE' | 'OVERRIDE';
  setScreen(on: boolean): void;
  /** Dismisses the keyguard; false where the screen is off. */
  unlock(): boolean;
  bucket(packageName: string): StandbyBucket;
  /** `am set-standby-bucket`. */
  setBucket(packageName: string, bucket: StandbyBucket): void;
}

/** Exempted, active, working set, frequent, rare, restricted, never (UsageStatsManager). */
export type StandbyBucket = 5 | 10 | 20 | 30 | 40 | 45 | 50;

/** A broadcast as `am broadcast` or Play Services sends it. */
export interface Broadcast {
  readonly action: string;
  readonly packageName: string | null;
  readonly component: string | null;
  readonly flags: number;
  readonly fromUid: number;
  readonly fromPid: number;
  readonly extras: Readonly<Record<string, string>>;
  /** Wakes apps in the stopped state too (FLAG_INCLUDE_STOPPED_PACKAGES). */
  readonly includeStopped: boolean;
}

/** One line of the broadcast history, newest last. */
export interface BroadcastRecord {
  readonly broadcast: Broadcast;
  readonly enqueuedAtMs: number;
  readonly finishedAtMs: number;
  readonly receivers: readonly { packageName: string; className: string; permission: string | null }[];
}

export interface Broadcasts {
  /** Delivers to manifest receivers: starts their processes (reason `broadcast`) and records it. */
  send(broadcast: Broadcast): BroadcastRecord;
  /** Bounded; newest last. */
  history(): readonly BroadcastRecord[];
}

/** The front of the UI: which package and activity the person sees, and the tree of its views. */
export interface Front {
  readonly packageName: string;
  readonly activity: string;
}

/**
 * Sockets that listen inside the handset: TCP ports of its loopback, and abstract local sockets by name. adbd's
 * `tcp:` and `localabstract:` services end here, and so do connections of apps to 127.0.0.1.
 */
export interface Listeners {
  /** Throws FileError EADDRINUSE where the address is taken. The returned function stops listening. */
  listen(address: number | string, onSocket: (socket: Duplex) => void): () => void;
  /** The dialling end of a connection to that listener, or null where nobody listens. */
  connect(address: number | string): Duplex | null;
  addresses(): (number | string)[];
  /** A TCP port that nobody listens on. */
  freePort(): number;
}

/** Typed events that join the parts. Every listener must be quick and must not throw. */
export interface SystemEvents {
  'package-installed': [InstalledPackage, { replaced: boolean }];
  'package-removed': [{ name: string; uid: number }];
  /** am force-stop, pm clear: the app must launch again before it can do anything. */
  'package-stopped': [{ name: string }];
  'package-launched': [{ name: string }];
  'front-changed': [Front];
  'power-changed': [];
  /** The system restarts: every process dies, tmpfs and bind mounts and the /proc of apps are gone. */
  rebooting: [];
  /** sys.boot_completed is 1 (again). */
  booted: [];
  /** The device's wall clock was set (date, as root): alarms of type RTC move. */
  'time-set': [];
  'broadcast-sent': [BroadcastRecord];
  'process-started': [RunningProcess, { reason: StartReason; component: string }];
  'process-died': [RunningProcess, { why: string }];
  'process-frozen': [RunningProcess];
  'process-thawed': [RunningProcess];
  /** A button of a scripted screen was pressed. */
  'button-pressed': [{ packageName: string; screen: string; button: number }];
}
export type SystemBus = EventEmitter<SystemEvents>;

/** What exists before any other part is built, and may be used while building. */
export interface Base {
  readonly config: HandsetConfig;
  readonly bus: SystemBus;
  readonly clock: DeviceClock;
  readonly files: FileTree;
  readonly logs: Logs;
  readonly properties: Properties;
  readonly listeners: Listeners;
  readonly tasks: Tasks;
  /** Aborted when the handset ends. */
  readonly signal: AbortSignal;
}

/**
 * Every part of the handset. The properties beyond {@link Base} are bound late: reading one while `createAndroid` or
 * `createTraffic` still runs throws; from `start()` on, and in every program, dump and event, they are all there.
 */
export interface Parts extends Base {
  // Owned by ANDROID.
  readonly settings: Settings;
  readonly packages: Packages;
  readonly processes: Processes;
  readonly services: Services;
  /** What the person sees; null while the screen shows nothing of an app (booting). */
  readonly front: () => Front | null;
  // Owned by TRAFFIC.
  readonly power: Power;
  readonly broadcasts: Broadcasts;
  // Merged by the composition, from all contributions.
  readonly programs: Programs;
  /** `dumpsys NAME`. */
  readonly dumps: Dumps;
  /** `cmd NAME args…`; argv[0] is the service's name. */
  readonly commands: Programs;
  /** `dumpsys activity service COMPONENT`, by component as `dumpsys` is asked for it (package/.Class). */
  readonly serviceDumps: Dumps;
}

/** A command of the emulator console: returns the lines before OK; a thrown error becomes `KO: message`. */
export type ConsoleCommand = (args: readonly string[]) => string | Promise<string>;

/** What a part adds to the handset besides its state. */
export interface Contribution {
  readonly programs: Programs;
  readonly dumps?: Dumps;
  readonly commands?: Programs;
  readonly serviceDumps?: Dumps;
  /** By first word, e.g. `push`. */
  readonly console?: Readonly<Record<string, ConsoleCommand>>;
  /** Called once, when all parts are bound. */
  start?(): void;
  /** Ends timers and sockets. */
  close?(): void | Promise<void>;
}

/** `createAndroid(parts: Parts): Android`. */
export interface Android
  extends Contribution, Pick<Parts, 'settings' | 'packages' | 'processes' | 'services' | 'front'> {}

/** `createTraffic(parts: Parts): Traffic`. */
export interface Traffic extends Contribution, Pick<Parts, 'power' | 'broadcasts'> {}
