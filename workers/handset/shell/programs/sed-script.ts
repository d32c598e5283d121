import { UsageFault } from '../flags.ts';
import { extended, swapBasic } from './grep.ts';

export interface Edit {
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

export type Address = { readonly line: number } | { readonly pattern: RegExp } | 'last';

export function parseScript(script: string, extendedSyntax: boolean): Edit[] {
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
