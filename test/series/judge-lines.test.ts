import { expect, test } from 'vitest';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import { CadenceLine, UnreadLine } from '../../orchestrator/contract/series.ts';
import { judgeLine } from '../../workers/series/judge-line.ts';
import { judgeLines, type JudgeLines } from '../../workers/series/judge-lines.ts';

const options = { tunables: Tunables.parse({}), windowSeconds: null, evidence: false };

function beacon(id: string, count: number, period = 60): string {
  return JSON.stringify({ id, windowSeconds: count * period, t: Array.from({ length: count }, (_, i) => i * period) });
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function judged(input: AsyncIterable<Uint8Array>, more: Partial<JudgeLines> = {}) {
  const { signal } = new AbortController();
  const written: string[] = [];
  const total = await judgeLines(input, async (bytes) => void written.push(Buffer.from(bytes).toString()), {
    ...options,
    threads: 2,
    signal,
    ...more,
  });
  const lines = written.join('').split('\n').slice(0, -1);
  return { total, lines: lines.map((line) => JSON.parse(line) as CadenceLine | UnreadLine) };
}

test('a beacon is structured, with its period in seconds', () => {
  const line = CadenceLine.parse(judgeLine(beacon('x', 15), 1, options));
  expect(line).toMatchObject({ id: 'x', beats: 15, structured: true, periodSeconds: 60, kind: 'periodic' });
  expect(line).toMatchObject({ clutter: 0, cycle: null, periodsSeconds: [60] });
  expect(line.score).toBeGreaterThan(1);
});

test('fewer than five beats have no score, and say why', () => {
  const line = CadenceLine.parse(judgeLine(beacon('few', 4), 1, options));
  expect(line).toMatchObject({ beats: 4, score: null, structured: null, reason: 'too-few-beats' });
});

test.each([
  ['{bad', 'line 7: expected a JSON object, found {bad.'],
  ['[]', 'line 7: expected object, received array.'],
  ['{"t":[1,"x"]}', 'line 7: t[1]: expected number, received string.'],
  ['{"t":[1,1e999]}', 'line 7: t[1]: expected number, received Infinity.'],
  ['{"t":[1,2],"up":[1]}', 'line 7: up: expected 2 sizes, as many as times, found 1.'],
  ['{"t":[1],"down":[-1]}', 'line 7: down[0]: Too small: expected number to be >=0.'],
  ['{"id":"\\u001b[31m","t":0}', 'line 7: t: expected array, received number.'],
])('%s is answered by what was expected', (text, detail) => {
  const line = UnreadLine.parse(judgeLine(text, 7, options));
  expect(line.error.detail).toBe(detail);
  expect(JSON.stringify(line)).not.toContain('\u001b');
});

test('the order of the times does not matter, and the statistics are there where asked for', () => {
  const t = [300, 0, 120, 60, 240, 180];
  const given = judgeLine(JSON.stringify({ id: 1, t }), 1, { ...options, evidence: true });
  const sorted = judgeLine(JSON.stringify({ id: 1, t: t.toSorted((a, b) => a - b) }), 1, {
    ...options,
    evidence: true,
  });
  expect(given).toEqual(sorted);
  expect(CadenceLine.parse(given).evidence?.length).toBeGreaterThan(0);
});

test('many lines over two threads come out in order, whatever the chunks', async () => {
  const count = 200;
  const text = Array.from({ length: count }, (_, i) => beacon(`s${i}`, 5 + (i % 40))).join('\n');
  const { lines, total } = await judged(inChunks(text, 1500));
  expect(lines.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, i) => `s${i}`));
  expect(total).toEqual({ lines: count, unread: 0, firstUnread: null });
});

test('a line that is no series is answered in its place, and counted; blank lines are not lines', async () => {
  const { lines, total } = await judged(once(`${beacon('a', 8)}\n\n{bad\n${beacon('b', 8)}\n`));
  expect(lines.map((line) => ('error' in line ? line.line : line.id))).toEqual(['a', 3, 'b']);
  expect(total).toEqual({ lines: 3, unread: 1, firstUnread: 'line 3: expected a JSON object, found {bad.' });
});

test('the input is read no faster than the output is taken', async () => {
  const chunks = 40;
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; read < chunks; read++) yield Buffer.from(`${beacon(`s${read}`, 6)}\n`);
  }
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let first = (): void => undefined;
  const firstWritten = new Promise<void>((resolve) => (first = resolve));
  const { signal } = new AbortController();
  const judging = judgeLines(
    endless(),
    async () => {
      first();
      await gate;
    },
    { ...options, threads: 1, signal },
  );
  await firstWritten;
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(read).toBeLessThan(5);
  open();
  expect((await judging).lines).toBe(chunks);
});

test('a signal ends it, and no thread is left', async () => {
  const stopping = new AbortController();
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let i = 0; ; i++) {
      if (i === 3) stopping.abort(new Error('stopped'));
      yield Buffer.from(`${beacon(`s${i}`, 6)}\n`);
    }
  }
  await expect(judged(endless(), { signal: stopping.signal })).rejects.toThrow('stopped');
});
