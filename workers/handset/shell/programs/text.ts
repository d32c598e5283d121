import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { forEachInput, linesAsTheyCome, linesOf } from '../inputs.ts';

/** Programs that read text and write text. */
export const TEXT_PROGRAMS: Programs = {
  cat,
  head,
  tail,
  wc,
  cut,
  sort,
  uniq,
  tr,
  seq,
  tee,
  tac: (io) =>
    forEachInput(io, io.argv.slice(1), (content) =>
      io.out(
        linesOf(content)
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      ),
    ),
  rev: (io) =>
    forEachInput(io, io.argv.slice(1), (content) =>
      io.out(
        linesOf(content)
          .map((line) => `${[...line].reverse().join('')}\n`)
          .join(''),
      ),
    ),
  basename: (io) => {
    const [, path = '', suffix = ''] = io.argv;
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    io.out(`${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`);
    return 0;
  },
  dirname: (io) => {
    const path = (io.argv[1] ?? '').replace(/\/+$/, '');
    const slash = path.lastIndexOf('/');
    io.out(`${slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash)}\n`);
    return 0;
  },
  yes: async (io) => {
    const line = `${io.argv.length > 1 ? io.argv.slice(1).join(' ') : 'y'}\n`;
    while (!io.signal.aborted) {
      io.out(line.repeat(512));
      await io.drained();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 0;
  },
};

async function cat(io: ProgramIo): Promise<number> {
  const { rest } = readFlags(io.argv, 'uevt');
  if (rest.length > 0) return forEachInput(io, rest, (content) => io.out(content));
  for await (const chunk of io.stdin) {
    io.out(chunk);
    await io.drained();
  }
  return 0;
}

async function head(io: ProgramIo): Promise<number> {
  const flags = readFlags(
    io.argv.map((word) => word.replace(/^-(\d+)$/, '-n$1')),
    'n:c:q',
  );
  const bytes = flags.value('c');
  const lines = Number(flags.value('n') ?? 10);
  if (flags.rest.length === 0 && bytes === undefined) {
    let left = lines;
    if (left <= 0) return 0;
    for await (const line of linesAsTheyCome(io.stdin)) {
      io.out(`${line}\n`);
      if (--left === 0) break;
    }
    return 0;
  }
  return forEachInput(io, flags.rest, (content, name) => {
    if (flags.rest.length > 1 && !flags.has('q')) io.out(`==> ${name} <==\n`);
    if (bytes !== undefined) io.out(content.subarray(0, Number(bytes)));
    else
      io.out(
        linesOf(content)
          .slice(0, lines < 0 ? undefined : lines)
          .map((line) => `${line}\n`)
          .join(''),
      );
  });
}

function tail(io: ProgramIo): Promise<number> {
  const flags = readFlags(
    io.argv.map((word) => word.replace(/^-(\d+)$/, '-n$1')),
    'n:c:q',
  );
  const bytes = flags.value('c');
  const count = flags.value('n') ?? '10';
  return forEachInput(io, flags.rest, (content) => {
    if (bytes !== undefined) {
      io.out(bytes.startsWith('+') ? content.subarray(Number(bytes) - 1) : content.subarray(-Math.abs(Number(bytes))));
      return;
    }
    const lines = linesOf(content);
    const from = count.startsWith('+') ? Number(count) - 1 : Math.max(0, lines.length - Math.abs(Number(count)));
    io.out(
      lines
        .slice(from)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
}

async function wc(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'lwcm');
  const shown = ['l', 'w', 'c', 'm'].filter((letter) => flags.has(letter));
  const columns = shown.length === 0 ? ['l', 'w', 'c'] : shown;
  const print = (counts: readonly number[], name: string): void => {
    const padded = counts.length === 1 ? counts.map(String) : counts.map((count) => String(count).padStart(7));
    io.out(`${padded.join(' ')}${name === '-' ? '' : ` ${name}`}\n`);
  };
  const total = columns.map(() => 0);
  const status = await forEachInput(io, flags.rest, (content, name) => {
    const text = content.toString('utf8');
    const counts: Record<string, number> = {
      l: text.split('\n').length - 1,
      w: text.split(/\s+/).filter((word) => word !== '').length,
      c: content.length,
      m: [...text].length,
    };
    const values = columns.map((column) => counts[column] ?? 0);
    values.forEach((value, index) => (total[index] = (total[index] ?? 0) + value));
    print(values, name);
  });
  if (flags.rest.length > 1) print(total, 'total');
  return status;
}

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

async function seq(io: ProgramIo): Promise<number> {
  const numbers = io.argv.slice(1).map(Number);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) throw new UsageFault('Needs 1 to 3 numbers');
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  const last = numbers.at(-1) ?? 0;
  if (step === 0) throw new UsageFault('increment is 0');
  for (let value = first, printed = 0; step > 0 ? value <= last : value >= last; value += step) {
    io.out(`${value}\n`);
    if (++printed % 1000 === 0) {
      if (io.signal.aborted) return 1;
      await io.drained();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return 0;
}

async function tee(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'ai');
  const parts: Buffer[] = [];
  for await (const chunk of io.stdin) {
    io.out(chunk);
    parts.push(chunk);
    await io.drained();
  }
  const content = Buffer.concat(parts);
  for (const name of flags.rest) {
    const path = name.startsWith('/') ? name : `${io.cwd}/${name}`;
    const before = flags.has('a') && io.files.stat(path) !== undefined ? io.files.read(path) : Buffer.alloc(0);
    io.files.write(path, Buffer.concat([before, content]));
  }
  return 0;
}
