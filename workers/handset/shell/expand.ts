import type { DeviceClock } from '../system.ts';
import type { Script, Word, WordPart } from './ast.ts';
import { evaluate } from './arithmetic.ts';
import { expandGlob, isPattern, patternRegExp, patternSource, type Piece } from './glob.ts';
import type { ShellState } from './state.ts';

/** What expansion needs beyond the state. */
export interface Expander {
  readonly state: ShellState;
  readonly clock: DeviceClock;
  /** Runs `$( … )` and returns what it printed, without the last newlines. */
  readonly substitute: (script: Script) => Promise<string>;
}

/** The expansion failed in a way that ends the shell, such as `${x:?gone}`. */
export class ExpansionFault extends Error {
  override readonly name = 'ExpansionFault';
}

type Chunk = Piece | 'field-break';

/** Words to fields: expansion, field splitting, path names. */
export async function expandWords(words: readonly Word[], expander: Expander): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    for (const pieces of split(await chunksOf(word, expander), expander)) {
      if (isPattern(pieces)) fields.push(...expandGlob(pieces, expander.state.cwd, expander.state.files));
      else fields.push(textOf(pieces));
    }
  }
  return fields;
}

/** One word to one text: no splitting, no path names. */
export async function expandText(word: Word, expander: Expander): Promise<string> {
  const pieces = await chunksOf(word, expander);
  return pieces.map((chunk) => (chunk === 'field-break' ? ' ' : chunk.text)).join('');
}

/** One word as pattern pieces, for `case` and `[[ == ]]`. */
export async function expandPattern(word: Word, expander: Expander): Promise<RegExp> {
  return patternRegExp(piecesOf(await chunksOf(word, expander)));
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join('');
}

function piecesOf(chunks: readonly Chunk[]): Piece[] {
  return chunks.map((chunk) => (chunk === 'field-break' ? { text: ' ', quoted: true } : chunk));
}

/** A chunk of an unquoted expansion is marked for splitting by being wrapped. */
interface Splittable extends Piece {
  readonly splittable?: true;
}

async function chunksOf(word: Word, expander: Expander): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === 'text') {
      const home = index === 0 && !part.quoted && /^~(?=\/|$)/.test(part.text);
      chunks.push(home ? { text: part.text.replace('~', variable('HOME', expander)), quoted: false } : part);
    } else chunks.push(...(await expandPart(part, expander)));
  }
  return chunks;
}

async function expandPart(part: Exclude<WordPart, { kind: 'text' }>, expander: Expander): Promise<Chunk[]> {
  const made = (text: string): Chunk[] => [splittable(text, part.quoted)];
  switch (part.kind) {
    case 'command':
      return made(await expander.substitute(part.script));
    case 'arithmetic': {
      const expression = await expandText(part.expression, expander);
      const { variables } = expander.state;
      return made(
        String(
          evaluate(
            expression,
            (name) => variable(name, expander),
            (name, value) => variables.set(name, value),
          ),
        ),
      );
    }
    case 'variable':
      if ((part.name === '@' || part.name === '*') && part.operation === null) return positionals(part, expander);
      return part.operation === null ? made(required(part.name, expander)) : operate(part, expander);
  }
}

function splittable(text: string, quoted: boolean): Splittable {
  return quoted ? { text, quoted } : { text, quoted: false, splittable: true };
}

function positionals(part: { name: string; quoted: boolean }, expander: Expander): Chunk[] {
  const { positional } = expander.state;
  if (part.name === '*' && part.quoted) return [{ text: positional.join(' '), quoted: true }];
  return positional.flatMap((text, index): Chunk[] => [
    ...(index > 0 ? (['field-break'] as const) : []),
    splittable(text, part.quoted),
  ]);
}

async function operate(part: Extract<WordPart, { kind: 'variable' }>, expander: Expander): Promise<Chunk[]> {
  const { name, operation, quoted } = part;
  if (operation === null) return [];
  const value = lookup(name, expander);
  const text = value ?? '';
  const { operator, word } = operation;
  const unset = operator.startsWith(':') ? text === '' : value === undefined;
  switch (operator.replace(/^:(?=.)/, '')) {
    case 'length':
      return [splittable(String([...text].length), quoted)];
    case '-':
      return unset ? chunksOf(word, expander) : [splittable(text, quoted)];
    case '+':
      return unset ? [splittable('', quoted)] : chunksOf(word, expander);
    case '=': {
      if (!unset) return [splittable(text, quoted)];
      const assigned = await expandText(word, expander);
      expander.state.variables.set(name, assigned);
      return [splittable(assigned, quoted)];
    }
    case '?': {
      if (!unset) return [splittable(text, quoted)];
      const message = await expandText(word, expander);
      throw new ExpansionFault(`${name}: ${message === '' ? 'parameter null or not set' : message}`);
    }
    case '#':
    case '##':
    case '%':
    case '%%': {
      const pieces = piecesOf(await chunksOf(word, expander));
      return [splittable(trim(text, operator, pieces), quoted)];
    }
    case '/':
    case '//': {
      const source = patternSource(piecesOf(await chunksOf(word, expander)));
      const by = operation.replacement === null ? '' : await expandText(operation.replacement, expander);
      if (source === '') return [splittable(text, quoted)];
      return [
        splittable(
          text.replace(new RegExp(source, operator === '//' ? 'gs' : 's'), () => by),
          quoted,
        ),
      ];
    }
    default:
      return [splittable(await substring(text, word, expander), quoted)];
  }
}

