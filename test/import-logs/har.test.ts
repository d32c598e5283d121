import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { openShelf, sessionsOf, startOf, type Shelf } from './shelf.ts';

let shelf: Shelf;
beforeAll(async () => {
  shelf = await openShelf();
});
afterAll(() => shelf[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

function entry(change: Json = {}, request: Json = {}, response: Json = {}): Json {
  return {
    startedDateTime: '2024-05-01T10:00:00.250+02:00',
    time: 120.4,
    request: {
      method: 'POST',
      url: 'https://api.example.org/v1/poll?token=secret',
      httpVersion: 'HTTP/1.1',
      headers: [{ name: 'Host', value: 'api.example.org' }],
      queryString: [],
      cookies: [],
      headersSize: 300,
      bodySize: 100,
      ...request,
    },
    response: {
      status: 200,
      statusText: 'OK',
      httpVersion: 'HTTP/1.1',
      headers: [{ name: 'Server', value: 'x' }],
      cookies: [],
      content: { size: 1000, compression: 400, mimeType: 'text/plain', text: 'a "quoted" body \\ { [ }' },
      redirectURL: '',
      headersSize: 150,
      bodySize: 600,
      ...response,
    },
    cache: {},
    timings: { send: 1, wait: 100, receive: 19.4 },
    serverIPAddress: '[2001:db8::9]',
    connection: '40123',
    ...change,
  };
}

const har = (entries: readonly unknown[], indent?: number): string =>
  JSON.stringify({ log: { version: '1.2', creator: { name: 't', version: '1' }, pages: [], entries } }, null, indent);

describe('a HAR', () => {
  it('gives a session for each entry, with its sizes, address and connection, and no query of its path', async () => {
    const later = entry({ startedDateTime: '2024-05-01T08:01:00.250Z', connection: 'h2-7', serverIPAddress: '' });
    const capture = await shelf.read(har([entry(), later, entry({ startedDateTime: '2024-05-01T08:02:00.250Z' })]), {
      packageName: 'org.example',
    });
    expect(capture).toMatchObject({ format: 'har', skippedLines: 0, unreadBytes: 0, notes: [] });
    expect(startOf(capture)).toMatchObject({ package: 'org.example', startedAt: '2024-05-01T08:00:00.250Z' });
    const [first, second, third] = sessionsOf(capture);
    expect(first).toEqual({
      line: 1,
      type: 'session',
      startMs: 0,
      endMs: 120,
      destination: { host: 'api.example.org', port: 443 },
      protocol: 'https',
      upBytes: 400,
      downBytes: 750,
      attribution: 'likely',
      forced: false,
      path: '/v1/poll?…',
      method: 'POST',
      status: 200,
      address: '2001:db8::9',
      connection: 1,
    });
    expect(second).toMatchObject({ line: 2, startMs: 60_000, connection: 2 });
    expect(second).not.toHaveProperty('address');
    expect(third).toMatchObject({ line: 3, startMs: 120_000, connection: 1 });
  });

  it.each([
    ['https://a.example/', 'HTTP/1.1', 'a.example', 443, 'https'],
    ['https://A.example:8443/x', 'h2', 'a.example', 8443, 'h2'],
    ['https://a.example/', 'HTTP/2.0', 'a.example', 443, 'h2'],
    ['http://192.0.2.7/', 'HTTP/1.0', '192.0.2.7', 80, 'http'],
    ['wss://[2001:db8::1]/s', 'HTTP/1.1', '2001:db8::1', 443, 'ws'],
    ['https://a.example/', 'h3', 'a.example', 443, 'https'],
  ])('%s over %s goes to %s port %i as %s', async (url, httpVersion, host, port, protocol) => {
    const [session] = sessionsOf(await shelf.read(har([entry({}, { url, httpVersion })])));
    expect(session).toMatchObject({ destination: { host, port }, protocol });
  });

  it('puts sizes together where the HAR has -1 for them, and says so', async () => {
    // "POST /v1/poll?token=secret HTTP/1.1" with two line ends is 39 bytes, "Host: api.example.org" with one is 23
    const request = { headersSize: -1, bodySize: -1 };
    // "HTTP/1.1 200 OK" with two line ends is 19 bytes, "Server: x" with one is 11; of the 1000 of content 400 were saved
    const capture = await shelf.read(har([entry({}, request, { headersSize: -1, bodySize: -1 })]));
    expect(sessionsOf(capture)[0]).toMatchObject({ upBytes: 39 + 23, downBytes: 19 + 11 + 600 });
    expect(capture.notes).toEqual([
      'For 1 entry the HAR leaves sizes unknown: headers are counted as written out, content as unpacked.',
    ]);
    // What Chrome measured on the wire goes before what could be put together.
    const measured = await shelf.read(har([entry({}, {}, { headersSize: -1, bodySize: -1, _transferSize: 777 })]));
    expect(sessionsOf(measured)[0]!.downBytes).toBe(777);
    expect(measured.notes).toEqual([]);
  });

  it('an exchange without an answer has sent what it sent, and has no status', async () => {
    const response = { status: 0, headersSize: -1, bodySize: -1, content: {}, headers: [] };
    const [session] = sessionsOf(await shelf.read(har([entry({ time: -1 }, {}, response)])));
    expect(session).toMatchObject({ startMs: 0, endMs: 0, upBytes: 400, downBytes: 0 });
    expect(session).not.toHaveProperty('status');
  });

  it('leaves out what was answered from a cache or uses no network, and says so', async () => {
    const capture = await shelf.read(
      har([entry(), entry({ _fromCache: 'disk' }), entry({}, { url: `data:image/png;base64,${'A'.repeat(100_000)}` })]),
    );
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture.notes).toEqual([
      '1 entry is answered from a cache, and left out.',
      '1 entry is of a scheme that uses no network, and left out.',
    ]);
  });

  it('takes a time without a zone as UTC, and says so', async () => {
    const capture = await shelf.read(har([entry({ startedDateTime: '2024-05-01T10:00:00' })]));
    expect(startOf(capture).startedAt).toBe('2024-05-01T10:00:00.000Z');
    expect(capture.notes).toEqual(['1 entry is without a time zone: taken as UTC.']);
    const compact = await shelf.read(har([entry({ startedDateTime: '2024-05-01T10:00:00.5+0200' })]));
    expect(startOf(compact).startedAt).toBe('2024-05-01T08:00:00.500Z');
  });

  it('is the same however it is laid out, whatever stands before its entries, with a byte-order mark', async () => {
    const entries = [entry(), entry({ startedDateTime: '2024-05-01T10:01:00Z' })];
    const plain = sessionsOf(await shelf.read(har(entries)));
    expect(sessionsOf(await shelf.read(`\ufeff\r\n${har(entries, 2).replaceAll('\n', '\r\n')}`))).toEqual(plain);
    const log = { entries, comment: 'entries: []', x: { entries: [entry()] }, version: '1.2' };
    expect(sessionsOf(await shelf.read(JSON.stringify({ log: { pages: [{}], ...log }, entries: [1] })))).toEqual(plain);
  });
});

describe('a damaged HAR', () => {
  it.each([
    ['no object', 7, /entry 2 \(it is no object\)/],
    ['no request', { startedDateTime: '2024-05-01T10:00:00Z' }, /entry 2 \(it has no request\)/],
    ['a time that is none', entry({ startedDateTime: 'now' }), /entry 2 \(startedDateTime: a time .* 'now'\)/],
    ['no time', entry({ startedDateTime: undefined }), /startedDateTime: a time was expected, found nothing/],
    ['a URL that is none', entry({}, { url: '/poll' }), /request\.url: an address was expected, found '\/poll'/],
    ['a number for a URL', entry({}, { url: 5 }), /request\.url: an address was expected, found '5'/],
  ])('with an entry of %s loses that entry and says which', async (_what, bad, expected) => {
    const capture = await shelf.read(har([entry(), bad, entry()]));
    expect(sessionsOf(capture).map(({ line }) => line)).toEqual([1, 3]);
    expect(capture.skippedLines).toBe(1);
    expect(capture.unreadBytes).toBe(JSON.stringify(bad).length);
    expect(capture.notes[0]).toMatch(expected);
  });

  it('sizes and states of the wrong kind count as unknown', async () => {
    const wrong = entry(
      { time: 'x', connection: {} },
      { headersSize: '9', bodySize: null, headers: 7 },
      { status: 'OK' },
    );
    const [session] = sessionsOf(await shelf.read(har([wrong])));
    expect(session).toMatchObject({ endMs: 0, upBytes: 39, downBytes: 750 });
    expect(session).not.toHaveProperty('status');
    expect(session).not.toHaveProperty('connection');
  });

  it('that is no JSON from some byte on gives what stands before it', async () => {
    const whole = har([entry(), entry(), entry()]);
    const third = whole.lastIndexOf('"cache"');
    const broken = `${whole.slice(0, third)}cache${whole.slice(third + 7)}`;
    const capture = await shelf.read(broken);
    expect(sessionsOf(capture)).toHaveLength(2);
    const lost = broken.length - (whole.indexOf('},{"started', whole.indexOf('},{"started') + 1) + 1);
    expect(capture.unreadBytes).toBe(lost);
    expect(capture.notes).toEqual([
      `The HAR is damaged after entry 2 (byte ${third}: a key was expected): ${lost} bytes behind it could not be read.`,
    ]);
  });

  it('without one entry is an error', async () => {
    await expect(shelf.read(har([]))).rejects.toThrow(/^capture-malformed: .*: expected at least one HTTP entry\.$/);
    await expect(shelf.read('{"log": {"entries": 5}}')).rejects.toThrow(/at least one HTTP entry/);
    await expect(shelf.read('{"log": [')).rejects.toThrow(/The HAR ends after entry 0: 9 bytes behind it could not be/);
  });

  it('cut at any byte gives the entries before the cut, or one Fault', async () => {
    const entries = [entry(), entry({ startedDateTime: '2024-05-01T10:01:00Z' })];
    const whole = har(entries);
    const all = sessionsOf(await shelf.read(whole));
    let mostSeen = 0;
    for (let length = 0; length < whole.length; length += 1) {
      try {
        const capture = await shelf.read(whole.slice(0, length));
        const got = sessionsOf(capture);
        expect(got).toEqual(all.slice(0, got.length));
        expect(capture.unreadBytes).toBeLessThanOrEqual(length);
        expect(capture.notes.at(-1)).toMatch(/^The HAR ends after entry/);
        mostSeen = Math.max(mostSeen, got.length);
      } catch (fault) {
        expect(fault).toBeInstanceOf(Fault);
      }
    }
    expect(mostSeen).toBe(2);
  });

  it('whatever bytes are changed, all records are valid and nothing but a Fault is thrown', async () => {
    const whole = Buffer.from(har([entry(), entry(), entry()]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          for (const { record } of (await shelf.read(bytes)).records) CaptureRecord.parse(record);
        } catch (fault) {
          expect(fault).toBeInstanceOf(Fault);
        }
      }),
      { numRuns: 200 },
    );
  });
});
