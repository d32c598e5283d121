import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchesOf, type Batch } from '../../workers/series/batches.ts';

async function* chunked(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(from, place);
    from = place;
  }
}

async function all(chunks: AsyncIterable<Uint8Array>, mostLineBytes?: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of batchesOf(chunks, mostLineBytes)) batches.push(batch);
  return batches;
}

test('however the input is cut into chunks, every batch is whole lines, and none is lost or moved', async () => {
  const lines = fc.array(fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'ü', '{', ' ') }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(lines, fc.boolean(), fc.array(fc.nat(), { maxLength: 8 }), async (given, ends, cuts) => {
      const text = given.join('\n') + (ends ? '\n' : '');
      const batches = await all(chunked(text, cuts));
      expect(batches.map(({ bytes }) => Buffer.from(bytes).toString()).join('')).toBe(text);
      for (const [i, { bytes, firstLine }] of batches.entries()) {
        if (i < batches.length - 1) expect(bytes.at(-1)).toBe(10);
        const before = batches.slice(0, i).map((one) => Buffer.from(one.bytes).toString());
        expect(firstLine).toBe(1 + before.join('').split('\n').length - 1);
      }
    }),
  );
});

test('a line beyond the limit is passed over and named, and the lines around it stand', async () => {
  const text = `first\n${'x'.repeat(5000)}\nlast\n`;
  const batches = await all(chunked(text, [3, 100, 2000, 4000, 5010]), 1000);
  const shown = batches.map(({ bytes, firstLine, tooLong }) => [firstLine, tooLong, Buffer.from(bytes).toString()]);
  expect(shown).toEqual([
    [1, false, 'first\n'],
    [2, true, ''],
    [3, false, 'last\n'],
  ]);
});

test('what has arrived is given on before the input ends', async () => {
  let sent = 0;
  async function* slow(): AsyncGenerator<Uint8Array> {
    for (const text of ['one\ntw', 'o\n', 'three']) {
      sent += 1;
      yield Buffer.from(text);
    }
  }
  const batches = batchesOf(slow());
  const first = await batches.next();
  expect(first.done === true ? null : Buffer.from(first.value.bytes).toString()).toBe('one\n');
  expect(sent).toBe(1);
  await batches.return(undefined);
});
