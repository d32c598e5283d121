import { lookUp } from '../../../orchestrator/contract/look-up.ts';

/** Short options of a program, in the manner of toybox. */
export interface Flags {
  /** Set or not, by letter. */
  has(letter: string): boolean;
  /** The last value of an option that takes one. */
  value(letter: string): string | undefined;
  values(letter: string): readonly string[];
  readonly rest: readonly string[];
}

/** A program was used wrongly: the message is its own, the status 1. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

/**
 * Reads options. `spec` lists the letters, `:` after those that take a value; `long` gives the letter of each
 * `--name`. Options may follow arguments, unless the first argument ends them (`+` at the start of the spec).
 */
export function readFlags(argv: readonly string[], spec: string, long: Readonly<Record<string, string>> = {}): Flags {
  const stopsAtArgument = spec.startsWith('+');
  const found = new Map<string, string[]>();
  const rest: string[] = [];
  const note = (letter: string, value: string): void => void found.set(letter, [...(found.get(letter) ?? []), value]);
  const unknown = (option: string): Error =>
    new UsageFault(`Unknown option '${option}' (see "${argv[0] ?? ''} --help")`);

  for (let index = 1; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      rest.push(...argv.slice(index + 1));
      break;
    }
    if (argument.startsWith('--')) {
      const [name = '', value] = argument.slice(2).split(/=(.*)/s);
      const letter = lookUp(long, name);
      if (letter === undefined) throw unknown(argument);
      note(letter, value ?? (spec.includes(`${letter}:`) ? (argv[++index] ?? '') : ''));
      continue;
    }
    if (!argument.startsWith('-') || argument === '-') {
      rest.push(...(stopsAtArgument ? argv.slice(index) : [argument]));
      if (stopsAtArgument) break;
      continue;
    }
    for (let at = 1; at < argument.length; at++) {
      const letter = argument.charAt(at);
      const place = letter === ':' || letter === '+' ? -1 : spec.indexOf(letter);
      if (place < 0) throw unknown(letter);
      if (spec.charAt(place + 1) !== ':') {
        note(letter, '');
        continue;
      }
      const attached = argument.slice(at + 1);
      const value = attached !== '' ? attached : argv[++index];
      if (value === undefined) throw new UsageFault(`Missing argument to -${letter}`);
      note(letter, value);
      break;
    }
  }
  return {
    has: (letter) => found.has(letter),
    value: (letter) => found.get(letter)?.at(-1),
    values: (letter) => found.get(letter) ?? [],
    rest,
  };
}
