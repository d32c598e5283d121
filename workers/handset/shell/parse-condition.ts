import type { Condition, Word } from './ast.ts';
import { peekWord } from './parse.ts';
import type { Source } from './source.ts';
import { plainText, readWord, type ParseScript } from './word.ts';

const BINARY = /==|=~|=|!=|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef)(?=\s)/;

/** The inside of `[[ … ]]`, up to but not including `]]`. */
export function parseCondition(source: Source, parse: ParseScript): Condition {
  return source.nested(() => {
    let left = parseAnd(source, parse);
    for (source.skipNewlines(); source.accept('||'); source.skipNewlines()) {
      left = { kind: 'or', left, right: parseAnd(source, parse) };
    }
    return left;
  });
}

function parseAnd(source: Source, parse: ParseScript): Condition {
  let left = parseOne(source, parse);
  for (source.skipNewlines(); source.accept('&&'); source.skipNewlines()) {
    left = { kind: 'and', left, right: parseOne(source, parse) };
  }
  return left;
}

function parseOne(source: Source, parse: ParseScript): Condition {
  source.skipNewlines();
  if (peekWord(source) === '!' && source.accept('!')) {
    return { kind: 'not', of: source.nested(() => parseOne(source, parse)) };
  }
  if (source.accept('(')) {
    const inner = parseCondition(source, parse);
    source.skipNewlines();
    if (!source.accept(')')) throw source.unexpected();
    return inner;
  }
  const first = word(source, parse);
  const operator = plainText(first);
  source.skipBlanks();
  if (operator !== null && /^-[a-zA-Z]$/.test(operator) && peekWord(source) !== ']]') {
    return { kind: 'unary', operator, word: word(source, parse) };
  }
  const binary = source.match(BINARY);
  if (binary === null) return { kind: 'word', word: first };
  source.skipBlanks();
  return { kind: 'binary', operator: binary, left: first, right: word(source, parse) };
}

function word(source: Source, parse: ParseScript): Word {
  source.skipBlanks();
  const found = readWord(source, parse);
  if (found === null) throw source.unexpected();
  return found;
}
