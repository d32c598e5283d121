import { Leave } from '../shell/ending.ts';
import { runList } from '../shell/interpret.ts';
import { parseScript } from '../shell/parse.ts';
import { Pipe, type Sink } from '../shell/pipe.ts';
import { openShell, statusOf, type ShellOptions, type ShellSystem } from '../shell/shell.ts';
import type { ShellState } from '../shell/state.ts';

/** An interactive shell: the little of a pseudo-terminal that a person at `adb shell` needs. */
export async function runTerminal(
  system: ShellSystem,
  options: ShellOptions,
  streams: { readonly input: Pipe; readonly out: Sink },
): Promise<number> {
  const screen = cooked(streams.out);
  const outputs = new Map([
    [1, screen],
    [2, screen],
  ]);
  // What is typed goes to the shell, a line at a time; programs started from it find their input at its end.
  const descriptors = { input: Pipe.holding(Buffer.alloc(0)), outputs };
  const { task, state } = openShell(system, { ...options, descriptors }, '-');
  const prompt = (): void => screen.write(Buffer.from(`sim64x:${state.cwd} ${options.uid === 0 ? '#' : '$'} `));
  try {
    prompt();
    for await (const line of typedLines(streams.input, screen)) {
      if (line === null || (await leaves(line, state, system))) break;
      prompt();
    }
    return state.status;
  } finally {
    task.end();
  }
}

/** Runs one line; true where it was the last. */
async function leaves(line: string, state: ShellState, system: ShellSystem): Promise<boolean> {
  try {
    await runList(parseScript(line), state, system);
    return false;
  } catch (error) {
    state.status = statusOf(error, state);
    return error instanceof Leave && error.what === 'exit';
  }
}

/** Newlines become carriage return and newline, as a terminal's output processing does. */
function cooked(out: Sink): Sink {
  return {
    write: (bytes) => out.write(Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')),
    drained: () => out.drained(),
    end: () => undefined,
  };
}

const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACE = 8;
const DELETE = 127;

/** Lines as they are typed, echoed; null at Ctrl-D on an empty line. */
async function* typedLines(input: Pipe, screen: Sink): AsyncGenerator<string | null, void, undefined> {
  let typed: number[] = [];
  for await (const chunk of input) {
    for (const byte of chunk) {
      if (byte === 13 || byte === 10) {
        screen.write(Buffer.from('\n'));
        yield Buffer.from(typed).toString('utf8');
        typed = [];
      } else if (byte === CTRL_D && typed.length === 0) yield null;
      else if (byte === CTRL_C) {
        screen.write(Buffer.from('^C\n'));
        typed = [];
        yield '';
      } else if (byte === BACKSPACE || byte === DELETE) {
        if (typed.pop() !== undefined) screen.write(Buffer.from('\b \b'));
      } else if (byte >= 32) {
        typed.push(byte);
        screen.write(Buffer.from([byte]));
      }
    }
  }
  if (typed.length > 0) yield Buffer.from(typed).toString('utf8');
}
