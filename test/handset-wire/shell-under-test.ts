import { EventEmitter } from 'node:events';
import { layOut, sealSystem } from '../../workers/handset/files/layout.ts';
import { openTree, type OwnedTree } from '../../workers/handset/files/tree.ts';
import { createListeners } from '../../workers/handset/listeners.ts';
import { openLogs, type OwnedLogs } from '../../workers/handset/logs/ring.ts';
import { buildProperties, openProperties } from '../../workers/handset/properties.ts';
import { createPrograms } from '../../workers/handset/shell/programs.ts';
import { Pipe } from '../../workers/handset/shell/pipe.ts';
import { runCommandLine, type ShellSystem } from '../../workers/handset/shell/shell.ts';
import { openSession } from '../../workers/handset/shell/state.ts';
import { createTasks } from '../../workers/handset/shell/tasks.ts';
import type { Base, Program, SystemBus } from '../../workers/handset/system.ts';
import { drivenClock, type DrivenClock } from '../support/driven-clock.ts';

export interface Answer {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export interface ShellUnderTest {
  readonly clock: DrivenClock;
  readonly files: OwnedTree;
  readonly logs: OwnedLogs;
  readonly base: Base;
  readonly system: ShellSystem;
  readonly run: (
    commandLine: string,
    options?: { uid?: number; stdin?: string; signal?: AbortSignal },
  ) => Promise<Answer>;
}

/** A shell with its files, logs and clock, but no adb, no apps and no network around it. */
export function shellUnderTest(
  options: { apiLevel?: number; programs?: Record<string, Program> } = {},
): ShellUnderTest {
  const apiLevel = options.apiLevel ?? 34;
  const clock = drivenClock();
  const files = openTree(() => clock.nowMs());
  layOut(files, { apiLevel, nowMs: clock.nowMs() });
  sealSystem(files, false);
  const logs = openLogs(() => clock.nowMs());
  const overrides = new Map<string, string>();
  const build = { apiLevel, avdName: 'test', clockRate: 1, seed: 1, timezone: 'UTC', bootedAtMs: 0, overrides };
  const properties = openProperties(buildProperties(build));
  const tasks = createTasks(clock);
  const { signal } = new AbortController();
  const config = { avdName: 'test', consolePort: 0, adbPort: 1, apiLevel, clockRate: 1, seed: 1, httpProxy: null };
  const bus: SystemBus = new EventEmitter();
  const base: Base = { config, bus, clock, files, logs, properties, listeners: createListeners(), tasks, signal };
  const own = { ...clock, close: () => undefined };
  const all = (): Record<string, Program> => ({ ...programs, ...options.programs });
  const programs = createPrograms({ base, clock: own, logs, permissive: false, all });
  const system: ShellSystem = { clock, files, tasks, programs: all, signal };

  return {
    clock,
    files,
    logs,
    base,
    system,
    async run(commandLine, { uid = 2000, stdin = '', signal: aborted } = {}) {
      const [out, err] = [new Pipe(Infinity), new Pipe(Infinity)];
      const outputs = new Map([
        [1, out],
        [2, err],
      ]);
      const status = await runCommandLine(system, commandLine, {
        uid,
        descriptors: { input: Pipe.holding(Buffer.from(stdin)), outputs },
        signal: aborted ?? signal,
        session: openSession(out, err),
      });
      for (const pipe of [out, err]) pipe.end();
      const text = async (pipe: Pipe): Promise<string> => (await pipe.read())?.toString('utf8') ?? '';
      return { out: await text(out), err: await text(err), status };
    },
  };
}
