import { FileError } from '../files/file-error.ts';
import type { OwnedTree } from '../files/tree.ts';
import type { Redirection } from './ast.ts';
import { expandText, type Expander } from './expand.ts';
import { NOWHERE, Pipe, type Sink } from './pipe.ts';
import { absolute, type Descriptors, type ShellState } from './state.ts';

/** A redirection failed; the message is mksh's. */
export class RedirectionFault extends Error {
  override readonly name = 'RedirectionFault';
}

/** Opens the redirections of one command, in order. */
export async function redirect(redirections: readonly Redirection[], expander: Expander): Promise<Descriptors> {
  const { state } = expander;
  let { input } = state.descriptors;
  const outputs = new Map(state.descriptors.outputs);
  for (const { fd, operator, target } of redirections) {
    const text = await expandText(target, expander);
    switch (operator) {
      case '<':
        input = openInput(text, state);
        break;
      case '<<':
        input = Pipe.holding(Buffer.from(text));
        break;
      case '<<<':
        input = Pipe.holding(Buffer.from(`${text}\n`));
        break;
      case '<&':
        if (text === '-') input = null;
        break;
      case '>&':
        duplicate(fd, text, outputs, state);
        break;
      case '&>': {
        const sink = openOutput(text, state, false);
        outputs.set(1, sink).set(2, sink);
        break;
      }
      default:
        outputs.set(fd, openOutput(text, state, operator === '>>'));
    }
  }
  return { input, outputs };
}

function duplicate(fd: number, text: string, outputs: Map<number, Sink>, state: ShellState): void {
  if (text === '-') {
    outputs.delete(fd);
    return;
  }
  if (!/^[0-9]$/.test(text)) {
    const sink = openOutput(text, state, false);
    outputs.set(1, sink).set(2, sink);
    return;
  }
  const sink = outputs.get(Number(text));
  if (sink === undefined) throw new RedirectionFault(`${text}: bad file descriptor`);
  outputs.set(fd, sink);
}

function openInput(text: string, state: ShellState): Pipe {
  if (text === '/dev/stdin') return state.descriptors.input ?? Pipe.holding(Buffer.alloc(0));
  try {
    return Pipe.holding(state.files.read(absolute(state.cwd, text)));
  } catch (error) {
    throw refusal(`can't open ${text}`, error);
  }
}

function openOutput(text: string, state: ShellState, append: boolean): Sink {
  if (text === '/dev/null') return NOWHERE;
  const standard = text === '/dev/stdout' ? 1 : text === '/dev/stderr' ? 2 : null;
  if (standard !== null) return state.descriptors.outputs.get(standard) ?? NOWHERE;
  const path = absolute(state.cwd, text);
  try {
    if (append) state.files.append(path, Buffer.alloc(0));
    else state.files.write(path, Buffer.alloc(0));
  } catch (error) {
    throw refusal(`can't create ${text}`, error);
  }
  return fileSink(state.files, path);
}

function fileSink(files: OwnedTree, path: string): Sink {
  return {
    // The file may have been removed meanwhile, or the disk be full: the writing program sees the error.
    write: (bytes) => files.append(path, bytes),
    drained: () => Promise.resolve(),
    end: () => undefined,
  };
}

function refusal(what: string, error: unknown): Error {
  return error instanceof FileError ? new RedirectionFault(`${what}: ${error.message}`) : (error as Error);
}
