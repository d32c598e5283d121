import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openDesk } from '../support/command.ts';

const T = Array.from({ length: 12 }, (_, i) => i * 30 + 0.25);
const GOOD = JSON.stringify({ id: 'x', windowSeconds: 400, t: T });

test('a file of series gives a line for each on stdout, and status 0', async () => {
  await using desk = await openDesk();
  const file = desk.path('series.ndjson');
  await writeFile(file, `${GOOD}\n${GOOD.replace('"x"', '"y"')}\n`);
  const ran = await desk.run(['cadence', file, '--threads', '1']);
  const lines = ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; periodSeconds: number });
  expect(ran).toMatchObject({ status: 0, err: '' });
  expect(lines.map(({ id, periodSeconds }) => [id, periodSeconds])).toEqual([
    ['x', 30],
    ['y', 30],
  ]);
});

test('a bad line is answered in its place, named on stderr, and ends in status 2', async () => {
  await using desk = await openDesk();
  const ran = await desk.run(['cadence'], {}, Readable.from([Buffer.from(`{"t":5}\n${GOOD}\n`)]));
  expect(ran.status).toBe(2);
  expect(ran.out.trim().split('\n')).toHaveLength(2);
  expect(ran.err).toBe('sleeptalk: series-malformed: line 1: t: expected array, received number.\n');
});

test('without a file and without a pipe it says what it reads', async () => {
  await using desk = await openDesk();
  const ran = await desk.run(['cadence']);
  expect(ran).toMatchObject({ status: 2, out: '' });
  expect(ran.err).toBe(
    'sleeptalk: usage: cadence reads series from a file or from standard input; neither was given.\n',
  );
});

test('a file that is not there is named', async () => {
  await using desk = await openDesk();
  const ran = await desk.run(['cadence', desk.path('none.ndjson')]);
  expect(ran.status).toBe(2);
  expect(ran.err).toContain('file-unreadable');
  expect(ran.err).toContain('none.ndjson');
});
