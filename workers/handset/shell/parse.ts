import type { AndOr, Command, CommandBody, Pipeline, Script, Word } from './ast.ts';
import { readAssignment, readRedirection, RESERVED } from './parse-simple.ts';
import { parseCompound } from './parse-compound.ts';
import type { Source } from './source.ts';
import { parseWhole, plainText, readWord } from './word.ts';

/** Parses a shell program. Throws SyntaxFault. */
export function parseScript(text: string): Script {
  return parseWhole(text, parseList);
}

/** Commands up to the end, a closing parenthesis, `;;`, or a reserved word that ends a compound. */
export function parseList(source: Source): Script {
  const lists: AndOr[] = [];
  source.skipNewlines();
  while (!atEnd(source)) {
    const first = parsePipeline(source);
    const rest: AndOr['rest'][number][] = [];
    for (;;) {
      source.skipBlanks();
      const operator = source.accept('&&') ? '&&' : source.accept('||') ? '||' : null;
      if (operator === null) break;
      source.skipNewlines();
      rest.push({ operator, pipeline: parsePipeline(source) });
    }
    source.skipBlanks();
    const background = !source.startsWith('&&') && source.accept('&');
    lists.push({ first, rest, background });
    if (!background && !endStatement(source)) break;
    source.skipNewlines();
  }
  return { lists };
}

function endStatement(source: Source): boolean {
  source.skipBlanks();
  if (source.char === '\n') return true;
  return !source.startsWith(';;') && source.accept(';');
}

const ENDERS = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);

function atEnd(source: Source): boolean {
  if (source.done || source.char === ')' || source.startsWith(';;')) return true;
  return ENDERS.has(peekWord(source));
}

/** The next word if it is plain text followed by a boundary, else ''. */
export function peekWord(source: Source): string {
  return (
    /^[^\s\\'"$`;&|<>()]+(?=[\s;&|<>()]|$)/.exec(source.text.slice(source.position, source.position + 64))?.[0] ?? ''
  );
}

export function acceptWord(source: Source, word: string): boolean {
  source.skipNewlines();
  return peekWord(source) === word && source.accept(word);
}

function parsePipeline(source: Source): Pipeline {
  source.skipBlanks();
  let negated = false;
  while (peekWord(source) === '!' && source.accept('!')) {
    negated = !negated;
    source.skipBlanks();
  }
  const commands = [parseCommand(source)];
  for (source.skipBlanks(); source.char === '|' && !source.startsWith('||'); source.skipBlanks()) {
    source.position++;
    source.skipNewlines();
    commands.push(parseCommand(source));
  }
  return { negated, commands };
}

export function parseCommand(source: Source): Command {
  return source.nested(() => {
    source.skipBlanks();
    const compound = parseCompound(source, { parseList, parseCommand });
    if (compound === null) return parseSimple(source);
    const redirections = [];
    for (;;) {
      source.skipBlanks();
      const redirection = readRedirection(source, parseList);
      if (redirection === null) return { body: compound, redirections };
      redirections.push(redirection);
    }
  });
}

function parseSimple(source: Source): Command {
  const assignments = [];
  const words: Word[] = [];
  const redirections = [];
  for (;;) {
    source.skipBlanks();
    const redirection = readRedirection(source, parseList);
    if (redirection !== null) {
      redirections.push(redirection);
      continue;
    }
    const assignment = words.length === 0 ? readAssignment(source, parseList) : null;
    if (assignment !== null) {
      assignments.push(assignment);
      continue;
    }
    const word = readWord(source, parseList);
    if (word === null) break;
    words.push(word);
    const name = words.length === 1 ? plainText(word) : null;
    if (name !== null && assignments.length === 0 && source.match(/[ \t]*\([ \t]*\)/) !== null) {
      source.skipNewlines();
      return { body: { kind: 'function', name, body: parseCommand(source) }, redirections };
    }
    if (name !== null && RESERVED.has(name)) throw reject(source, name);
  }
  if (words.length + assignments.length + redirections.length === 0) throw source.unexpected();
  const body: CommandBody = { kind: 'simple', assignments, words };
  return { body, redirections };
}

function reject(source: Source, name: string): Error {
  source.position -= name.length;
  return source.unexpected();
}
