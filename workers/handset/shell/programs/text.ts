import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { forEachInput, linesAsTheyCome, linesOf } from '../inputs.ts';

/** Programs that read text and write text. */
export const TEXT_PROGRAMS: Programs = {
  cat,
  head,
  tail,
  wc,
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
