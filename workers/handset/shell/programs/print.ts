import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { readAll } from '../pipe.ts';
import { unescapeBytes, unescapeC } from '../escape.ts';

export const PRINT_PROGRAMS: Programs = {
  echo: (io) => {
    const flags = /^-[neE]+$/.test(io.argv[1] ?? '') ? (io.argv[1] ?? '') : '';
    const text = io.argv.slice(flags === '' ? 1 : 2).join(' ');
    io.out(flags.includes('e') ? unescapeBytes(text) : text);
    if (!flags.includes('n')) io.out('\n');
    return 0;
  },
  printf: (io) => {
    const [, format, ...args] = io.argv;
    if (format === undefined) throw new UsageFault('Needs 1 argument');
    io.out(Buffer.from(formatted(format, args), 'latin1'));
    return 0;
  },
  true: () => 0,
  false: () => 1,
  xargs,
};

const DIRECTIVE = /%(%|([-+ 0#]*)(\d*)(?:\.(\d+))?([bcdiosuxX]))/g;

/** printf(1): the format is used again until the arguments are used up. Bytes as latin1. */
function formatted(format: string, args: readonly string[]): string {
  const pattern = unescapeC(Buffer.from(format).toString('latin1'));
  const rest = [...args];
  let text = '';
  do {
    const before = rest.length;
    text += pattern.replace(
      DIRECTIVE,
      (_, whole: string, flags: string, width: string, precision: string | undefined, kind: string) => {
        if (whole === '%') return '%';
        const value = convert(kind, Buffer.from(rest.shift() ?? '').toString('latin1'), precision);
        return pad(value, flags, Number(width), kind);
      },
    );
    if (rest.length === before) break;
  } while (rest.length > 0);
  return text;
}

function convert(kind: string, argument: string, precision: string | undefined): string {
  switch (kind) {
    case 's':
      return precision === undefined ? argument : argument.slice(0, Number(precision));
    case 'b':
      return unescapeC(argument);
    case 'c':
      return argument.slice(0, 1);
    default: {
      const number = argument === '' ? 0 : Number(argument);
      if (Number.isNaN(number)) throw new UsageFault(`bad %${kind}: '${argument}'`);
      const integer = Math.trunc(number);
      const text =
        kind === 'x' || kind === 'X' ? integer.toString(16) : kind === 'o' ? integer.toString(8) : String(integer);
      return (kind === 'X' ? text.toUpperCase() : text).padStart(Number(precision ?? 0), '0');
    }
  }
}

function pad(value: string, flags: string, width: number, kind: string): string {
  if (width > 65_536) throw new UsageFault('width too large');
  if (flags.includes('-')) return value.padEnd(width);
  if (!flags.includes('0') || 'sbc'.includes(kind)) return value.padStart(width);
  return value.startsWith('-') ? `-${value.slice(1).padStart(width - 1, '0')}` : value.padStart(width, '0');
}

/** Runs a command with words from standard input. */
async function xargs(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, '+0rtn:I:P:');
  const input = (await readAll(io.stdin)).toString('utf8');
  const command = flags.rest.length === 0 ? ['echo'] : [...flags.rest];
  const mark = flags.value('I');
  const separator = flags.has('0') ? '\0' : mark === undefined ? /\s+/ : '\n';
  const words = input.split(separator).filter((word) => word !== '');
  if (words.length === 0 && (flags.has('r') || mark !== undefined)) return 0;
  const size = mark === undefined ? Number(flags.value('n') ?? Math.max(1, words.length)) : 1;
  let status = 0;
  for (let index = 0; index === 0 || index < words.length; index += size) {
    const batch = words.slice(index, index + size);
    const line =
      mark === undefined ? [...command, ...batch] : command.map((word) => word.replaceAll(mark, batch[0] ?? ''));
    if ((await io.run(quoteAll(line), { stdin: emptyInput() })) !== 0) status = 123;
    if (io.signal.aborted) return status;
  }
  return status;
}

async function* emptyInput(): AsyncGenerator<Buffer, void, undefined> {
  // Commands of xargs have no input of their own.
}

/** Words as a shell command line that gives the same words again. */
export function quoteAll(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
