import { INIT_NAMESPACE } from '../files/mounts.ts';
import type { OwnedTree } from '../files/tree.ts';
import type { DeviceClock, Programs } from '../system.ts';
import { Killed, Leave } from './ending.ts';
import { ExpansionFault } from './parameter.ts';
import { runList } from './interpret.ts';
import { parseScript } from './parse.ts';
import { RedirectionFault } from './redirect.ts';
import { SyntaxFault } from './source.ts';
import { environmentOf, type Descriptors, type Session, type ShellState } from './state.ts';
import type { OwnedTasks } from './tasks.ts';

/** What all shells of the handset share. */
export interface ShellSystem {
  readonly clock: DeviceClock;
  readonly files: OwnedTree;
  readonly tasks: OwnedTasks;
  /** Every program of every part; asked for each time, since parts are bound late. */
  readonly programs: () => Programs;
  /** Aborted when the handset ends. */
  readonly signal: AbortSignal;
}

export interface ShellOptions {
  readonly uid: number;
  readonly descriptors: Descriptors;
  readonly signal: AbortSignal;
  readonly session: Session;
  readonly namespacePid?: number;
  readonly cwd?: string;
  readonly environment?: ReadonlyMap<string, string>;
  readonly parentPid?: number;
  readonly depth?: number;
  readonly name?: string;
  readonly positional?: readonly string[];
}

export const SHELL_PATH = '/system/bin/sh';
const MOST_DEPTH = 60;

/** `sh -c TEXT`: parses, runs, and returns the exit status. Throws nothing but bugs. */
export async function runCommandLine(system: ShellSystem, text: string, options: ShellOptions): Promise<number> {
  const { task, state } = openShell(system, options, text);
  try {
    return await runText(text, state, system);
  } finally {
    task.end();
  }
}

/** A new shell's state, and its place among the tasks. */
export function openShell(system: ShellSystem, options: ShellOptions, text: string) {
  const depth = options.depth ?? 0;
  if (depth > MOST_DEPTH) throw new Error("can't fork - try again");
  const parentPid = options.parentPid ?? 1;
  const task = system.tasks.start(
    { parentPid, uid: options.uid, name: 'sh', commandLine: `sh -c ${text}` },
    options.signal,
    options.session.quota,
  );
  const environment = options.environment ?? environmentOf(options.uid);
  const namespacePid = options.namespacePid ?? INIT_NAMESPACE;
  const state: ShellState = {
    variables: new Map(environment),
    exported: new Set(environment.keys()),
    functions: new Map(),
    positional: options.positional ?? [],
    name: options.name ?? SHELL_PATH,
    cwd: options.cwd ?? '/',
    status: 0,
    lastBackgroundPid: 0,
    uid: options.uid,
    namespacePid,
    pid: task.pid,
    parentPid,
    depth,
    files: system.files.within(namespacePid).asUser(options.uid),
    signal: task.signal,
    descriptors: options.descriptors,
    options: new Set(),
    background: new Map(),
    locals: [],
    exitTrap: null,
    session: options.session,
  };
  return { task, state };
}

/** Runs text in a shell that is there: what `exit` says, or the status of the last command. */
export async function runText(text: string, state: ShellState, system: ShellSystem): Promise<number> {
  try {
    await runList(parseScript(text), state, system);
  } catch (error) {
    state.status = statusOf(error, state);
  }
  if (state.exitTrap !== null) {
    const trap = state.exitTrap;
    state.exitTrap = null;
    const status = state.status;
    await runText(trap, state, system);
    state.status = status;
  }
  return state.status;
}

/** What a thrown thing means for the shell that it ends. */
export function statusOf(error: unknown, state: ShellState): number {
  if (error instanceof Leave) return error.what === 'exit' || error.what === 'return' ? error.value : 0;
  if (error instanceof Killed) return error.status;
  const isSyntax = error instanceof SyntaxFault;
  if (isSyntax || error instanceof ExpansionFault || error instanceof RedirectionFault || error instanceof Error) {
    complain(state, `${isSyntax ? 'syntax error: ' : ''}${error.message}`);
    return 1;
  }
  throw error;
}

/** Writes `/system/bin/sh: message` where errors go. */
export function complain(state: ShellState, message: string): void {
  state.descriptors.outputs.get(2)?.write(Buffer.from(`${state.name}: ${message}\n`));
}
