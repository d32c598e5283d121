import { EventEmitter } from 'node:events';
import { createAndroid } from '../../workers/handset/android/android.ts';
import { openTree } from '../../workers/handset/files/tree.ts';
import { createListeners } from '../../workers/handset/listeners.ts';
import { bindParts } from '../../workers/handset/parts.ts';
import { openProperties } from '../../workers/handset/properties.ts';
import { createTasks } from '../../workers/handset/shell/tasks.ts';
import type {
  Base,
  Broadcast,
  BroadcastRecord,
  LogEntry,
  Power,
  ProgramIo,
  StandbyBucket,
  SystemEvents,
  Traffic,
} from '../../workers/handset/system.ts';
import { drivenClock } from '../support/driven-clock.ts';
import { writeApk } from '../support/apk/write.ts';
import type { ApkDescription } from '../support/apk/description.ts';

/** What a command printed and how it ended. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Android with a clock driven by hand, and stand-ins for power and broadcasts that do what they are told. */
export function androidUnderTest(apiLevel = 34) {
  const clock = drivenClock(Date.UTC(2026, 0, 5, 8));
  const files = openTree(() => clock.nowMs());
  for (const folder of ['/data/app', '/data/data', '/data/local/tmp', '/system', '/proc', '/sdcard']) {
    files.makeDirectory(folder, { parents: true, mode: 0o777 });
  }
  const log: LogEntry[] = [];
  const ending = new AbortController();
  const bus = new EventEmitter<SystemEvents>();
  const base: Base = {
    config: { avdName: 'test', consolePort: 5600, adbPort: 5601, apiLevel, clockRate: 1, seed: 7, httpProxy: null },
    bus,
    clock,
    files,
    logs: { write: (entry) => void log.push(entry) },
    properties: openProperties([
      ['persist.sys.timezone', 'UTC'],
      ['ro.product.cpu.abilist', 'x86_64,x86'],
      ['ro.build.version.release', '14'],
    ]),
    listeners: createListeners(),
    tasks: createTasks(clock),
    signal: ending.signal,
  };
  const buckets = new Map<string, StandbyBucket>();
  const power = {
    screenOn: true,
    locked: false,
    charging: true,
    deepIdle: 'ACTIVE',
    lightIdle: 'ACTIVE',
    setScreen(on) {
      power.screenOn = on;
      if (!on) power.locked = true;
    },
    unlock() {
      if (power.screenOn) power.locked = false;
      return power.screenOn;
    },
    bucket: (name) => buckets.get(name) ?? 10,
    setBucket: (name, bucket) => void buckets.set(name, bucket),
  } as Writable<Power>;
  const sent: BroadcastRecord[] = [];
  const traffic: Traffic = {
    power,
    broadcasts: {
      send(broadcast: Broadcast) {
        const record = { broadcast, enqueuedAtMs: clock.nowMs(), finishedAtMs: clock.nowMs() + 12, receivers: [] };
        sent.push(record);
        return record;
      },
      history: () => sent,
    },
    programs: {},
    serviceDumps: { 'com.google.android.gms/.gcm.GcmService': () => 'connected=mtalk.google.com:5228\n' },
  };
  let android!: ReturnType<typeof createAndroid>;
  const parts = bindParts(
    base,
    { programs: {} },
    {
      createTraffic: () => traffic,
      createAndroid: (late) => (android = createAndroid(late)),
    },
  );

  /** Runs one command without a shell's grammar: words, with single quotes. */
  const run = async (
    line: string,
    options: { uid?: number; stdin?: Buffer; signal?: AbortSignal } = {},
  ): Promise<Ran> => {
    const argv = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
    const program = parts.programs[argv[0] ?? ''];
    if (!program) return { out: '', err: `${argv[0]}: inaccessible or not found\n`, status: 127 };
    const out: Buffer[] = [];
    let err = '';
    const uid = options.uid ?? 2000;
    const io: ProgramIo = {
      argv,
      stdin: pieces(options.stdin ?? Buffer.alloc(0)),
      signal: options.signal ?? ending.signal,
      uid,
      pid: base.tasks.nextPid(),
      env: new Map(),
      cwd: '/',
      files,
      out: (text) => void out.push(Buffer.from(text)),
      drained: () => Promise.resolve(),
      err: (text) => void (err += text),
      async run(inner) {
        const ran = await run(inner, { uid });
        out.push(Buffer.from(ran.out));
        err += ran.err;
        return ran.status;
      },
    };
    const status = await program(io);
    return { out: Buffer.concat(out).toString('utf8'), err, status };
  };

  const install = async (description: ApkDescription, flags = ''): Promise<Ran> => {
    const apk = writeApk(description);
    return run(`cmd package install ${flags} -S ${apk.length}`, { stdin: apk });
  };

  const events: { name: keyof SystemEvents; value: unknown }[] = [];
  const names = [
    'package-installed',
    'package-removed',
    'package-stopped',
    'package-launched',
    'front-changed',
    'process-started',
    'process-died',
    'process-frozen',
    'process-thawed',
    'button-pressed',
  ] as const;
  for (const name of names) bus.on(name, (value: unknown) => void events.push({ name, value }));

  return {
    clock,
    files,
    log,
    parts,
    android,
    power,
    sent,
    events,
    run,
    install,
    eventNames: () => events.map((one) => one.name),
    eventLog: () => log.filter((one) => one.buffer === 'events').map((one) => `${one.tag}: ${one.text}`),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await parts.close();
    },
  };
}

/** In pieces, as a socket delivers it. */
async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
