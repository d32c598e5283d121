import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClientHello } from '../../workers/capture/hello.ts';
import { recognise } from '../../workers/capture/opening.ts';
import { clientHello } from './hello-bytes.ts';

/** The worked example of FoxIO's JA4.md (Chrome), with GREASE put in where a browser puts it. */
const chrome = {
  serverName: 'example.com',
  alpn: ['h2', 'http/1.1'],
  versions: [0x7a7a, 0x0304, 0x0303],
  ciphers: [
    0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d,
    0x002f, 0x0035,
  ],
  extensions: [
    0x4a4a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01,
    0x000b, 0x000a, 0x0015,
  ],
  signatures: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
};

function read(bytes: Buffer) {
  const reading = readClientHello(bytes);
  if (reading.kind !== 'hello') throw new Error(reading.kind);
  return reading.hello;
}

describe('a ClientHello', () => {
  it('has the JA4 that FoxIO prints for it, GREASE or not', () => {
    expect(read(clientHello(chrome)).ja4).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it('has the same JA4 whatever the order of its ciphers and extensions', () => {
    const shuffled = {
      ...chrome,
      ciphers: [...chrome.ciphers].reverse(),
      extensions: [...chrome.extensions].reverse(),
    };
    expect(read(clientHello(shuffled)).ja4).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  const shapes: readonly (readonly [string, Parameters<typeof clientHello>[0], RegExp])[] = [
    ['no server name', { extensions: [10, 43] }, /^t13i030200_/],
    ['TLS 1.2 alone', { serverName: 'a', versions: [0x0303], alpn: ['http/1.1'] }, /^t12d0307h1_/],
    ['an ALPN that is not alphanumeric at its ends', { alpn: ['\u00ab\u00cd'] }, /^t13i0306ad_/],
    ['nothing in it', { ciphers: [], extensions: [] }, /^t12i000000_000000000000_000000000000$/],
  ];
  it.each(shapes)('with %s', (_name, shape, expected) => {
    expect(read(clientHello(shape)).ja4).toMatch(expected);
  });

  it('is read from any cut into records and segments, and never before it is whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (recordBytes, share) => {
          const whole = clientHello({ ...chrome, recordBytes });
          expect(read(whole).serverName).toBe('example.com');
          const cut = Math.floor(share * (whole.length - 1));
          expect(recognise(whole.subarray(0, cut))).toSatisfy((opening) => cut === 0 || opening === null);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) => void readClientHello(Buffer.from([0x16, 3, 1, ...bytes])),
      ),
    );
    const good = clientHello(chrome);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const bad = Buffer.from(good);
        bad[at] = value;
        readClientHello(bad);
      }),
    );
  });
});

describe('the first bytes of a connection', () => {
  const rows: readonly (readonly [string, string | Buffer, string | null])[] = [
    ['a request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'http'],
    ['half a request', 'GET / HTTP/1.1\r\nHo', null],
    ['half a method', 'PO', null],
    ['an own method', 'PROPFIND / HTTP/1.1\r\n\r\n', 'http'],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
    ['half an HTTP/2 preface', 'PRI * HT', null],
    ['SSH', 'SSH-2.0-x\r\n', 'raw'],
    ['MQTT', Buffer.from([0x10, 0x1c, 0, 4, 77, 81, 84, 84]), 'raw'],
    ['an SSLv2 hello', Buffer.from([0x80, 0x2e, 1, 3, 1]), 'raw'],
    ['a TLS alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 40]), 'raw'],
  ];
  it.each(rows)('%s', (_name, bytes, kind) => {
    expect(recognise(Buffer.from(bytes as string))?.kind ?? null).toBe(kind);
  });
});
