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

const FIELDS =
  'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig orig_ip_bytes resp_ip_bytes'.split(
    ' ',
  );
type Row = Readonly<Record<string, string>>;

const A: Row = {
  ts: '1700000000.250000',
  uid: 'C1',
  'id.orig_h': '10.0.0.5',
  'id.orig_p': '40000',
  'id.resp_h': '203.0.113.9',
  'id.resp_p': '443',
  proto: 'tcp',
  service: 'ssl',
  duration: '0.500000',
  orig_bytes: '700',
  resp_bytes: '900',
  conn_state: 'SF',
  local_orig: 'T',
  orig_ip_bytes: '1100',
  resp_ip_bytes: '1300',
};
const B: Row = { ...A, ts: '1700000060.250000', uid: 'C2', 'id.resp_h': '2001:db8::7', duration: '-', orig_bytes: '-' };

function tsv(rows: readonly Row[], fields: readonly string[] = FIELDS, separator = '\t', head = '\\x09'): string {
  return [
    `#separator ${head}`,
    ['#set_separator', ','].join(separator),
    ['#empty_field', '(empty)'].join(separator),
    ['#unset_field', '-'].join(separator),
    ['#path', 'conn'].join(separator),
    ['#fields', ...fields].join(separator),
    ...rows.map((row) => fields.map((field) => row[field] ?? '-').join(separator)),
    '',
  ].join('\n');
}

function json(row: Row, change: (object: Record<string, unknown>) => void = () => undefined): string {
  const object: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row)) {
    if (value !== '-') object[key] = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  change(object);
  return JSON.stringify(object);
}

describe('a Zeek conn.log', () => {
  it('gives a session for each connection, at its beginning, of what its originator sent and received', async () => {
    const capture = await shelf.read(tsv([A, B]), { packageName: 'org.example' });
    expect(capture).toMatchObject({ format: 'zeek-tsv', skippedLines: 0, unreadBytes: 0 });
    expect(startOf(capture)).toEqual({
      type: 'start',
      package: 'org.example',
      windowMs: 60_000,
      device: { kind: 'unknown' },
      startedAt: '2023-11-14T22:13:20.250Z',
    });
    expect(sessionsOf(capture)).toEqual([
      {
        line: 7,
        type: 'session',
        startMs: 0,
        endMs: 500,
        destination: { host: '203.0.113.9', port: 443 },
        protocol: 'tls',
        upBytes: 700,
        downBytes: 900,
        attribution: 'unknown',
        forced: false,
        address: '203.0.113.9',
        wireUpBytes: 1100,
        wireDownBytes: 1300,
      },
      expect.objectContaining({ line: 8, startMs: 60_000, endMs: 60_000, upBytes: 0, downBytes: 900 }),
    ]);
    expect(capture.notes).toContain(
      'The connections are those that 10.0.0.5 began; which app made them the log does not tell.',
    );
  });

  it('reads columns in any order, another separator, CR LF and a byte-order mark', async () => {
    const plain = sessionsOf(await shelf.read(tsv([A, B])));
    const shuffled = [...FIELDS].reverse();
    expect(sessionsOf(await shelf.read(tsv([A, B], shuffled)))).toEqual(plain);
    expect(sessionsOf(await shelf.read(tsv([A, B], FIELDS, '|', '\\x7c')))).toEqual(plain);
    expect(sessionsOf(await shelf.read(`\ufeff${tsv([A, B]).replaceAll('\n', '\r\n')}`))).toEqual(plain);
  });

  it('reads logs of several hours put together, each with its own header', async () => {
    const capture = await shelf.read(tsv([A]) + '#close\t2023-11-14-23-00-00\n' + tsv([B], [...FIELDS].reverse()));
    expect(sessionsOf(capture).map(({ line, startMs }) => [line, startMs])).toEqual([
      [7, 0],
      [15, 60_000],
    ]);
  });

  it('puts connections in order of their beginning, though Zeek writes them as they end', async () => {
    const capture = await shelf.read(tsv([B, A]));
    expect(sessionsOf(capture).map(({ line, startMs }) => [line, startMs])).toEqual([
      [8, 0],
      [7, 60_000],
    ]);
  });

  it('takes a long connection for a session of one second at most, and says that what beat inside is not shown', async () => {
    const capture = await shelf.read(tsv([{ ...A, duration: '301' }, B]));
    expect(sessionsOf(capture)[0]).toMatchObject({ startMs: 0, endMs: 1000 });
    expect(startOf(capture).windowMs).toBe(301_000);
    expect(capture.notes).toContain(
      '1 connection lasted longer than 5 min: what beat inside, such a log does not show.',
    );
  });

  it.each([
    ['ssl', 'tcp', 'tls'],
    ['http,ssl', 'tcp', 'tls'],
    ['http', 'tcp', 'tcp'],
    ['quic,ssl', 'udp', 'quic'],
    ['dns', 'udp', 'udp'],
    ['-', 'tcp', 'tcp'],
  ])('service %s over %s is %s: nothing was read, so HTTP in the clear is TCP', async (service, proto, protocol) => {
    expect(sessionsOf(await shelf.read(tsv([{ ...A, service, proto }])))[0]!.protocol).toBe(protocol);
  });

  it('leaves ICMP out and says so; a device that only sent ICMP is none', async () => {
    const capture = await shelf.read(tsv([A, { ...B, proto: 'icmp', 'id.orig_h': 'fe80::1' }]));
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture.notes).toContain('1 row is neither TCP nor UDP (ICMP, mostly), and left out.');
  });

  it('counts connections without byte counts, and says so', async () => {
    const capture = await shelf.read(tsv([{ ...A, orig_bytes: '-', resp_bytes: '-' }]));
    expect(sessionsOf(capture)[0]).toMatchObject({ upBytes: 0, downBytes: 0, wireUpBytes: 1100 });
    expect(capture.notes).toContain('1 connection is without byte counts in the log, and taken as 0 bytes.');
  });

  it('takes the name of the TLS server where a script has added it', async () => {
    const row = { ...A, server_name: 'C2.Example' };
    const capture = await shelf.read(tsv([row], [...FIELDS, 'server_name']));
    expect(sessionsOf(capture)[0]).toMatchObject({
      destination: { host: 'c2.example', port: 443 },
      sni: 'c2.example',
      address: '203.0.113.9',
    });
  });
});

