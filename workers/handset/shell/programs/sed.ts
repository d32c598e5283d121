import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { linesAsTheyCome, linesOf, pathOf } from '../inputs.ts';
import { extended, swapBasic } from './grep.ts';

export const SED_PROGRAMS: Programs = { sed };

interface Edit {
  readonly from: Address | null;
  readonly to: Address | null;
  readonly negated: boolean;
  readonly action:
    | {
        readonly kind: 's';
        readonly pattern: RegExp;
        readonly replacement: string;
        readonly nth: number;
        readonly all: boolean;
        readonly print: boolean;
      }
    | { readonly kind: 'y'; readonly from: string; readonly to: string }
    | { readonly kind: 'p' | 'd' | 'q' | '=' }
    | { readonly kind: 'a' | 'i' | 'c'; readonly text: string };
  /** A range that has begun. */
  active: boolean;
}

type Address = { readonly line: number } | { readonly pattern: RegExp } | 'last';

/** sed with `s`, `y`, `p`, `d`, `q`, `=`, `a`, `i`, `c`, addresses and ranges. */
async function sed(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'nrEie:f:s');
  const rest = [...flags.rest];
  const scripts = flags.has('e') ? flags.values('e') : [rest.shift() ?? ''];
  const edits = parseScript(scripts.join('\n'), flags.has('r') || flags.has('E'));
  const quiet = flags.has('n');
  if (rest.length === 0) {
    await run(edits, linesAsTheyCome(io.stdin), quiet, (text) => io.out(text), io);
    return 0;
  }
  for (const name of rest) {
    const path = pathOf(io, name);
    let edited = '';
    const out = flags.has('i') ? (text: string): void => void (edited += text) : (text: string): void => io.out(text);
    await run(edits, linesOf(io.files.read(path)), quiet, out, io);
    if (flags.has('i')) io.files.write(path, edited);
  }
  return 0;
}

async function run(
  edits: readonly Edit[],
  lines: Iterable<string> | AsyncIterable<string>,
  quiet: boolean,
  out: (text: string) => void,
  io: ProgramIo,
): Promise<void> {
  const state = { number: 0, last: false };
  // One line of look-ahead, so that `$` is known.
  let held: string | null = null;
  const step = (line: string): boolean => {
    state.number++;
    const { text, after, quit } = apply(edits, line, state, out);
    if (text !== null && !quiet) out(`${text}\n`);
    out(after);
    return quit;
  };
  for await (const line of lines) {
    if (held !== null && step(held)) return;
    held = line;
    await io.drained();
  }
  state.last = true;
  if (held !== null) step(held);
}

function apply(
  edits: readonly Edit[],
  line: string,
  state: { number: number; last: boolean },
  out: (text: string) => void,
) {
  let text = line;
  let after = '';
  for (const edit of edits) {
    if (selects(edit, text, state) === edit.negated) continue;
    const { action } = edit;
    switch (action.kind) {
      case 's': {
        const replaced = substitute(text, action);
        if (replaced !== null && action.print) out(`${replaced}\n`);
        text = replaced ?? text;
        break;
      }
      case 'y':
        text = [...text]
          .map((char) => (action.from.includes(char) ? action.to.charAt(action.from.indexOf(char)) : char))
          .join('');
        break;
      case 'p':
        out(`${text}\n`);
        break;
      case '=':
        out(`${state.number}\n`);
        break;
      case 'i':
        out(`${action.text}\n`);
        break;
      case 'a':
        after += `${action.text}\n`;
        break;
      case 'c':
        out(`${action.text}\n`);
        return { text: null, after, quit: false };
      case 'd':
        return { text: null, after, quit: false };
      case 'q':
        return { text, after, quit: true };
    }
  }
  return { text, after, quit: false };
}

function selects(edit: Edit, text: string, state: { number: number; last: boolean }): boolean {
  if (edit.from === null) return true;
  if (edit.to === null) return meets(edit.from, text, state);
  if (edit.active) {
    const over =
      typeof edit.to === 'object' && 'line' in edit.to ? state.number >= edit.to.line : meets(edit.to, text, state);
    if (over) edit.active = false;
    return true;
  }
  if (!meets(edit.from, text, state)) return false;
  edit.active = !(typeof edit.to === 'object' && 'line' in edit.to && edit.to.line <= state.number);
  return true;
}