/** `${name#pat}` and its kin. The suffix forms try every start, because a regular expression matches leftmost first. */
function trim(text: string, operator: string, pieces: readonly Piece[]): string {
  if (operator.startsWith('#')) {
    const source = patternSource(pieces, operator === '#');
    return text.replace(new RegExp(`^(?:${source})`, 's'), '');
  }
  const whole = patternRegExp(pieces);
  const starts = [...Array(text.length + 1).keys()];
  if (operator === '%') starts.reverse();
  const start = starts.find((from) => whole.test(text.slice(from)));
  return start === undefined ? text : text.slice(0, start);
}

/** `${name:offset:length}`. */
async function substring(text: string, word: Word, expander: Expander): Promise<string> {
  const [offsetText = '0', lengthText] = (await expandText(word, expander)).split(':');
  const number = (expression: string): number =>
    evaluate(
      expression,
      (name) => variable(name, expander),
      () => undefined,
    );
  const offset = number(offsetText);
  const from = offset < 0 ? Math.max(0, text.length + offset) : offset;
  return lengthText === undefined ? text.slice(from) : text.slice(from, from + Math.max(0, number(lengthText)));
}

function required(name: string, expander: Expander): string {
  const value = lookup(name, expander);
  if (value === undefined && expander.state.options.has('u')) throw new ExpansionFault(`${name}: parameter not set`);
  return value ?? '';
}

export function variable(name: string, expander: Expander): string {
  return lookup(name, expander) ?? '';
}

function lookup(name: string, { state, clock }: Expander): string | undefined {
  switch (name) {
    case '?':
      return String(state.status);
    case '$':
      return String(state.pid);
    case '!':
      return state.lastBackgroundPid === 0 ? '' : String(state.lastBackgroundPid);
    case '#':
      return String(state.positional.length);
    case '@':
    case '*':
      return state.positional.join(' ');
    case '-':
      return [...state.options].join('');
    case '0':
      return state.name;
    case 'PWD':
      return state.cwd;
    case 'PPID':
      return String(state.parentPid);
    case 'RANDOM':
      // A glibc-like step over device time: the handset makes no claim to good shell randomness.
      return String((Math.imul(Math.trunc(clock.elapsedMs() * 1000) | 0, 1103515245) >>> 16) & 0x7fff);
    case 'SECONDS':
      return String(Math.trunc(clock.elapsedMs() / 1000));
    case 'EPOCHREALTIME':
      return (clock.nowMs() / 1000).toFixed(6);
    default:
      return /^[1-9]/.test(name) ? state.positional[Number(name) - 1] : state.variables.get(name);
  }
}

/** Field splitting at blanks and newlines (or IFS); an empty unquoted expansion makes no field. */
function split(chunks: readonly Chunk[], expander: Expander): Piece[][] {
  const separators = expander.state.variables.get('IFS') ?? ' \t\n';
  const fields: Piece[][] = [];
  let field: Piece[] | null = null;
  const close = (): void => {
    if (field !== null) fields.push(field);
    field = null;
  };
  for (const chunk of chunks) {
    if (chunk === 'field-break') {
      close();
      continue;
    }
    if (!('splittable' in chunk) || separators === '') {
      field = [...(field ?? []), chunk];
      continue;
    }
    for (const run of runsOf(chunk.text, separators)) {
      if (run === null) close();
      else field = [...(field ?? []), { text: run, quoted: false }];
    }
  }
  close();
  return fields;
}

/** Texts, and null for each separator between them. */
function runsOf(text: string, separators: string): (string | null)[] {
  const runs: (string | null)[] = [];
  let run = '';
  for (const char of text) {
    if (!separators.includes(char)) {
      run += char;
      continue;
    }
    if (run !== '') runs.push(run);
    runs.push(null);
    run = '';
  }
  if (run !== '') runs.push(run);
  return runs;
}
