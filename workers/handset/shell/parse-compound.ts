import type { Command, CommandBody, Script, Word } from './ast.ts';
import { parseCondition } from './parse-condition.ts';
import { acceptWord, peekWord } from './parse.ts';
import type { Source } from './source.ts';
import { readDocument, readWord } from './word.ts';

interface Parsers {
  readonly parseList: (source: Source) => Script;
  readonly parseCommand: (source: Source) => Command;
}

/** if, while, until, for, case, braces, parentheses, `[[ ]]`, `(( ))`, function; null where none of them starts. */
export function parseCompound(source: Source, parsers: Parsers): CommandBody | null {
  if (source.startsWith('((')) {
    const arithmetic = parseArithmetic(source, parsers);
    if (arithmetic !== null) return arithmetic;
  }
  if (source.accept('(')) {
    const body = parsers.parseList(source);
    if (!source.accept(')')) throw source.unexpected();
    return { kind: 'subshell', body };
  }
  const word = peekWord(source);
  switch (word) {
    case '{':
      source.accept(word);
      return { kind: 'group', body: upTo(source, parsers, '}') };
    case '[[': {
      source.accept(word);
      const condition = parseCondition(source, parsers.parseList);
      if (!acceptWord(source, ']]')) throw source.unexpected();
      return { kind: 'condition', condition };
    }
    case 'if':
      source.accept(word);
      return parseIf(source, parsers);
    case 'while':
    case 'until': {
      source.accept(word);
      const condition = upTo(source, parsers, 'do');
      return { kind: word, condition, body: upTo(source, parsers, 'done') };
    }
    case 'for':
      source.accept(word);
      return parseFor(source, parsers);
    case 'case':
      source.accept(word);
      return parseCase(source, parsers);
    case 'function': {
      source.accept(word);
      source.skipBlanks();
      const name = source.match(/[A-Za-z_][A-Za-z0-9_]*/);
      if (name === null) throw source.unexpected();
      source.match(/[ \t]*\([ \t]*\)/);
      source.skipNewlines();
      return { kind: 'function', name, body: parsers.parseCommand(source) };
    }
    default:
      return null;
  }
}

function upTo(source: Source, parsers: Parsers, word: string): Script {
  const body = parsers.parseList(source);
  if (!acceptWord(source, word)) throw source.unexpected();
  if (body.lists.length === 0) throw source.unexpected();
  return body;
}

function parseIf(source: Source, parsers: Parsers): CommandBody {
  const branches = [];
  do {
    const condition = upTo(source, parsers, 'then');
    branches.push({ condition, body: parsers.parseList(source) });
  } while (acceptWord(source, 'elif'));
  const otherwise = acceptWord(source, 'else') ? parsers.parseList(source) : null;
  if (!acceptWord(source, 'fi')) throw source.unexpected();
  return { kind: 'if', branches, otherwise };
}

function parseFor(source: Source, parsers: Parsers): CommandBody {
  source.skipBlanks();
  const name = source.match(/[A-Za-z_][A-Za-z0-9_]*/);
  if (name === null) throw source.unexpected();
  let words: Word[] | null = null;
  if (acceptWord(source, 'in')) {
    words = [];
    for (source.skipBlanks(); ; source.skipBlanks()) {
      const word = readWord(source, parsers.parseList);
      if (word === null) break;
      words.push(word);
    }
  }
  source.skipBlanks();
  source.accept(';');
  if (!acceptWord(source, 'do')) throw source.unexpected();
  return { kind: 'for', name, words, body: upTo(source, parsers, 'done') };
}

function parseCase(source: Source, parsers: Parsers): CommandBody {
  source.skipBlanks();
  const subject = readWord(source, parsers.parseList);
  if (subject === null || !acceptWord(source, 'in')) throw source.unexpected();
  const arms = [];
  for (source.skipNewlines(); !acceptWord(source, 'esac'); source.skipNewlines()) {
    source.accept('(');
    const patterns: Word[] = [];
    do {
      source.skipBlanks();
      const pattern = readWord(source, parsers.parseList);
      if (pattern === null) throw source.unexpected();
      patterns.push(pattern);
      source.skipBlanks();
    } while (source.accept('|'));
    if (!source.accept(')')) throw source.unexpected();
    arms.push({ patterns, body: parsers.parseList(source) });
    source.skipNewlines();
    if (!source.accept(';;') && peekWord(source) !== 'esac') throw source.unexpected();
  }
  return { kind: 'case', subject, arms };
}

function parseArithmetic(source: Source, parsers: Parsers): CommandBody | null {
  const end = source.text.indexOf('))', source.position);
  if (end < 0) return null;
  const inner = source.text.slice(source.position + 2, end);
  if (inner.includes(';') || inner.includes('\n')) return null;
  source.position = end + 2;
  return { kind: 'arithmetic', expression: readDocument(inner, parsers.parseList) };
}
