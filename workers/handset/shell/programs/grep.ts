import type { FileTree } from '../../file-tree.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault, type Flags } from '../flags.ts';
import { escapeRegExp } from '../glob.ts';
import { complainOf, linesAsTheyCome, linesOf, pathOf } from '../inputs.ts';

export const GREP_PROGRAMS: Programs = {
  grep: (io) => grep(io, io.argv),
  egrep: (io) => grep(io, ['egrep', '-E', ...io.argv.slice(1)]),
  fgrep: (io) => grep(io, ['fgrep', '-F', ...io.argv.slice(1)]),
};

const SPEC = 'EFGqcivonlhHswxrRLm:e:f:A:B:C:az';

/** grep: 0 where something matched, 1 where nothing did, 2 on an error. */
async function grep(io: ProgramIo, argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv, SPEC, { 'line-buffered': 'a', color: 'a' });
  const patterns = flags.has('e') ? [...flags.values('e')] : [];
  const rest = [...flags.rest];
  if (patterns.length === 0) {
    const first = rest.shift();
    if (first === undefined) throw new UsageFault('no PATTERN');
    patterns.push(first);
  }
  const test = compile(
    patterns.flatMap((pattern) => pattern.split('\n')),
    flags,
  );
  const names =
    flags.has('r') || flags.has('R') ? rest.flatMap((name) => filesBelow(io.files, pathOf(io, name))) : rest;
  const named = !flags.has('h') && (names.length > 1 || flags.has('H') || flags.has('r'));
  let matched = false;
  let failed = false;
  for (const name of names.length === 0 ? ['-'] : names) {
    try {
      const lines = name === '-' ? linesAsTheyCome(io.stdin) : linesOf(io.files.read(pathOf(io, name)));
      if (await search(io, lines, test, flags, named ? `${name}:` : '', name)) matched = true;
      if (matched && flags.has('q')) return 0;
    } catch (error) {
      if (!flags.has('s')) complainOf(io, name, error);
      failed = true;
    }
  }
  return matched ? 0 : failed ? 2 : 1;
}

async function search(
  io: ProgramIo,
  lines: Iterable<string> | AsyncIterable<string>,
  test: RegExp,
  flags: Flags,
  prefix: string,
  name: string,
): Promise<boolean> {
  const most = Number(flags.value('m') ?? Infinity);
  const around = Number(flags.value('C') ?? 0);
  const [before, after] = [Number(flags.value('B') ?? around), Number(flags.value('A') ?? around)];
  const recent: string[] = [];
  let [count, number, trailing] = [0, 0, 0];
  const quiet = flags.has('q') || flags.has('c') || flags.has('l') || flags.has('L');
  const print = (text: string, separator: string, at: number): void => {
    const head = separator === ':' ? prefix : prefix.replace(/:$/, separator);
    io.out(`${head}${flags.has('n') ? `${at}${separator}` : ''}${text}\n`);
  };
  for await (const line of lines) {
    number++;
    test.lastIndex = 0;
    if (test.test(line) === flags.has('v')) {
      if (trailing-- > 0 && !quiet) print(line, '-', number);
      else if (recent.push(line) > before) recent.shift();
      continue;
    }
    count++;
    trailing = after;
    if (quiet && (flags.has('q') || flags.has('l') || flags.has('L'))) break;
    if (!quiet) {
      recent.splice(0).forEach((text, index, all) => print(text, '-', number - all.length + index));
      test.lastIndex = 0;
      if (flags.has('o')) for (const [match] of line.matchAll(test)) if (match !== '') print(match, ':', number);
      if (!flags.has('o')) print(line, ':', number);
      await io.drained();
    }
    if (count >= most) break;
  }
  if (flags.has('c')) io.out(`${prefix}${count}\n`);
  if ((flags.has('l') && count > 0) || (flags.has('L') && count === 0)) io.out(`${name}\n`);
  return count > 0;
}

function compile(patterns: readonly string[], flags: Flags): RegExp {
  const sources = patterns.map((pattern) => {
    if (flags.has('F')) return escapeRegExp(pattern);
    return flags.has('E') ? extended(pattern) : extended(swapBasic(pattern));
  });
  const any = sources.map((source) => `(?:${source})`).join('|');
  const framed = flags.has('x') ? `^(?:${any})$` : flags.has('w') ? `\\b(?:${any})\\b` : any;
  return new RegExp(framed, `g${flags.has('i') ? 'i' : ''}`);
}

/** A POSIX basic expression as an extended one: `\(` groups and `(` is plain, and so for `{ } | + ?`. */
export function swapBasic(pattern: string): string {
  let result = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index);
    if (char === '[') {
      const end = endOfBracket(pattern, index);
      result += pattern.slice(index, end);
      index = end - 1;
    } else if (char === '\\') {
      const next = pattern.charAt(++index);
      result += '(){}|+?'.includes(next) ? next : `\\${next}`;
    } else if ('(){}|+?'.includes(char)) result += `\\${char}`;
    else if (char === '*' && /^$|\($|\|$|\^$/.test(result)) result += '\\*';
    else result += char;
  }
  return result;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
};

/** A POSIX extended expression as JavaScript's: bracket classes, and what `\` may not escape there. */
export function extended(pattern: string): string {
  let result = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index);
    if (char === '[') {
      const end = endOfBracket(pattern, index);
      const inner = pattern.slice(index + 1, end - 1);
      const safe = inner.replace(/\[:([a-z]+):\]|([\\[\]])/g, (_, name: string | undefined, plain: string) =>
        name === undefined ? `\\${plain}` : (CLASSES[name] ?? ''),
      );
      result += `[${safe}]`;
      index = end - 1;
    } else if (char === '\\') {
      const next = pattern.charAt(++index);
      result += next === '<' || next === '>' ? '\\b' : `\\${next}`;
    } else result += char;
  }
  return result;
}

/** Index after the `]` that closes a bracket expression; throws where none does. */
function endOfBracket(pattern: string, start: number): number {
  let index = start + 1;
  if (pattern.charAt(index) === '^') index++;
  if (pattern.charAt(index) === ']') index++;
  while (index < pattern.length && pattern.charAt(index) !== ']') {
    index = pattern.startsWith('[:', index) ? pattern.indexOf(':]', index) + 2 : index + 1;
    if (index < 2) break;
  }
  if (index >= pattern.length || index < 2) throw new UsageFault('bad regex: unmatched [');
  return index + 1;
}

function filesBelow(files: FileTree, path: string): string[] {
  const stat = files.stat(path);
  if (stat?.kind !== 'directory') return [path];
  return files.list(path).flatMap((name) => filesBelow(files, `${path === '/' ? '' : path}/${name}`));
}
