import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientHello } from '../capture/hello-bytes.ts';
import { talk } from '../support/conversations.ts';
import { numbers } from '../support/frames.ts';
import { pcap } from '../support/packet-file.ts';
import { importingBytes } from './importing.ts';

/** A hello, the client's Finished, and application data: what is counted is the last alone, without its header. */
const data = Buffer.concat([Buffer.from([23, 3, 3]), numbers(2, 900), Buffer.alloc(900, 0x41)]);
const stream = Buffer.concat([clientHello({ serverName: 'a.example' }), data]);

const scene = fc.record({
  cuts: fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 12 }),
  /** How far each segment is delayed behind the others, and whether it comes twice. */
  fates: fc.array(fc.record({ delay: fc.nat(3), twice: fc.boolean(), overlap: fc.nat(30) }), {
    minLength: 14,
    maxLength: 14,
  }),
  isn: fc.integer({ min: 0, max: 0xffffffff }),
});

describe('a TCP connection', () => {
  it('is the same however its bytes are cut, repeated, overlapped and put out of order', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ cuts, fates, isn }) => {
        const one = talk({ handshakeAt: 0, clientIsn: isn });
        const edges = [0, ...new Set(cuts), stream.length].sort((a, b) => a - b);
        const segments = edges.slice(1).flatMap((end, index) => {
          const { delay, twice, overlap } = fates[index]!;
          const from = Math.max(0, edges[index]! - overlap);
          const segment = { from, end, place: index + delay };
          return twice ? [segment, { ...segment, place: index + 4 }] : [segment];
        });
        segments.sort((a, b) => a.place - b.place);
        segments.forEach(({ from, end }, index) => {
          // Sequence and acknowledgement numbers are those of the bytes; nothing has been acknowledged yet.
          one.send(1 + index / 1000, true, { seq: from, flags: 'PA', payload: stream.subarray(from, end) });
        });
        const { connections, sessions, notes } = await importingBytes(pcap(one.packets));
        expect(connections).toMatchObject([{ wireUpBytes: stream.length, sni: 'a.example' }]);
        expect(sessions.map(({ upBytes }) => upBytes).reduce((a, b) => a + b, 0)).toBe(900);
        expect(notes).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
