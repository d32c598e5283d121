import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Guard } from './guard.ts';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs beside us, with the end of its output kept for the sentence that explains its failure. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly running: boolean;
  /** The last lines of stdout and stderr, in order of arrival. */
  tail(lines?: number): string;
  /** The same in one printable line, for a fault's sentence; `nothing` where it was silent. */
  words(lines?: number): string;
  /** SIGTERM, then SIGKILL to the whole group after the grace. */
  stop(graceMs?: number): Promise<ChildExit>;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly guard: Pick<Guard, 'hold' | 'release'>;
  readonly cwd?: string;
  /** Each line of stdout. */
  readonly onLine?: (line: string) => void;
  /** Keeps stdin open, for a program that ends when it closes. */
  readonly stdin?: 'ignore' | 'pipe';
}

const MOST_TAIL_BYTES = 64 * 1024;

/**
 * Starts a program in a process group of its own: Ctrl-C in the terminal reaches us alone, and we end our children
 * in order. Rejects with the system's error where the program cannot be started.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? -1));
  });
  options.guard.hold(pid);
  let running = true;
  void exited.then(() => {
    running = false;
    options.guard.release(pid);
  });

  const output = followOutput(child, options.onLine);
  const stop = async (graceMs = 3000): Promise<ChildExit> => {
    if (running) {
      signalGroup(pid, 'SIGTERM');
      const timer = new AbortController();
      await Promise.race([
        exited,
        sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined), // aborted: it ended in time
      ]);
      timer.abort();
      if (running) signalGroup(pid, 'SIGKILL');
    }
    child.stdin?.destroy();
    return exited;
  };
  return {
    pid,
    exited,
    get running() {
      return running;
    },
    tail: output.tail,
    words: (lines) => printable(output.tail(lines).replace(/\s*\n\s*/g, ' / '), 1000) || 'nothing',
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone: it ended by itself between our look and the signal.
  }
}

function followOutput(child: ChildProcess, onLine?: (line: string) => void): { tail: (lines?: number) => string } {
  let tail = '';
  let partial = '';
  const keep = (text: string): void => {
    tail = (tail + text).slice(-MOST_TAIL_BYTES);
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    keep(text);
    if (onLine === undefined) return;
    const lines = (partial + text).split('\n');
    partial = (lines.pop() ?? '').slice(-MOST_TAIL_BYTES);
    for (const line of lines) onLine(line);
  });
  child.stderr?.setEncoding('utf8').on('data', keep);
  return { tail: (lines = 8) => tail.trimEnd().split('\n').slice(-lines).join('\n') };
}