describe('a conn.log of several devices', () => {
  const other = { ...B, 'id.orig_h': '10.0.0.6' };

  it('is never judged as one: the busiest are named', async () => {
    await expect(shelf.read(tsv([A, other, { ...A, ts: '1700000001' }]))).rejects.toThrow(
      /^capture-ambiguous: .*: connections of 2 devices; choose one with --host: 10\.0\.0\.5 \(2\), 10\.0\.0\.6 \(1\)\.$/,
    );
  });

  it('gives those of the chosen one, and counts the others', async () => {
    const capture = await shelf.read(tsv([A, other]), { host: '10.0.0.6' });
    expect(sessionsOf(capture).map(({ line }) => line)).toEqual([8]);
    expect(capture.notes).toContain('1 connection is of other devices, and left out.');
  });

  it('knows an IPv6 address however it is written', async () => {
    const log = tsv([{ ...A, 'id.orig_h': '2001:db8::5' }, other]);
    expect(sessionsOf(await shelf.read(log, { host: '[2001:DB8:0::0005]' }))).toHaveLength(1);
  });

  it('a chosen one that began nothing is an error that names who did', async () => {
    await expect(shelf.read(tsv([A, other]), { host: '10.9.9.9' })).rejects.toThrow(
      /10\.9\.9\.9 began no connection; those who did: 10\.0\.0\.5 \(1\), 10\.0\.0\.6 \(1\)\./,
    );
    await expect(shelf.read(tsv([A]), { host: 'router' })).rejects.toThrow(
      /^usage: --host router: an address was expected/,
    );
  });
});

