import { open } from 'node:fs/promises';
import { createRandom } from './random.ts';
import { noise } from './hello.ts';
import { nextTalk, type Content, type Talk } from './traffic.ts';

export interface Made {
  readonly bytes: number;
  readonly packets: number;
  readonly conversations: number;
}

const AT_ONCE = 300;
const CHUNK_BYTES = 8 << 20;
const LONGEST_FRAME = 2048;
const STARTED_SECONDS = 1_767_225_600; // 2026-01-01
const MICROSECONDS_BETWEEN = 450;

/**
 * Writes a pcap of at least `bytes`: several hundred conversations of a phone side by side, packets a regular time
 * apart, the same for the same seed.
 */
export async function makePcap(path: string, bytes: number, seed: number): Promise<Made> {
  const random = createRandom(seed);
  const content: Content = { random, noise: noise(1 << 16, random) };
  const out = Buffer.alloc(CHUNK_BYTES + LONGEST_FRAME);
  let conversations = 0;
  const begin = (): Talk => nextTalk(conversations++, content);
  const talks = Array.from({ length: AT_ONCE }, begin);
  await using file = await open(path, 'w');
  await file.write(fileHeader());
  let written = 24;
  let packets = 0;
  while (written < bytes) {
    let at = 0;
    while (at < CHUNK_BYTES && written + at < bytes) {
      const place = Math.floor(random() * AT_ONCE);
      const end = talks[place]!(out, at + 16);
      if (end === null) {
        talks[place] = begin();
        continue;
      }
      const micros = packets++ * MICROSECONDS_BETWEEN;
      out.writeUInt32LE(STARTED_SECONDS + Math.floor(micros / 1e6), at);
      out.writeUInt32LE(micros % 1e6, at + 4);
      out.writeUInt32LE(end - at - 16, at + 8);
      out.writeUInt32LE(end - at - 16, at + 12);
      at = end;
    }
    await file.write(out, 0, at);
    written += at;
  }
  return { bytes: written, packets, conversations };
}

/** Magic of microseconds, version 2.4, snapshot length 65535, Ethernet. */
function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return header;
}