function meets(address: Address, text: string, state: { number: number; last: boolean }): boolean {
  if (address === 'last') return state.last;
  if ('line' in address) return state.number === address.line;
  address.pattern.lastIndex = 0;
  return address.pattern.test(text);
}

function substitute(
  text: string,
  { pattern, replacement, nth, all }: Extract<Edit['action'], { kind: 's' }>,
): string | null {
  let seen = 0;
  let changed = false;
  const result = text.replace(pattern, (...found: unknown[]) => {
    const whole = String(found[0]);
    if (++seen < nth || (!all && seen > nth)) return whole;
    changed = true;
    return replacement.replace(/\\([0-9nt&\\/])|&/g, (mark, escaped: string | undefined) => {
      if (escaped === undefined) return whole;
      if (escaped === 'n') return '\n';
      if (escaped === 't') return '\t';
      if (!/[0-9]/.test(escaped)) return escaped;
      const group = found[Number(escaped)];
      return typeof group === 'string' ? group : mark === '\\0' ? whole : '';
    });
  });
  return changed ? result : null;
}

function parseScript(script: string, extendedSyntax: boolean): Edit[] {
  const cursor = { text: script, at: 0 };
  const edits: Edit[] = [];
  const compile = (source: string, flags = 'g'): RegExp =>
    new RegExp(extended(extendedSyntax ? source : swapBasic(source)), flags);
  for (;;) {
    skip(cursor, /[\s;]*/y);
    if (cursor.at >= script.length) return edits;
    const from = address(cursor, compile);
    const to = from !== null && skip(cursor, /\s*,\s*/y) !== '' ? address(cursor, compile) : null;
    const negated = skip(cursor, /\s*!\s*|\s+/y).includes('!');
    edits.push({ from, to, negated, active: false, action: action(cursor, compile) });
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

function skip(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? '';
  cursor.at += found.length;
  return found;
}

function address(cursor: Cursor, compile: (source: string) => RegExp): Address | null {
  const number = skip(cursor, /\d+/y);
  if (number !== '') return { line: Number(number) };
  if (skip(cursor, /\$/y) !== '') return 'last';
  if (cursor.text.charAt(cursor.at) !== '/') return null;
  cursor.at++;
  return { pattern: compile(delimited(cursor, '/')) };
}

function delimited(cursor: Cursor, delimiter: string): string {
  let text = '';
  while (cursor.at < cursor.text.length) {
    const char = cursor.text.charAt(cursor.at++);
    if (char === delimiter) return text;
    if (char === '\\' && cursor.text.charAt(cursor.at) === delimiter) text += cursor.text.charAt(cursor.at++);
    else if (char === '\\') text += char + cursor.text.charAt(cursor.at++);
    else text += char;
  }
  throw new UsageFault(`unterminated '${delimiter}'`);
}

function action(cursor: Cursor, compile: (source: string, flags?: string) => RegExp): Edit['action'] {
  const kind = cursor.text.charAt(cursor.at++);
  switch (kind) {
    case 's': {
      const delimiter = cursor.text.charAt(cursor.at++);
      const source = delimited(cursor, delimiter);
      const replacement = delimited(cursor, delimiter);
      const options = skip(cursor, /[gpiI0-9]*/y);
      const nth = Number(/\d+/.exec(options)?.[0] ?? 1);
      const pattern = compile(source, `g${/i/i.test(options) ? 'i' : ''}`);
      return { kind, pattern, replacement, nth, all: options.includes('g'), print: options.includes('p') };
    }
    case 'y': {
      const delimiter = cursor.text.charAt(cursor.at++);
      return { kind, from: delimited(cursor, delimiter), to: delimited(cursor, delimiter) };
    }
    case 'p':
    case 'd':
    case 'q':
    case '=':
      return { kind };
    case 'a':
    case 'i':
    case 'c':
      skip(cursor, /[ \t]*\\?\n?/y);
      return { kind, text: skip(cursor, /[^\n]*/y) };
    default:
      throw new UsageFault(`bad command '${kind}'`);
  }
}
