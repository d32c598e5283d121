import type { Progress } from '../orchestrator/contract/job.ts';
import { printable } from '../orchestrator/contract/fault.ts';
import type { Terminal } from './terminal.ts';

interface Row {
  readonly name: string;
  progress: Progress | null;
  lastLine: string;
  ended: string | null;
}

/**
 * Live progress of several submissions on stderr: on a terminal one line each, redrawn in place; elsewhere a line
 * whenever a step or phase begins, so that a log stays readable.
 */
export class LiveView implements Disposable {
  readonly #terminal: Terminal;
  readonly #rows = new Map<string, Row>();
  readonly #live: boolean;
  #drawn = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#live = terminal.err.isTTY === true;
  }

  begin(id: string, name: string): void {
    this.#rows.set(id, { name: printable(name, 28), progress: null, lastLine: '', ended: null });
    this.#schedule();
  }

  update(id: string, progress: Progress): void {
    const row = this.#rows.get(id);
    if (row === undefined || row.ended !== null) return;
    row.progress = progress;
    if (this.#live) {
      this.#schedule();
      return;
    }
    const text = `${progress.stage}: ${progress.step}`;
    if (text === row.lastLine) return;
    row.lastLine = text;
    this.#terminal.err.write(`${row.name}  ${describe(progress)}\n`);
  }

  end(id: string, words: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    row.ended = words;
    if (this.#live) this.#draw();
    else this.#terminal.err.write(`${row.name}  ${words}\n`);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#live) this.#draw();
  }

  #schedule(): void {
    if (!this.#live || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, 100);
  }

  #draw(): void {
    const width = Math.max(40, this.#terminal.err.columns ?? 100) - 1;
    const lines = [...this.#rows.values()].map((row) => {
      const state = row.ended ?? (row.progress === null ? 'waiting' : describe(row.progress));
      return `${row.name.padEnd(18)} ${state}`.slice(0, width);
    });
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    this.#terminal.err.write(`${up}${lines.map((text) => `\u001b[2K${text}\n`).join('')}`);
    this.#drawn = lines.length;
  }
}

/** One line of what a stage is doing: bar, step, counts, time left. */
export function describe(progress: Progress): string {
  const { stage, step } = progress;
  const { done = null, sessions = null, pushes = null, secondsLeft = null } = progress;
  const parts = [
    done === null ? null : bar(done),
    `${stage}: ${printable(step, 60)}`,
    sessions === null ? null : `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`,
    pushes === null || pushes === 0 ? null : `${pushes} ${pushes === 1 ? 'push' : 'pushes'}`,
    secondsLeft === null ? null : `${Math.ceil(secondsLeft)} s left`,
  ];
  return parts.filter((part) => part !== null).join('  ');
}

function bar(done: number): string {
  const full = Math.round(Math.min(1, Math.max(0, done)) * 16);
  return `[${'█'.repeat(full)}${'·'.repeat(16 - full)}]`;
}
