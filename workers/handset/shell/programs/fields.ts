import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { forEachInput, linesOf } from '../inputs.ts';

/** Programs that pick, order and translate what lines are made of. */
export const FIELD_PROGRAMS: Programs = { cut, sort, uniq, tr };

function cut(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'd:f:c:b:sO:', { 'output-delimiter': 'O' });
  const delimiter = flags.value('d') ?? '\t';
  const fields = flags.value('f');
  const list = fields ?? flags.value('c') ?? flags.value('b');
  if (list === undefined) throw new UsageFault('Needs -fcb');
  const chosen = ranges(list);
  const select = <T>(items: readonly T[]): T[] => items.filter((_, index) => chosen(index + 1));
  return forEachInput(io, flags.rest, (content) => {
    for (const line of linesOf(content)) {
      if (fields === undefined) io.out(`${select([...line]).join('')}\n`);
      else if (line.includes(delimiter))
        io.out(`${select(line.split(delimiter)).join(flags.value('O') ?? delimiter)}\n`);
      else if (!flags.has('s')) io.out(`${line}\n`);
    }
  });
}

/** `1,3-5,7-` as a test of a number. */
function ranges(list: string): (number: number) => boolean {
  const spans = list.split(',').map((span) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(span);
    if (match === null || span === '' || span === '-') throw new UsageFault(`bad range ${span}`);
    const from = match[1] === '' ? 1 : Number(match[1]);
    return { from, to: match[2] === '' ? from : match[3] === '' ? Infinity : Number(match[3]) };
  });
  return (number) => spans.some(({ from, to }) => number >= from && number <= to);
}

async function sort(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'nrufk:t:Vo:sbg');
  const lines: string[] = [];
  const status = await forEachInput(io, flags.rest, (content) => void lines.push(...linesOf(content)));
  const separator = flags.value('t');
  const key = /^(\d+)/.exec(flags.value('k') ?? '')?.[1];
  const numeric = flags.has('n') || flags.has('g') || /^\d+(,\d+)?[a-z]*n/.test(flags.value('k') ?? '');
  const reverse = flags.has('r') !== /^\d+(,\d+)?[a-z]*r/.test(flags.value('k') ?? '');
  const keyOf = (line: string): string => {
    const text =
      key === undefined
        ? line
        : (separator === undefined ? line.trim().split(/\s+/) : line.split(separator)).slice(Number(key) - 1).join(' ');
    return flags.has('f') ? text.toUpperCase() : text;
  };
  const order = (a: string, b: string): number => {
    const [x, y] = [keyOf(a), keyOf(b)];
    const difference = numeric ? (parseFloat(x) || 0) - (parseFloat(y) || 0) : 0;
    return difference || (x < y ? -1 : x > y ? 1 : 0);
  };
  lines.sort((a, b) => (reverse ? order(b, a) : order(a, b)));
  const kept = flags.has('u')
    ? lines.filter((line, index) => index === 0 || order(line, lines[index - 1] ?? '') !== 0)
    : lines;
  io.out(kept.map((line) => `${line}\n`).join(''));
  return status;
}

function uniq(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'cdui');
  return forEachInput(io, flags.rest, (content) => {
    const runs: { line: string; count: number }[] = [];
    for (const line of linesOf(content)) {
      const last = runs.at(-1);
      const same = flags.has('i') ? last?.line.toLowerCase() === line.toLowerCase() : last?.line === line;
      if (last !== undefined && same) last.count++;
      else runs.push({ line, count: 1 });
    }
    for (const { line, count } of runs) {
      if ((flags.has('d') && count < 2) || (flags.has('u') && count > 1)) continue;
      io.out(flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`);
    }
  });
}

async function tr(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, '+cds');
  const [from = '', to = ''] = flags.rest.map(expandSet);
  const matches = (char: string): boolean => from.includes(char) !== flags.has('c');
  for await (const chunk of io.stdin) {
    let result = '';
    for (const char of chunk.toString('latin1')) {
      if (!matches(char)) result += char;
      else if (!flags.has('d')) {
        const index = flags.has('c') ? to.length - 1 : Math.min(from.indexOf(char), to.length - 1);
        const mapped = to === '' ? char : to.charAt(index);
        if (!(flags.has('s') && result.endsWith(mapped))) result += mapped;
      }
    }
    io.out(Buffer.from(result, 'latin1'));
    await io.drained();
  }
  return 0;
}

const CLASSES: Readonly<Record<string, string>> = {
  '[:upper:]': 'A-Z',
  '[:lower:]': 'a-z',
  '[:digit:]': '0-9',
  '[:alnum:]': 'A-Za-z0-9',
  '[:alpha:]': 'A-Za-z',
  '[:space:]': ' \\t\\n\\r\\v\\f',
};

function expandSet(set: string): string {
  const named = set.replace(/\[:[a-z]+:\]/g, (name) => CLASSES[name] ?? name);
  const plain = named.replace(/\\([ntrvf\\]|[0-7]{1,3})/g, (_, code: string) => {
    const known = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f', '\\': '\\' }[code];
    return known ?? String.fromCharCode(parseInt(code, 8));
  });
  return plain.replace(/(.)-(.)/gs, (_, first: string, last: string) => {
    let range = '';
    for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++) range += String.fromCharCode(code);
    return range;
  });
}
