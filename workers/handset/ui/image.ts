import { crc32, deflateSync } from 'node:zlib';
import { DISPLAY, everyNode } from './node.ts';
import type { Bounds, ViewNode } from './node.ts';

/** Palette: red, green, blue. */
const PALETTE = [
  [250, 250, 250],
  [33, 33, 33],
  [63, 81, 181],
  [224, 224, 224],
  [255, 255, 255],
  [144, 144, 144],
] as const;
const COLOUR = { paper: 0, ink: 1, bar: 2, button: 3, field: 4, line: 5 } as const;

/** A PNG drawn from the tree: areas and outlines of views, no lettering. One byte a pixel, with a palette. */
export function drawPng(root: ViewNode, screenOn: boolean, area?: Bounds): Buffer {
  const { widthPx, heightPx } = DISPLAY;
  const pixels = Buffer.alloc(widthPx * heightPx, screenOn ? COLOUR.paper : COLOUR.ink);
  if (screenOn) {
    fill(pixels, { left: 0, top: 0, right: widthPx, bottom: DISPLAY.statusBarPx }, COLOUR.bar);
    fill(pixels, { left: 0, top: heightPx - DISPLAY.navigationBarPx, right: widthPx, bottom: heightPx }, COLOUR.ink);
    for (const node of everyNode(root)) draw(pixels, node);
  }
  const shown = area ?? { left: 0, top: 0, right: widthPx, bottom: heightPx };
  const width = Math.max(1, shown.right - shown.left);
  const height = Math.max(1, shown.bottom - shown.top);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = (shown.top + y) * widthPx + shown.left;
    pixels.copy(rows, y * (width + 1) + 1, from, from + width);
  }
  return encode(width, height, rows);
}

function draw(pixels: Buffer, node: ViewNode): void {
  if (node.resourceId.endsWith(':id/toolbar')) fill(pixels, node.bounds, COLOUR.bar);
  else if (node.className === 'android.widget.Button') fill(pixels, inset(node.bounds, 12), COLOUR.button);
  else if (node.editable) fill(pixels, inset(node.bounds, 12), COLOUR.field);
  else if (node.text === '') return;
  const { left, top, right, bottom } = inset(node.bounds, 12);
  if (node.clickable) {
    fill(pixels, { left, top: bottom - 2, right, bottom }, COLOUR.line);
  }
  // A bar as long as the text stands for it.
  const middle = Math.floor((top + bottom) / 2);
  const end = Math.min(right, left + 30 + node.text.length * 22);
  fill(pixels, { left: left + 30, top: middle - 8, right: end, bottom: middle + 8 }, COLOUR.ink);
}

function inset(bounds: Bounds, px: number): Bounds {
  return { left: bounds.left + px, top: bounds.top + px, right: bounds.right - px, bottom: bounds.bottom - px };
}

function fill(pixels: Buffer, bounds: Bounds, colour: number): void {
  const left = Math.max(0, bounds.left);
  const right = Math.min(DISPLAY.widthPx, bounds.right);
  for (let y = Math.max(0, bounds.top); y < Math.min(DISPLAY.heightPx, bounds.bottom); y++) {
    if (right > left) pixels.fill(colour, y * DISPLAY.widthPx + left, y * DISPLAY.widthPx + right);
  }
}

/** PNG (W3C recommendation): colour type 3, 8 bits, filter 0. */
function encode(width: number, height: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(PALETTE.flat())),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}
