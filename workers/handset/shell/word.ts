import type { Script, Word, WordPart } from './ast.ts';
import { unescapeC } from './escape.ts';
import { Source, SyntaxFault } from './source.ts';

/** Parses commands up to a closing text, which it leaves unread. */
export type ParseScript = (source: Source) => Script;

const PLAIN = /[^\s\\'"$`;&|<>()]+/;

const PLAIN_QUOTED = /[^\\"$`]+/;

const PLAIN_BRACED = /[^\\'"$`}]+/;

const PLAIN_REPLACED = /[^\\'"$`}/]+/;

const NAME = /[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-]/;

/** Reads one word; null where none starts here. */
export function readWord(source: Source, parse: ParseScript): Word | null {
  const parts = readParts(source, parse, PLAIN);
  return parts.length === 0 ? null : { parts };
}

/** The text of a word that has no quotes and no expansions in it, else null. */
export function plainText(word: Word): string | null {
  const [only] = word.parts;
  return word.parts.length === 1 && only?.kind === 'text' && !only.quoted ? only.text : null;
}

/** Content of a here-document: expansions as between double quotes, but a double quote is plain. */
export function readDocument(content: string, parse: ParseScript): Word {
  const source = new Source(content);
  const parts: WordPart[] = [];
  while (!source.done) {
    const plain = source.match(/[^\\$`]+/);
    if (plain !== null) parts.push({ kind: 'text', text: plain, quoted: true });
    else parts.push(...readSpecial(source, parse, true));
  }
  return { parts };
}

function readParts(source: Source, parse: ParseScript, plainText: RegExp): WordPart[] {
  const parts: WordPart[] = [];
  for (;;) {
    const plain = source.match(plainText);
    if (plain !== null) {
      parts.push({ kind: 'text', text: plain, quoted: false });
      continue;
    }
    const before = source.position;
    switch (source.char) {
      case "'":
        parts.push({ kind: 'text', text: readSingleQuoted(source), quoted: true });
        break;
      case '"':
        source.position++;
        parts.push(...readDoubleQuoted(source, parse));
        break;
      case '\\':
      case '$':
      case '`':
        parts.push(...readSpecial(source, parse, false));
        break;
      default:
        return parts;
    }
    if (source.position === before) return parts;
  }
}

function readSingleQuoted(source: Source): string {
  const end = source.text.indexOf("'", source.position + 1);
  if (end < 0) throw new SyntaxFault('no closing quote');
  const text = source.text.slice(source.position + 1, end);
  source.position = end + 1;
  return text;
}

function readDoubleQuoted(source: Source, parse: ParseScript): WordPart[] {
  // An empty text keeps "" a word of its own.
  const parts: WordPart[] = [{ kind: 'text', text: '', quoted: true }];
  while (!source.accept('"')) {
    if (source.done) throw new SyntaxFault('no closing quote');
    const plain = source.match(PLAIN_QUOTED);
    if (plain !== null) parts.push({ kind: 'text', text: plain, quoted: true });
    else parts.push(...readSpecial(source, parse, true));
  }
  return parts;
}

/** Reads what `\`, `$` or a backtick introduce. */
function readSpecial(source: Source, parse: ParseScript, quoted: boolean): WordPart[] {
  if (source.accept('\\')) {
    if (source.accept('\n')) return [];
    if (source.done) return [{ kind: 'text', text: '\\', quoted: true }];
    const char = source.char;
    source.position++;
    const keepsBackslash = quoted && !'$`"\\'.includes(char);
    return [{ kind: 'text', text: keepsBackslash ? `\\${char}` : char, quoted: true }];
  }
  if (source.accept('`')) return [readBackticks(source, parse, quoted)];
  source.position++;
  if (source.startsWith('((')) {
    const arithmetic = readArithmetic(source, parse, quoted);
    if (arithmetic !== null) return [arithmetic];
  }
  if (source.accept('(')) {
    const script = source.nested(() => parse(source));
    if (!source.accept(')')) throw source.unexpected();
    return [{ kind: 'command', script, quoted }];
  }
  if (source.accept('{')) return [source.nested(() => readBraced(source, parse, quoted))];
  if (!quoted && source.char === "'") return [{ kind: 'text', text: unescapeDollarQuote(source), quoted: true }];
  const name = source.match(NAME);
  if (name !== null) return [{ kind: 'variable', name, operation: null, quoted }];
  return [{ kind: 'text', text: '$', quoted: true }];
}

function readBackticks(source: Source, parse: ParseScript, quoted: boolean): WordPart {
  let inner = '';
  while (!source.accept('`')) {
    if (source.done) throw new SyntaxFault('no closing quote');
    if (source.char === '\\' && '$`\\'.includes(source.text.charAt(source.position + 1))) source.position++;
    inner += source.char;
    source.position++;
  }
  const script = source.nested(() => parseWhole(inner, parse));
  return { kind: 'command', script, quoted };
}

export function parseWhole(text: string, parse: ParseScript): Script {
  const source = new Source(text);
  const script = parse(source);
  if (!source.done) throw source.unexpected();
  return script;
}

/** `$(( … ))`; null where the parentheses turn out to be a subshell inside `$( … )`. */
function readArithmetic(source: Source, parse: ParseScript, quoted: boolean): WordPart | null {
  let depth = 0;
  for (let index = source.position; index < source.text.length; index++) {
    const char = source.text.charAt(index);
    if (char === '(') depth++;
    if (char !== ')' || --depth > 0) continue;
    if (source.text.charAt(index - 1) !== ')') return null;
    const inner = source.text.slice(source.position + 2, index - 1);
    source.position = index + 1;
    return { kind: 'arithmetic', expression: readDocument(inner, parse), quoted };
  }
  return null;
}

/** `${…}` after the brace. */
function readBraced(source: Source, parse: ParseScript, quoted: boolean): WordPart {
  if (source.char === '#' && source.text.charAt(source.position + 1) !== '}') {
    source.position++;
    const name = source.match(NAME);
    if (name === null || !source.accept('}')) throw new SyntaxFault('bad substitution');
    const operation = { operator: 'length', word: { parts: [] }, replacement: null };
    return { kind: 'variable', name, operation, quoted };
  }
  const name = source.match(/[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]/);
  if (name === null) throw new SyntaxFault('bad substitution');
  if (source.accept('}')) return { kind: 'variable', name, operation: null, quoted };
  const operator = source.match(/:[-=+?]|[-=+?]|##|#|%%|%|\/\/|\/|:/);
  if (operator === null) throw new SyntaxFault('bad substitution');
  const replacing = operator.startsWith('/');
  const word = { parts: readOperand(source, parse, replacing ? PLAIN_REPLACED : PLAIN_BRACED, quoted) };
  const replacement =
    replacing && source.accept('/') ? { parts: readOperand(source, parse, PLAIN_BRACED, quoted) } : null;
  if (!source.accept('}')) throw new SyntaxFault('no closing brace');
  return { kind: 'variable', name, operation: { operator, word, replacement }, quoted };
}

function readOperand(source: Source, parse: ParseScript, plain: RegExp, quoted: boolean): WordPart[] {
  const parts = readParts(source, parse, plain);
  return quoted ? parts.map((part) => (part.kind === 'text' ? part : { ...part, quoted: true })) : parts;
}

/** `$'…'` with the escapes of C. */
function unescapeDollarQuote(source: Source): string {
  const start = source.position + 1;
  let end = start;
  while (end < source.text.length && source.text.charAt(end) !== "'") end += source.text.charAt(end) === '\\' ? 2 : 1;
  if (end >= source.text.length) throw new SyntaxFault('no closing quote');
  source.position = end + 1;
  return unescapeC(source.text.slice(start, end));
}
