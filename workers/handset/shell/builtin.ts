import type { Expander } from './expand.ts';
import type { ShellSystem } from './shell.ts';
import type { Descriptors, ShellState } from './state.ts';

export interface Context {
  readonly state: ShellState;
  readonly expander: Expander;
  readonly system: ShellSystem;
  /** The shell's descriptors without the redirections of this command. */
  readonly outer: Descriptors;
}

export type Builtin = (argv: readonly string[], context: Context) => number | Promise<number>;

export function say(state: ShellState, text: string): void {
  state.descriptors.outputs.get(1)?.write(Buffer.from(text));
}
