import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../workers/capture/import/packets/budget.ts';
import { TlsMeter } from '../../workers/capture/import/packets/tls-meter.ts';
import { createTlsPayload } from '../../workers/capture/tls-payload.ts';
import { clientHello } from '../capture/hello-bytes.ts';
import { numbers } from '../support/frames.ts';

const record = (type: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, 3, 3]), numbers(2, body.length), body]);

function serverHello(tls13: boolean): Buffer {
  const extensions = tls13 ? Buffer.from([0, 43, 0, 2, 3, 4]) : Buffer.from([0xff, 1, 0, 1, 0]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 9),
    Buffer.from([0, 0x13, 1, 0]),
    numbers(2, extensions.length),
    extensions,
  ]);
  return record(22, Buffer.concat([Buffer.from([2]), numbers(3, body.length), body]));
}

/** What the two sides say after the hello, cut anywhere into chunks. */
const words = fc.array(
  fc.record({ up: fc.boolean(), type: fc.constantFrom(20, 21, 22, 23, 23, 23), bytes: fc.nat(40), cut: fc.nat(50) }),
  { maxLength: 12 },
);

describe('the meter of TLS payload', () => {
  it('counts what the meter of live connections counts, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.boolean(), words, (tls13, said) => {
        const meter = new TlsMeter(createBudget(1e6));
        const live = createTlsPayload();
        const both = (up: boolean, bytes: Buffer): void => {
          const expected = up ? live.up(bytes) : live.down(bytes);
          expect(meter.feed(up, Buffer.concat([Buffer.from('pad'), bytes]), 3, 3 + bytes.length)).toBe(expected);
        };
        both(true, clientHello({ serverName: 'a.example' }));
        both(false, serverHello(tls13));
        const rest = { true: Buffer.alloc(0), false: Buffer.alloc(0) };
        for (const { up, type, bytes, cut } of said) {
          const side = up ? 'true' : 'false';
          const whole = Buffer.concat([rest[side], record(type, Buffer.alloc(bytes, 1))]);
          const at = Math.min(cut, whole.length);
          if (at > 0) both(up, whole.subarray(0, at));
          rest[side] = whole.subarray(at);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the digest of the certificate where the handshake shows it, in records and segments of any size', () => {
    const certificate = Buffer.alloc(700, 0xc5);
    const chain = Buffer.concat([numbers(3, certificate.length), certificate, numbers(3, 4), Buffer.from('next')]);
    const body = Buffer.concat([numbers(3, chain.length), chain]);
    const message = Buffer.concat([Buffer.from([11]), numbers(3, body.length), body]);
    const flight = Buffer.concat([
      serverHello(false),
      record(22, message.subarray(0, 300)),
      record(22, message.subarray(300)),
    ]);
    const digest = createHash('sha256').update(certificate).digest('hex');
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 400 }), (size) => {
        const meter = new TlsMeter(createBudget(1e6));
        for (let at = 0; at < flight.length; at += size)
          meter.feed(false, flight, at, Math.min(at + size, flight.length));
        expect(meter.certificateSha256).toBe(digest);
      }),
      { numRuns: 50 },
    );
  });

  it('has none to keep in TLS 1.3, and gives back what it kept', () => {
    const budget = createBudget(1000);
    const meter = new TlsMeter(budget);
    meter.feed(false, serverHello(true), 0, serverHello(true).length);
    meter.feed(false, record(23, Buffer.alloc(500)), 0, 505);
    expect(meter.certificateSha256).toBeNull();
    expect(budget.take(1000)).toBe(true);
  });

  it('finds its records again behind a hole, where a segment begins with one', () => {
    const meter = new TlsMeter(createBudget(1000));
    const hello = clientHello({ serverName: 'a.example' });
    meter.feed(true, hello, 0, hello.length);
    meter.lost(true, 1000);
    const data = record(23, Buffer.alloc(80));
    expect(meter.feed(true, data, 0, data.length)).toBe(80);
  });
});
