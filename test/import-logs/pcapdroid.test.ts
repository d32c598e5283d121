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

/** As PCAPdroid writes it. */
const HEADER =
  'IPProto,SrcIP,SrcPort,DstIp,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,PktsSent,PktsRcvd,FirstSeen,LastSeen';
const TLS =
  '6,10.215.173.1,40000,203.0.113.9,443,10123,Torch,TLS,Closed,c2.example,2000,5000,10,12,1700000000250,1700000000850';
const QUIC =
  '17,10.215.173.1,40001,2001:db8::7,443,10123,Torch,QUIC,Open,Cdn.Example,3000,9000,5,9,1700000060250,1700000460250';
const DNS =
  '17,10.215.173.1,40002,10.215.173.2,53,1051,Netd,DNS,Closed,c2.example,60,90,1,1,1700000000100,1700000000200';

const table = (...rows: string[]): string => [HEADER, ...rows, ''].join('\n');

describe('the CSV of PCAPdroid', () => {
  it('gives a session for each connection, sure of its app, with the headers taken off its sizes', async () => {
    const capture = await shelf.read(table(TLS, QUIC), { packageName: 'org.example.lamp' });
    expect(capture).toMatchObject({ format: 'pcapdroid-csv', skippedLines: 0, unreadBytes: 0 });
    expect(startOf(capture)).toMatchObject({
      package: 'org.example.lamp',
      uid: 10123,
      windowMs: 460_000,
      startedAt: '2023-11-14T22:13:20.250Z',
    });
    expect(sessionsOf(capture)).toEqual([
      {
        line: 2,
        type: 'session',
        startMs: 0,
        endMs: 600,
        destination: { host: 'c2.example', port: 443 },
        protocol: 'tls',
        // 10 and 12 packets with 20 bytes of IPv4 and 20 of TCP
        upBytes: 2000 - 400,
        downBytes: 5000 - 480,
        attribution: 'certain',
        forced: false,
        address: '203.0.113.9',
        wireUpBytes: 2000,
        wireDownBytes: 5000,
        uid: 10123,
        sni: 'c2.example',
      },
      expect.objectContaining({
        line: 3,
        startMs: 60_000,
        endMs: 61_000,
        protocol: 'quic',
        destination: { host: 'cdn.example', port: 443 },
        // 5 and 9 packets with 40 bytes of IPv6 and 8 of UDP
        upBytes: 3000 - 240,
        downBytes: 9000 - 432,
      }),
    ]);
    expect(capture.notes).toContain(
      '1 connection lasted longer than 5 min: what beat inside, such a log does not show.',
    );
  });

  it('takes the resolver for the destination of a question, not the name that was asked for', async () => {
    const [session] = sessionsOf(await shelf.read(table(DNS)));
    expect(session).toMatchObject({ destination: { host: '10.215.173.2', port: 53 }, protocol: 'udp' });
    expect(session).not.toHaveProperty('sni');
  });

  it('is read with the column of the malware detection, in any order, with CR LF and a byte-order mark', async () => {
    const plain = sessionsOf(await shelf.read(table(TLS)));
    expect(sessionsOf(await shelf.read(`${HEADER},Malicious\n${TLS},yes\n`))).toEqual(plain);
    expect(sessionsOf(await shelf.read(`\ufeff${table(TLS).replaceAll('\n', '\r\n')}`))).toEqual(plain);
    const [names, fields] = [HEADER.split(','), TLS.split(',')].map((cells) => [...cells].reverse().join(','));
    expect(sessionsOf(await shelf.read(`${names}\n${fields}\n`))).toEqual(plain);
  });

  it('understands the seconds of its first versions', async () => {
    const old = TLS.replace('1700000000250,1700000000850', '1700000000,1700000002');
    const capture = await shelf.read(table(old));
    expect(startOf(capture)).toMatchObject({ startedAt: '2023-11-14T22:13:20.000Z', windowMs: 2000 });
  });

  it('understands a comma in the name of an app, which PCAPdroid does not quote', async () => {
    const capture = await shelf.read(table(TLS.replace('Torch', 'Torch, the lamp, "2"')));
    expect(sessionsOf(capture)).toEqual(sessionsOf(await shelf.read(table(TLS))));
  });

  it('leaves out what is neither TCP nor UDP, and says of whom PCAPdroid could not tell', async () => {
    const ping = TLS.replace('6,10', '1,10');
    const unknown = TLS.replace(',10123,Torch,', ',-1,,');
    const capture = await shelf.read(table(TLS, ping, unknown));
    expect(sessionsOf(capture).map(({ uid, attribution }) => [uid, attribution])).toEqual([
      [10123, 'certain'],
      [undefined, 'unknown'],
    ]);
    expect(capture.notes).toContain('1 row is neither TCP nor UDP (ICMP, mostly), and left out.');
    expect(capture.notes).toContain('For 1 connection PCAPdroid could not tell the app.');
  });
});

