import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachLine } from '../../workers/capture/import/lines.ts';

async function linesOf(bytes: Buffer, pieceBytes: number): Promise<unknown[]> {
  const found: unknown[] = [];
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  await eachLine(pieces(), {
    line: (text, line, size, ended) => found.push([text, line, size, ended]),
    tooLong: (line, size) => found.push(['too long', line, size]),
  });
  return found;
}

describe('the lines of a file', () => {
  it('are the same wherever the file is cut into pieces, and their sizes add up to its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é', '\ufeff', ',') }),
        fc.integer({ min: 1, max: 7 }),
        async (text, pieceBytes) => {
          const bytes = Buffer.from(text);
          const found = (await linesOf(bytes, pieceBytes)) as [string, number, number, boolean][];
          const lines = text.split('\n');
          if (lines.at(-1) === '') lines.pop();
          const expected = lines.map((line, i) => (i === 0 ? line.replace(/^\ufeff/, '') : line).replace(/\r$/, ''));
          expect(found.map(([line]) => line)).toEqual(expected);
          expect(found.map(([, number]) => number)).toEqual(expected.map((_, i) => i + 1));
          expect(found.reduce((sum, [, , size]) => sum + size, 0)).toBe(bytes.length);
          expect(found.every(([, , , ended], i) => ended || i === found.length - 1)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a line beyond the bound is passed over with its size, in one piece or many, at the end or before it', async () => {
    const long = Buffer.alloc(1_048_577, 'x');
    for (const pieceBytes of [4096, 2_000_000]) {
      expect(await linesOf(Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb')]), pieceBytes)).toEqual([
        ['a', 1, 2, true],
        ['too long', 2, 1_048_578],
        ['b', 3, 1, false],
      ]);
      expect(await linesOf(long, pieceBytes)).toEqual([['too long', 1, 1_048_577]]);
    }
  });

  it('bytes that are no UTF-8 do no harm', async () => {
    expect(await linesOf(Buffer.from([0xff, 0x0a, 0xc3, 0x0a]), 1)).toEqual([
      ['\ufffd', 1, 2, true],
      ['\ufffd', 2, 2, true],
    ]);
  });
});
