import { decodePng, encodePng, type Picture } from './png.ts';

/** Wide enough to tell what a screen shows, and of most screens a few tens of kilobytes. */
const WIDTH_PX = 320;
const LEAST_WIDTH_PX = 80;

/**
 * A screenshot made small: each pixel is the mean of those that it stands for. Where the result is still larger than
 * `mostBytes`, as of photographs, it is made smaller again.
 * @throws RangeError for what is no PNG of a screen
 */
export function shrinkScreenshot(png: Buffer, mostBytes: number): Buffer {
  const picture = decodePng(png);
  for (let width = Math.min(WIDTH_PX, picture.width); width >= Math.min(LEAST_WIDTH_PX, picture.width);) {
    const small = encodePng(shrink(picture, width));
    if (small.length <= mostBytes) return small;
    width = Math.floor(width * 0.7);
  }
  throw new RangeError(`a screen that is larger than ${mostBytes} bytes at any size`);
}

function shrink(picture: Picture, width: number): Picture {
  const height = Math.max(1, Math.min(Math.round((picture.height * width) / picture.width), 4 * width));
  if (width === picture.width && height === picture.height) return picture;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = span(y, height, picture.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = span(x, width, picture.width);
      const count = (bottom - top) * (right - left);
      let [red, green, blue] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let at = (row * picture.width + left) * 3; at < (row * picture.width + right) * 3; at += 3) {
          red += picture.rgb[at] ?? 0;
          green += picture.rgb[at + 1] ?? 0;
          blue += picture.rgb[at + 2] ?? 0;
        }
      }
      rgb.set([red / count, green / count, blue / count].map(Math.round), (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}

/** Which of `from` pixels the `at`-th of `to` stands for; at least one. */
function span(at: number, to: number, from: number): [number, number] {
  const start = Math.floor((at * from) / to);
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / to))];
}
