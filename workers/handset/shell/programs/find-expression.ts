import { lookUp } from '../../../../orchestrator/contract/look-up.ts';
import { userId } from '../../files/permission.ts';
import type { FileStat } from '../../file-tree.ts';
import type { ProgramIo } from '../../system.ts';
import { UsageFault } from '../flags.ts';
import { patternRegExp } from '../glob.ts';
import { pathOf } from '../inputs.ts';
import { quoteAll } from './print.ts';

export interface Visited {
  readonly path: string;
  readonly shown: string;
  readonly depth: number;
  readonly stat: FileStat;
}

export type Test = (visited: Visited) => boolean | Promise<boolean>;

const KIND_LETTERS: Readonly<Record<string, FileStat['kind']>> = {
  f: 'file',
  d: 'directory',
  l: 'link',
  s: 'socket',
  c: 'device',
};

export interface Cursor {
  readonly words: readonly string[];
  at: number;
  most: number;
  least: number;
  /** An action was named, so nothing is printed by itself. */
  acts: boolean;
  readonly io: ProgramIo;
}

export function parseOr(cursor: Cursor): Test {
  const left = parseAnd(cursor);
  if (!['-o', '-or'].includes(cursor.words[cursor.at] ?? '')) return left;
  cursor.at++;
  const right = parseOr(cursor);
  return async (visited) => (await left(visited)) || (await right(visited));
}

function parseAnd(cursor: Cursor): Test {
  const tests: Test[] = [];
  for (;;) {
    const word = cursor.words[cursor.at];
    if (word === undefined || word === '-o' || word === '-or' || word === ')') break;
    if (word === '-a' || word === '-and') cursor.at++;
    else tests.push(parseOne(cursor));
  }
  return async (visited) => {
    for (const test of tests) if (!(await test(visited))) return false;
    return true;
  };
}

function parseOne(cursor: Cursor): Test {
  const word = cursor.words[cursor.at++] ?? '';
  const next = (): string => {
    const value = cursor.words[cursor.at++];
    if (value === undefined) throw new UsageFault(`'${word}' needs 1 arg`);
    return value;
  };
  const { io } = cursor;
  switch (word) {
    case '!':
    case '-not': {
      const inner = parseOne(cursor);
      return async (visited) => !(await inner(visited));
    }
    case '(': {
      const inner = parseOr(cursor);
      if (next() !== ')') throw new UsageFault("missing ')'");
      return inner;
    }
    case '-name':
    case '-iname': {
      const pattern = new RegExp(patternRegExp([{ text: next(), quoted: false }]), word === '-iname' ? 'is' : 's');
      return ({ shown }) => pattern.test(shown.split('/').at(-1) ?? '');
    }
    case '-path':
    case '-wholename': {
      const pattern = patternRegExp([{ text: next(), quoted: false }]);
      return ({ shown }) => pattern.test(shown);
    }
    case '-type': {
      const kinds = next()
        .split(',')
        .map((letter) => lookUp(KIND_LETTERS, letter));
      return ({ stat }) => kinds.includes(stat.kind);
    }
    case '-maxdepth':
      cursor.most = Number(next());
      return () => true;
    case '-mindepth':
      cursor.least = Number(next());
      return () => true;
    case '-size':
      return sizeTest(next());
    case '-user': {
      const uid = userId(next());
      return ({ stat }) => stat.uid === uid;
    }
    case '-newer': {
      const sinceMs = io.files.stat(pathOf(io, next()))?.mtimeMs ?? Infinity;
      return ({ stat }) => stat.mtimeMs > sinceMs;
    }
    case '-empty':
      return ({ stat, path }) => (stat.kind === 'directory' ? io.files.list(path).length === 0 : stat.sizeBytes === 0);
    default:
      return parseAction(word, cursor, next);
  }
}

function parseAction(word: string, cursor: Cursor, next: () => string): Test {
  const { io } = cursor;
  cursor.acts = true;
  switch (word) {
    case '-print':
    case '-print0':
      return ({ shown }) => {
        io.out(shown + (word === '-print' ? '\n' : '\0'));
        return true;
      };
    case '-delete':
      return ({ path }) => {
        io.files.remove(path);
        return true;
      };
    case '-depth':
      cursor.acts = false;
      return () => true;
    case '-exec': {
      const command: string[] = [];
      for (let part = next(); part !== ';' && part !== '+'; part = next()) command.push(part);
      return async ({ shown }) => (await io.run(quoteAll(command.map((part) => part.replaceAll('{}', shown))))) === 0;
    }
    default:
      throw new UsageFault(`bad arg '${word}'`);
  }
}

function sizeTest(text: string): Test {
  const match = /^([-+]?)(\d+)([ckMG]?)$/.exec(text);
  if (match === null) throw new UsageFault(`bad size '${text}'`);
  const unit = { c: 1, k: 1024, M: 1 << 20, G: 1 << 30 }[match[3] ?? ''] ?? 512;
  const wanted = Number(match[2]);
  return ({ stat }) => {
    const size = Math.ceil(stat.sizeBytes / unit);
    return match[1] === '+' ? size > wanted : match[1] === '-' ? size < wanted : size === wanted;
  };
}
