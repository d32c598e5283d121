import { openShell, runText, type ShellOptions, type ShellSystem } from '../shell/shell.ts';
import { Leave } from '../shell/ending.ts';
import { Pipe, type Sink } from '../shell/pipe.ts';

interface Streams {
  readonly input: Pipe;
  readonly out: Sink;
  readonly err: Sink;
}

/** An interactive shell: the little of a pseudo-terminal that a person at `adb shell` needs. */
export async function runTerminal(system: ShellSystem, options: ShellOptions, streams: Streams): Promise<number> {
  const screen = cooked(streams.out);
  const lines = new Pipe();
  const descriptors = {
    input: lines,
    outputs: new Map([
      [1, screen],
      [2, screen],
    ]),
  };
  const { task, state } = openShell(system, { ...options, descriptors }, '-');
  const prompt = (): void => screen.write(Buffer.from(`sim64x:${state.cwd} ${options.uid === 0 ? '#' : '$'} `));
  let leaving = false;
  try {
    prompt();
    for await (const line of typedLines(streams.input, screen)) {
      if (line === null) break;
      const running = runText(guarded(line), { ...state, exitTrap: null }, system);
      if (/^\s*exit\b/.test(line)) leaving = true;
      state.status = await running;
      if (leaving) break;
      prompt();
    }
    return state.status;
  } catch (error) {
    if (error instanceof Leave) return error.value;
    throw error;
  } finally {
    task.end();
  }
}

function guarded(line: string): string {
  return line;
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