describe('a CSV of PCAPdroid of several apps', () => {
  it('is never judged as one: the busiest are named', async () => {
    await expect(shelf.read(table(TLS, QUIC, DNS))).rejects.toThrow(
      /^capture-ambiguous: .*: connections of 2 uids; choose one with --uid: 10123 Torch \(2\), 1051 Netd \(1\)\.$/,
    );
  });

  it('has the others foreign to the chosen one', async () => {
    const capture = await shelf.read(table(TLS, QUIC, DNS), { uid: 10123 });
    expect(startOf(capture).uid).toBe(10123);
    expect(sessionsOf(capture).map(({ uid }) => uid)).toEqual([1051, 10123, 10123]);
    expect(capture.notes).toContain('Connections of 1 uid beside 10123 are in the capture, as foreign ones.');
  });

  it('finds an app without a label by its package name', async () => {
    const capture = await shelf.read(table(TLS.replace('Torch', 'org.example.lamp'), DNS), {
      packageName: 'org.example.lamp',
    });
    expect(startOf(capture).uid).toBe(10123);
  });

  it('a chosen uid that is not there is an error that names those that are', async () => {
    await expect(shelf.read(table(TLS), { uid: 7 })).rejects.toThrow(
      /no connection is of uid 7; the busiest uids are 10123 Torch \(1\)\./,
    );
  });
});

describe('a damaged CSV of PCAPdroid', () => {
  it.each([
    ['too few fields', '6,10.0.0.1,1', /line 3 \(16 fields as in the header were expected\)/],
    ['a name for an address', TLS.replace('203.0.113.9', 'c2'), /DstIp: an address was expected, found 'c2'/],
    ['a port beyond 65535', TLS.replace(',443,', ',99999,'), /DstPort: a port was expected, found '99999'/],
    ['bytes that are none', TLS.replace(',2000,', ',2 kB,'), /bytessent: a whole number was expected, found '2 kB'/],
    ['no uid', TLS.replace(',10123,', ',,'), /UID: a number was expected, found ''/],
    ['an end before its beginning', TLS.replace('1700000000850', '1600000000000'), /LastSeen is before FirstSeen/],
  ])('with %s loses that line and says which', async (_what, bad, expected) => {
    const capture = await shelf.read(table(TLS, bad));
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture).toMatchObject({ skippedLines: 1, unreadBytes: bad.length + 1 });
    expect(capture.notes[0]).toMatch(expected);
  });

  it('cut at any byte gives the lines before the cut, or one Fault', async () => {
    const whole = table(TLS, QUIC);
    const all = sessionsOf(await shelf.read(whole));
    for (let length = 0; length <= whole.length; length += 1) {
      try {
        const got = sessionsOf(await shelf.read(whole.slice(0, length)));
        expect(got).toEqual(all.slice(0, got.length));
      } catch (fault) {
        expect(fault).toBeInstanceOf(Fault);
      }
    }
  });

  it('whatever bytes are changed, all records are valid and nothing but a Fault is thrown', async () => {
    const whole = Buffer.from(table(TLS, QUIC, TLS));
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
