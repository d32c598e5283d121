import type { Assignment, Redirection, Word } from './ast.ts';
import type { Source } from './source.ts';
import { readDocument, readWord, type ParseScript } from './word.ts';

/** Words that may not start a simple command. */
export const RESERVED: ReadonlySet<string> = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}', 'in']);

/** `name=value` before a command; null where the next word is not one. */
export function readAssignment(source: Source, parse: ParseScript): Assignment | null {
  const head = source.match(/[A-Za-z_][A-Za-z0-9_]*=/);
  if (head === null) return null;
  return { name: head.slice(0, -1), value: readWord(source, parse) ?? { parts: [] } };
}

/** `2>file`, `<&-`, `<<EOF`; null where none comes next. */
export function readRedirection(source: Source, parse: ParseScript): Redirection | null {
  const head = source.match(/[0-9]?(<<<|<<-|<<|<&|<>|<|>>|>&|>\||>)|&>/);
  if (head === null) return null;
  const fdText = /^[0-9]/.exec(head)?.[0];
  const symbol = head.slice(fdText === undefined ? 0 : 1);
  const fd = fdText === undefined ? (symbol.startsWith('<') ? 0 : 1) : Number(fdText);
  source.skipBlanks();
  if (symbol === '<<' || symbol === '<<-') return readHereDocument(source, parse, fd, symbol === '<<-');
  const target = readWord(source, parse);
  if (target === null) throw source.unexpected();
  return { fd, operator: operatorOf(symbol), target };
}

function operatorOf(symbol: string): Redirection['operator'] {
  switch (symbol) {
    case '<':
    case '<>':
      return '<';
    case '>>':
    case '<&':
    case '>&':
    case '&>':
    case '<<<':
      return symbol;
    default:
      return '>';
  }
}

function readHereDocument(source: Source, parse: ParseScript, fd: number, stripTabs: boolean): Redirection {
  const word = readWord(source, parse);
  if (word === null) throw source.unexpected();
  const delimiter = word.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const quoted = word.parts.some((part) => part.kind === 'text' && part.quoted);
  let content: Word = { parts: [] };
  source.documents.push({
    delimiter,
    quoted,
    stripTabs,
    take(text) {
      content = quoted ? { parts: [{ kind: 'text', text, quoted: true }] } : readDocument(text, parse);
    },
  });
  return {
    fd,
    operator: '<<',
    // Its content follows the line, so it is known only when that line has been read.
    get target() {
      return content;
    },
  };
}
