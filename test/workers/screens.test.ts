import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodePng, encodePng, type Picture } from '../../workers/drive/png.ts';
import { shrinkScreenshot } from '../../workers/drive/thumbnail.ts';
import { openScreenRoll, type ScreenShot } from '../../workers/screens.ts';

/** A picture whose pixels are all different from their neighbours. */
function noise(width: number, height: number): Picture {
  let state = 7;
  const rgb = new Uint8Array(width * height * 3).map(() => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
  return { width, height, rgb };
}

function flat(width: number, height: number, value: number): Picture {
  return { width, height, rgb: new Uint8Array(width * height * 3).fill(value) };
}

/** A PNG of that colour type with every filter in turn, filtered by the specification's own formulas. */
function filtered(picture: Picture, filters: readonly number[]): Buffer {
  const { width, height, rgb } = picture;
  const stride = width * 3;
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : (rgb[y * stride + x] ?? 0));
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const filter = filters[y % filters.length] ?? 0;
    rows[y * (stride + 1)] = filter;
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [at(x - 3, y), at(x, y - 1), x < 3 ? 0 : at(x - 3, y - 1)];
      const p = left + up - corner;
      const paeth = [left, up, corner].reduce(
        (best, one) => (Math.abs(p - one) < Math.abs(p - best) ? one : best),
        left,
      );
      rows[y * (stride + 1) + 1 + x] = at(x, y) - ([0, left, up, (left + up) >> 1, paeth][filter] ?? 0);
    }
  }
  const png = encodePng(picture);
  const start = png.indexOf('IDAT') - 4;
  const length = png.readUInt32BE(start);
  const data = deflateSync(rows);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  return Buffer.concat([
    png.subarray(0, start),
    head,
    Buffer.from('IDAT'),
    data,
    Buffer.alloc(4),
    png.subarray(start + 12 + length),
  ]);
}

describe('pictures of a screen', () => {
  it('come back from PNG as they went in, by every filter of rows', () => {
    const picture = noise(31, 20);
    const plain = decodePng(encodePng(picture));
    expect([plain.width, plain.height]).toEqual([31, 20]);
    expect(Buffer.from(plain.rgb)).toEqual(Buffer.from(picture.rgb));
    expect(Buffer.from(decodePng(filtered(picture, [0, 1, 2, 3, 4])).rgb)).toEqual(Buffer.from(picture.rgb));
  });

  it('are made small: each pixel the mean of those that it stands for', () => {
    const picture = flat(640, 1280, 10);
    picture.rgb.fill(250, 0, 640 * 640 * 3);
    const small = decodePng(shrinkScreenshot(encodePng(picture), 200_000));
    expect([small.width, small.height]).toEqual([320, 640]);
    expect([small.rgb[0], small.rgb.at(-1)]).toEqual([250, 10]);
  });

  it('stay below the bound, whatever they show', () => {
    const png = shrinkScreenshot(encodePng(noise(600, 600)), 60_000);
    expect(png.length).toBeLessThanOrEqual(60_000);
    expect(decodePng(png).width).toBeLessThan(320);
  });

  it.each([
    ['no PNG', Buffer.from('GIF89a')],
    ['a PNG that ends too early', encodePng(noise(20, 20)).subarray(0, 60)],
    [
      'a PNG that claims to be larger than any screen',
      (() => {
        const png = encodePng(flat(4, 4, 0));
        png.writeUInt32BE(2_000_000_000, 16);
        return png;
      })(),
    ],
    [
      'rows that are fewer than the header says',
      (() => {
        const png = encodePng(flat(4, 4, 0));
        png.writeUInt32BE(5, 20);
        return png;
      })(),
    ],
  ])('refuses %s', (_what, bytes) => {
    expect(() => shrinkScreenshot(bytes, 200_000)).toThrow(RangeError);
  });
});

describe('the roll of one device session', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sleeptalk-roll-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function roll(screenshot: () => Promise<Buffer>, most?: number) {
    const kept: ScreenShot[] = [];
    const event = vi.fn();
    const opened = openScreenRoll({
      directory,
      screenshot,
      nowMs: () => 1234,
      event,
      keep: async (screen) => void kept.push(screen),
      ...(most === undefined ? {} : { most }),
    });
    return { kept, event, opened };
  }

  it('numbers pictures as they lie in the bundle, and leaves out one that shows nothing new', async () => {
    let value = 0;
    const { kept, opened } = roll(async () => encodePng(flat(8, 8, (value += 1) > 2 ? 9 : 5)));
    await opened.take('foreground');
    await opened.take('foreground');
    await opened.take('foreground');
    await opened.take('locked');
    expect(kept.map(({ name, phase, atMs }) => [name, phase, atMs])).toEqual([
      ['screens/001.png', 'foreground', 1234],
      ['screens/002.png', 'foreground', 1234],
      ['screens/003.png', 'locked', 1234],
    ]);
    expect(await readdir(join(directory, 'screens'))).toEqual(['001.png', '002.png', '003.png']);
    expect(await readFile(join(directory, 'screens/002.png'))).toEqual(kept[1]?.png);
  });

  it('is bounded, and keeps room for the phases after the exploration', async () => {
    let value = 0;
    const { kept, opened } = roll(async () => encodePng(flat(8, 8, (value += 1))), 10);
    for (let at = 0; at < 20; at += 1) await opened.take('foreground');
    expect(kept).toHaveLength(4);
    for (let at = 0; at < 20; at += 1) await opened.take('doze');
    expect(kept).toHaveLength(10);
  });

  it('makes a picture that failed an event of the capture, and goes on', async () => {
    const screenshot = vi.fn(async () => encodePng(flat(8, 8, 1)));
    screenshot.mockRejectedValueOnce(new Error('FLAG_SECURE'));
    const { kept, event, opened } = roll(screenshot);
    await opened.take('foreground');
    await opened.take('foreground');
    expect(event.mock.calls).toEqual([['screen-failed', 'FLAG_SECURE']]);
    expect(kept.map(({ name }) => name)).toEqual(['screens/001.png']);
  });

  it('waits for its last picture when it is closed', async () => {
    let finish = (_png: Buffer): void => undefined;
    const { kept, opened } = roll(() => new Promise((resolve) => void (finish = resolve)));
    void opened.take('background');
    await Promise.resolve();
    const closed = opened[Symbol.asyncDispose]();
    finish(encodePng(flat(8, 8, 1)));
    await closed;
    expect(kept).toHaveLength(1);
  });
});
