import type { ProgramIo } from '../system.ts';

/** An exception as a system service's shell command shows it; status 255, as ShellCommand.exec returns -1. */
export function throwException(io: ProgramIo, command: string, exception: string): number {
  io.err(
    `\nException occurred while executing '${command}':\n${exception}\n\tat android.os.ShellCommand.exec(ShellCommand.java)\n`,
  );
  return 255;
}

/** Reads options of one letter or with dashes; what follows the first plain word is left alone. */
export interface ReadOptions {
  readonly given: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  readonly unknown: string | null;
}

/** `withValue`: options that take the next word. Options may stand anywhere before the first plain word. */
export function readOptions(
  args: readonly string[],
  withValue: readonly string[],
  flags: readonly string[],
): ReadOptions {
  const given = new Map<string, string>();
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (withValue.includes(word)) given.set(word, args[++at] ?? '');
    else if (flags.includes(word)) given.set(word, '');
    else return { given, rest: args.slice(at), unknown: word };
  }
  return { given, rest: args.slice(at), unknown: null };
}

/** Reads exactly `sizeBytes` of the stream and leaves the rest: a streamed install keeps the connection open. */
export async function readBytes(stdin: AsyncIterable<Buffer>, sizeBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let left = sizeBytes;
  if (left > 0) {
    for await (const part of stdin) {
      parts.push(part.length > left ? part.subarray(0, left) : part);
      left -= part.length;
      if (left <= 0) break;
    }
  }
  return Buffer.concat(parts);
}
