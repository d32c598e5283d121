import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { basename, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** Ends our children and removes our temporary folders even where this process dies by `kill -9`. */
export interface Guard extends AsyncDisposable {
  /** The process, a leader of its own group, must not outlive us. */
  hold(pid: number): void;
  /** It has ended, or was handed over. */
  release(pid: number): void;
  /** A temporary folder whose name begins with `sleeptalk-`, to be removed should we die. */
  remove(folder: string): void;
  /** The folder is gone, or became evidence. */
  keep(folder: string): void;
}

/**
 * Starts the guard: a small `sh` in its own session that waits for the end of its stdin. Disposing it ends what is
 * still held, so a caller that forgot to release a child leaves no orphan either.
 */
export function startGuard(): Guard {
  const child = spawn('sh', [fileURLToPath(new URL('./guard.sh', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve()); // no sh on this machine: nothing to wait for
  });
  child.stdin.on('error', () => undefined); // the guard was killed by hand: our own teardown still ends the children
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();

  const say = (line: string): void => {
    if (!child.stdin.destroyed) child.stdin.write(`${line}\n`);
  };
  return {
    hold: (pid) => say(`hold ${pid}`),
    release: (pid) => say(`release ${pid}`),
    remove: (folder) => say(`remove ${checkedFolder(folder)}`),
    keep: (folder) => say(`keep ${checkedFolder(folder)}`),
    async [Symbol.asyncDispose]() {
      child.ref();
      if (child.stdin.writable) {
        child.stdin.end();
        await once(child.stdin, 'close').catch(() => undefined); // already broken: its exit is awaited below
      }
      await ended;
    },
  };
}

function checkedFolder(folder: string): string {
  if (!isAbsolute(folder) || folder.includes('\n') || !basename(folder).startsWith('sleeptalk-')) {
    throw new Fault('internal', `${folder} is no temporary folder of ours, so the guard will not remove it`);
  }
  return folder;
}
