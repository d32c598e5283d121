import { InvalidArgumentError } from 'commander';
import type { Terminal } from './terminal.ts';

/** What every command is given: its terminal, its environment, and the signal that Ctrl-C aborts. */
export interface Invocation {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** A command calls this with its exit status. */
  finish(status: number): void;
}

/** Reads a number within bounds for an option, or says what was expected. */
export function numberBetween(least: number, most: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`expected ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}.`);
    }
    return value;
  };
}