describe('a conn.log in JSON', () => {
  it('gives what the same log in TSV gives', async () => {
    const fromTsv = sessionsOf(await shelf.read(tsv([A, B]))).map((session) => ({ ...session, line: 0 }));
    const capture = await shelf.read(`${json(A)}\n${json(B)}\n`);
    expect(capture.format).toBe('zeek-json');
    expect(sessionsOf(capture).map((session) => ({ ...session, line: 0 }))).toEqual(fromTsv);
    expect(sessionsOf(capture).map(({ line }) => line)).toEqual([1, 2]);
  });

  it.each([
    ['seconds since 1970', 1700000000.25],
    ['milliseconds since 1970', 1700000000250],
    ['ISO 8601', '2023-11-14T22:13:20.250000Z'],
  ])('takes times as %s', async (_what, ts) => {
    const capture = await shelf.read(json(A, (object) => (object['ts'] = ts)));
    expect(startOf(capture).startedAt).toBe('2023-11-14T22:13:20.250Z');
  });

  it.each([
    ['id_orig_h', (o: Record<string, unknown>) => rename(o, (key) => key.replace('id.', 'id_'))],
    [
      'an object id',
      (o: Record<string, unknown>) => {
        o['id'] = { orig_h: o['id.orig_h'], orig_p: 1, resp_h: o['id.resp_h'], resp_p: o['id.resp_p'] };
        for (const key of Object.keys(o)) if (key.startsWith('id.')) delete o[key];
      },
    ],
  ])('knows the addresses as %s too', async (_what, change) => {
    expect(sessionsOf(await shelf.read(json(A, change)))[0]!.destination).toEqual({ host: '203.0.113.9', port: 443 });
  });

  it('leaves rows of other logs in the same stream out, and says so', async () => {
    const dns = json(A, (object) => (object['_path'] = 'dns'));
    const capture = await shelf.read(`${json(A)}\n${dns}\n${dns}\n`);
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture.notes).toContain('2 rows are of other logs (dns (2)), and left out.');
  });
});

