import { FileError } from '../files/file-error.ts';
import type { ProgramIo } from '../system.ts';
import { readAll } from './pipe.ts';
import { absolute } from './state.ts';

/** The absolute path of a program's argument. */
export function pathOf(io: ProgramIo, argument: string): string {
  return absolute(io.cwd, argument);
}

/** Prints `name: argument: reason` for a failed system call; anything else goes on. */
export function complainOf(io: ProgramIo, argument: string, error: unknown): void {
  if (!(error instanceof FileError)) throw error;
  io.err(`${io.argv[0] ?? ''}: ${argument}: ${error.message}\n`);
}

/** Does something with each argument; 1 where any of them failed. */
export async function forEachArgument(
  io: ProgramIo,
  args: readonly string[],
  run: (path: string, argument: string) => void | Promise<void>,
): Promise<number> {
  let status = 0;
  for (const argument of args) {
    try {
      await run(pathOf(io, argument), argument);
    } catch (error) {
      complainOf(io, argument, error);
      status = 1;
    }
  }
  return status;
}

/** Whole contents of the named files, or of standard input where none is named (or `-` is). */
export async function forEachInput(
  io: ProgramIo,
  args: readonly string[],
  run: (content: Buffer, name: string) => void | Promise<void>,
): Promise<number> {
  return forEachArgument(io, args.length === 0 ? ['-'] : args, async (path, argument) => {
    await run(argument === '-' ? await readAll(io.stdin) : io.files.read(path), argument);
  });
}

/** Lines of a text, without newlines; a last line without one counts too. */
export function linesOf(content: Buffer): string[] {
  const lines = content.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Lines as they come, so that a filter behind a following program answers at once. */
export async function* linesAsTheyCome(stream: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
