import type { OwnedTree } from '../files/tree.ts';
import type { Command } from './ast.ts';
import type { Pipe, Sink } from './pipe.ts';
import type { TaskQuota } from './tasks.ts';

/** Where a shell's numbered descriptors lead. Input is always a pipe; a closed descriptor is absent. */
export interface Descriptors {
  readonly input: Pipe | null;
  readonly outputs: ReadonlyMap<number, Sink>;
}

/** One running shell. A subshell is a copy. */
export interface ShellState {
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  readonly functions: Map<string, Command>;
  positional: readonly string[];
  /** `$0`. */
  readonly name: string;
  cwd: string;
  status: number;
  lastBackgroundPid: number;
  readonly uid: number;
  readonly namespacePid: number;
  readonly pid: number;
  readonly parentPid: number;
  /** How many shells deep; bounded, against fork bombs. */
  readonly depth: number;
  readonly files: OwnedTree;
  readonly signal: AbortSignal;
  /** Changed by `exec >file`. */
  descriptors: Descriptors;
  /** `set -e`, `set -u`, `set -x`. */
  readonly options: Set<string>;
  /** What still runs in the background, for `wait`. */
  readonly background: Map<number, Promise<number>>;
  /** Values that `local` hides, innermost function last. */
  readonly locals: Map<string, string | undefined>[];
  /** `trap … EXIT`. */
  exitTrap: string | null;
  readonly session: Session;
}

/** What all shells of one client's stream share. */
export interface Session {
  /** The sinks that lead to the client. A background command that writes to one keeps the stream open, as on adbd. */
  readonly clientSinks: ReadonlySet<Sink>;
  readonly stragglers: Set<Promise<unknown>>;
  /** How many of its tasks run: a fork bomb of one client leaves room for the others. */
  readonly quota: TaskQuota;
}

export function openSession(...clientSinks: readonly Sink[]): Session {
  return { clientSinks: new Set(clientSinks), stragglers: new Set(), quota: { running: 0 } };
}

export function copyState(state: ShellState, changes: Partial<ShellState>): ShellState {
  return {
    ...state,
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    functions: new Map(state.functions),
    options: new Set(state.options),
    background: new Map(),
    locals: [],
    exitTrap: null,
    depth: state.depth + 1,
    ...changes,
  };
}

/** The environment that init gives to a shell from adbd (AOSP init.environ.rc, shell_service.cpp). */
export function environmentOf(uid: number): Map<string, string> {
  const user = uid === 0 ? 'root' : 'shell';
  return new Map([
    ['ANDROID_ART_ROOT', '/apex/com.android.art'],
    ['ANDROID_ASSETS', '/system/app'],
    ['ANDROID_BOOTLOGO', '1'],
    ['ANDROID_DATA', '/data'],
    ['ANDROID_ROOT', '/system'],
    ['ANDROID_STORAGE', '/storage'],
    ['ASEC_MOUNTPOINT', '/mnt/asec'],
    ['EXTERNAL_STORAGE', '/sdcard'],
    ['HOME', '/'],
    ['HOSTNAME', 'sim64x'],
    ['LOGNAME', user],
    [
      'PATH',
      '/product/bin:/apex/com.android.runtime/bin:/system_ext/bin:/system/bin:/system/xbin:/odm/bin:/vendor/bin',
    ],
    ['SHELL', '/bin/sh'],
    ['TMPDIR', '/data/local/tmp'],
    ['USER', user],
  ]);
}

/** An absolute path. `..` stays: where it leads is for the tree to say, past symbolic links. */
export function absolute(cwd: string, path: string): string {
  const joined = path.startsWith('/') ? path : `${cwd}/${path}`;
  return joined.replace(/\/+/g, '/');
}