describe('a hostile conn.log', () => {
  it('with a column twice takes the first', async () => {
    const fields = [...FIELDS, 'orig_bytes'];
    const lines = tsv([A], fields).split('\n');
    lines[6] = lines[6]!.replace(/700$/, '99');
    expect(sessionsOf(await shelf.read(lines.join('\n')))[0]!.upBytes).toBe(700);
  });

  it('with names and addresses beyond all measure keeps none of them', async () => {
    const long = 'x'.repeat(100_000);
    const named = await shelf.read(tsv([{ ...A, server_name: `${long}.example` }], [...FIELDS, 'server_name']));
    expect(sessionsOf(named)[0]!.destination.host).toBe('203.0.113.9');
    const zoned = await shelf.read(tsv([A, { ...B, 'id.resp_h': `fe80::1%${long}` }]));
    expect(zoned).toMatchObject({ skippedLines: 1 });
    expect(zoned.notes.join(' ').length).toBeLessThan(1000);
    const other = await shelf.read(`${json(A)}\n${json(A, (object) => (object['_path'] = `${long}\u001b[2J`))}\n`);
    expect(other.notes.join(' ').length).toBeLessThan(1000);
  });

  it('cannot drive a terminal by what it holds', async () => {
    const capture = await shelf.read(tsv([A, { ...B, ts: '\u001b[2J\u202e' }]));
    expect(capture.notes.join(' ')).toContain("found '\\u001b[2J\\u202e'");
  });
});

describe('a damaged conn.log', () => {
  it.each([
    ['a time that is none', { ts: 'soon' }, /line 8 \(ts: a time was expected, found 'soon'\)/],
    ['an address that is none', { 'id.orig_h': 'me' }, /line 8 \(id\.orig_h: an address was expected, found 'me'\)/],
    ['a name for an address', { 'id.resp_h': 'a.example' }, /id\.resp_h: an address/],
    ['a port beyond 65535', { 'id.resp_p': '70000' }, /id\.resp_p: a port was expected, found '70000'/],
    ['negative bytes', { orig_bytes: '-5' }, /orig_bytes: whole bytes/],
    ['half bytes', { resp_bytes: '1.5' }, /resp_bytes: whole bytes/],
    ['a negative duration', { duration: '-1' }, /duration: seconds/],
    ['an unset address', { 'id.resp_h': '-' }, /id\.resp_h: an address was expected, found nothing/],
  ])('with %s loses that line and says which', async (_what, change, expected) => {
    const bad = { ...B, ...change };
    const capture = await shelf.read(tsv([A, bad]));
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture.skippedLines).toBe(1);
    expect(capture.unreadBytes).toBe(FIELDS.map((field) => bad[field as keyof typeof bad]).join('\t').length + 1);
    expect(capture.notes[0]).toMatch(expected);
  });

  it('names the first three lines and counts the rest', async () => {
    const lines = ['x', 'yy', 'zzz', 'x', 'x'].join('\n');
    const capture = await shelf.read(`${tsv([A])}${lines}\n`);
    expect(capture.skippedLines).toBe(5);
    expect(capture.notes[0]).toBe(
      '5 lines of 13 bytes could not be read: line 8 (15 fields as in #fields were expected, found 1), ' +
        'line 9 (15 fields as in #fields were expected, found 1), line 10 (15 fields as in #fields were expected, found 1) and 2 more.',
    );
  });

  it('with a last line that is cut in its last number does not take half the number', async () => {
    const whole = tsv([A, B]);
    const capture = await shelf.read(whole.slice(0, -2)); // resp_ip_bytes 1300 -> 130
    expect(sessionsOf(capture)).toHaveLength(1);
    expect(capture.notes[0]).toMatch(/line 8 \(the line is cut\)/);
    // A last column that is not read may be cut: what is read is whole.
    const fields = [...FIELDS, 'history'];
    expect(sessionsOf(await shelf.read(tsv([A, B], fields).slice(0, -1)))).toHaveLength(2);
  });

  it('passes over a line of more than a MiB', async () => {
    const capture = await shelf.read(`${tsv([A])}${'x'.repeat(1_100_000)}\n`);
    expect(capture).toMatchObject({ skippedLines: 1, unreadBytes: 1_100_001 });
    expect(capture.notes[0]).toMatch(/line 8 \(it is too long\)/);
  });

  it('a JSON line that is none, or no object, is one line lost', async () => {
    const capture = await shelf.read(`${json(A)}\n{"ts":\n[1]\nnull\n${json(B)}`);
    expect(sessionsOf(capture).map(({ line }) => line)).toEqual([1, 5]);
    expect(capture.notes[0]).toMatch(
      /^3 lines of 16 bytes .*line 2 \(it is no JSON\), line 3 \(it is no JSON object\)/,
    );
  });

  it('without one row that can be read is an error that says why', async () => {
    await expect(shelf.read(tsv([]))).rejects.toThrow(/expected at least one TCP or UDP connection\.$/);
    await expect(shelf.read('#separator \\x09\n#fields\tts\n1\n')).rejects.toThrow(
      /at least one TCP or UDP connection\. 1 line of 2 bytes could not be read: line 3 \(#fields lacks id\.orig_h, /,
    );
    await expect(shelf.read(tsv([A]).replace('#path\tconn', '#path\tssl'))).rejects.toThrow(
      /expected a Zeek conn\.log, found rows of ssl \(1\)\.$/,
    );
  });

  it.each([
    ['TSV', tsv([A, B, { ...A, ts: '1700000120', duration: '3' }])],
    ['JSON', [A, B, { ...A, ts: '1700000120' }].map((row) => json(row)).join('\n')],
  ])('cut at any byte (%s) gives the lines before the cut, or one Fault', async (_form, whole) => {
    const all = sessionsOf(await shelf.read(whole));
    for (let length = 0; length <= whole.length; length += 1) {
      try {
        const capture = await shelf.read(whole.slice(0, length));
        const got = sessionsOf(capture);
        // A prefix of the whole, never a session that the whole does not have.
        expect(got).toEqual(all.slice(0, got.length));
        const line = whole.slice(0, length).split('\n').at(-1)!;
        expect(capture.unreadBytes === 0 || capture.unreadBytes === line.length).toBe(true);
      } catch (fault) {
        expect(fault).toBeInstanceOf(Fault);
      }
    }
  });

  it('whatever bytes are changed, all records are valid and nothing but a Fault is thrown', async () => {
    const whole = Buffer.from(tsv([A, B, A, B]));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          try {
            for (const { record } of (await shelf.read(bytes)).records) CaptureRecord.parse(record);
          } catch (fault) {
            expect(fault).toBeInstanceOf(Fault);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

function rename(object: Record<string, unknown>, name: (key: string) => string): void {
  for (const [key, value] of Object.entries(object)) {
    delete object[key];
    object[name(key)] = value;
  }
}
