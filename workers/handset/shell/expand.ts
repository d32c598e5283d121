import type { DeviceClock } from '../system.ts';
import type { Script, Word, WordPart } from './ast.ts';
import { evaluate } from './arithmetic.ts';
import { expandGlob, isPattern, patternRegExp, patternSource, type Piece } from './glob.ts';
import { ExpansionFault, lookup, required, trim, variable } from './parameter.ts';
import { split, splittable, type Chunk } from './split.ts';
import type { ShellState } from './state.ts';

/** What expansion needs beyond the state. */
export interface Expander {
  readonly state: ShellState;
  readonly clock: DeviceClock;
  /** Runs `$( … )` and returns what it printed, without the last newlines. */
  readonly substitute: (script: Script) => Promise<string>;
}

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
