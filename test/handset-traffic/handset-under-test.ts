import { EventEmitter } from 'node:events';
import type { z } from 'zod';
import type { Behaviour } from '../../orchestrator/contract/behaviour.ts';
import { createAndroid } from '../../workers/handset/android/android.ts';
import { layOut } from '../../workers/handset/files/layout.ts';
import { openTree } from '../../workers/handset/files/tree.ts';
import { createListeners } from '../../workers/handset/listeners.ts';
import { bindParts } from '../../workers/handset/parts.ts';
import { openProperties } from '../../workers/handset/properties.ts';
import { createTasks } from '../../workers/handset/shell/tasks.ts';
import type { Base, LogEntry, ProgramIo, SystemBus } from '../../workers/handset/system.ts';
import { createTraffic } from '../../workers/handset/traffic.ts';
import { launcher, type ApkDescription } from '../support/apk/description.ts';
import { writeApk } from '../support/apk/write.ts';
import { drivenClock } from '../support/driven-clock.ts';

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export interface StampedLine extends LogEntry {
  readonly atMs: number;
}

export const APP = 'org.example.sample';
const DAYTIME = Date.UTC(2026, 0, 5, 8);

/** A handset of real parts, without adbd, on a clock that moves only when it is told to. */
export function handsetUnderTest(apiLevel = 34, httpProxy: string | null = null) {
  const clock = drivenClock(DAYTIME);
  const files = openTree(() => clock.nowMs());
  layOut(files, { apiLevel, nowMs: DAYTIME });
  const log: StampedLine[] = [];
  const ending = new AbortController();
  const bus = new EventEmitter().setMaxListeners(100) as SystemBus;
  const base: Base = {
    config: { avdName: 'test', consolePort: 5600, adbPort: 5601, apiLevel, clockRate: 1, seed: 7, httpProxy },
    bus,
    clock,
    files,
    logs: { write: (entry) => void log.push({ ...entry, atMs: clock.elapsedMs() }) },
    properties: openProperties([
      ['persist.sys.timezone', 'UTC'],
      ['ro.product.cpu.abilist', 'x86_64,x86'],
    ]),
    listeners: createListeners(),
    tasks: createTasks(clock),
    signal: ending.signal,
  };
  const parts = bindParts(base, { programs: {} }, { createTraffic, createAndroid: (late) => createAndroid(late) });
  bus.emit('booted');

  /** Runs one program with words as arguments (single quotes group), as a uid. */
  const run = async (line: string, uid = 0, stdin: Buffer = Buffer.alloc(0)): Promise<Ran> => {
    const argv = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
    const program = parts.programs[argv[0] ?? ''];
    if (program === undefined) return { out: '', err: 'not found', status: 127 };
    const out: Buffer[] = [];
    let err = '';
    const io: ProgramIo = {
      argv,
      stdin: once(stdin),
      signal: ending.signal,
      uid,
      pid: 3000,
      env: new Map(),
      cwd: '/',
      files,
      out: (text) => void out.push(Buffer.from(text)),
      drained: () => Promise.resolve(),
      err: (text) => void (err += text),
      run: async () => 127,
    };
    const status = await program(io);
    return { out: Buffer.concat(out).toString('utf8'), err, status };
  };
  const shell = async (line: string): Promise<string> => {
    const ran = await run(line);
    return ran.out + ran.err;
  };

  /** Installs a sample with that behaviour and returns its uid. */
  const install = async (behaviour: z.input<typeof Behaviour>, rest: Partial<ApkDescription> = {}): Promise<number> => {
    const apk = writeApk({ packageName: APP, targetSdk: 34, components: [launcher()], ...rest, behaviour });
    const ran = await run(`cmd package install -S ${apk.length}`, 2000, apk);
    if (!ran.out.includes('Success')) throw new Error(`${ran.out}${ran.err}`);
    const uid = parts.packages.get(rest.packageName ?? APP)?.uid;
    if (uid === undefined) throw new Error('not installed');
    return uid;
  };

  return {
    clock,
    files,
    log,
    parts,
    run,
    shell,
    install,
    launch: (name = APP) => run(`am start -n ${name}/.MainActivity`),
    home: () => run('input keyevent 3'),
    unplug: () => run('dumpsys battery unplug'),
    console: async (line: string): Promise<string> => {
      const [word = '', ...args] = line.split(' ');
      return (await parts.console[word]?.(args)) ?? '';
    },
    /** The app's own log lines that speak of exchanges of a schedule, with the device time since `fromMs`. */
    beats: (id: string, fromMs = 0): number[] =>
      log
        .filter(
          (line) =>
            line.tag === 'SleeptalkSample' && line.text.startsWith(`${id} `) && / (->|failed:) /.test(line.text),
        )
        .map((line) => Math.round(line.atMs - fromMs))
        .filter((atMs) => atMs >= 0),
    lines: () => log.filter((line) => line.tag === 'SleeptalkSample').map((line) => line.text),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await parts.close();
    },
  };
}

export type HandsetUnderTest = ReturnType<typeof handsetUnderTest>;

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

/** Waits in host time, for what a real socket brings. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export const gaps = (times: readonly number[]): number[] =>
  times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
