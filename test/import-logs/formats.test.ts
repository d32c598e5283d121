import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { readCapture } from '../../workers/capture/import/read.ts';
import { SessionList } from '../../workers/capture/import/session-list.ts';
import { MOST_RECORDS } from '../../workers/capture-reader.ts';
import { openShelf, sessionsOf, type Shelf } from './shelf.ts';

let shelf: Shelf;
beforeAll(async () => {
  shelf = await openShelf();
});
afterAll(() => shelf[Symbol.asyncDispose]());

const CSV = `t,destination,up,down\n${Array.from({ length: 2000 }, (_, i) => `${i},a${i % 7}.example,${i},1`).join('\n')}\n`;
const NDJSON = '{"type":"start","package":"x","windowMs":1,"device":{"kind":"unknown"}}\n{"type":"end","atMs":1}\n';
const ZEEK_JSON =
  '{"ts":1700000000,"id.orig_h":"10.0.0.5","id.resp_h":"203.0.113.9","id.resp_p":443,"proto":"tcp","duration":1}\n';
const ZEEK = '#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tproto\tx\n1\t10.0.0.5\t203.0.113.9\t443\ttcp\t-\n';
const HAR = '{ "log" :\n{"entries":[{"startedDateTime":"2024-05-01T10:00:00Z","request":{"url":"http://a.example"}}]}}';
const PCAPDROID =
  'IPProto,SrcIP,SrcPort,DstIp,DstPort,UID,App,Proto,Status,Info,BytesSent,BytesRcvd,PktsSent,PktsRcvd,FirstSeen,LastSeen\n' +
  '6,10.0.0.1,1,203.0.113.9,443,10123,T,TLS,Closed,a.example,1,1,1,1,1700000000250,1700000000850\n';

describe('a capture is told by what it holds', () => {
  it.each([
    ['csv', CSV],
    ['capture.ndjson', NDJSON],
    ['zeek-json', ZEEK_JSON],
    ['zeek-tsv', ZEEK],
    ['har', HAR],
    ['har', HAR.replace('"log" :', '"comment": {}, "log": {"version": "1.2"}, "log":')],
    ['pcapdroid-csv', PCAPDROID],
  ])('%s, plain and as gzip, whatever its name', async (format, content) => {
    const plain = await readCapture(await shelf.put(content, 'capture.pcap'), options());
    expect(plain).toMatchObject({ format, skippedLines: 0, unreadBytes: 0 });
    expect(plain.digest).toBe(createHash('sha256').update(content).digest('hex'));
    const packed = gzipSync(content);
    const unpacked = await readCapture(await shelf.put(packed, 'capture.csv'), options());
    expect(unpacked).toEqual({ ...plain, digest: createHash('sha256').update(packed).digest('hex') });
  });

  it.each([
    ['', /expected a capture, found an empty file\.$/],
    [gzipSync(''), /found no data in the gzip file\.$/],
    ['PK\u0003\u0004....', /found a ZIP archive or APK; read are capture\.ndjson, pcap, pcapng, HAR, Zeek conn\.log/],
    [Buffer.from('28b52ffd04001100', 'hex'), /found a zstd file: unpack it first \(zstd -d\); read are /],
    [Buffer.from('fd377a585a000004', 'hex'), /found an xz file/],
    [Buffer.from('425a6839314159', 'hex'), /found a bzip2 file/],
    [Buffer.from('04224d18644040c0', 'hex'), /found an lz4 file/],
    [Buffer.from('\ufefft,destination', 'utf16le'), /found text in UTF-16: save it as UTF-8/],
    [Buffer.from('7f454c4602010100', 'hex'), /found binary data/],
    ['[{"ts":1}]', /found a JSON array/],
    ['<?xml version="1.0"?>', /found XML or HTML/],
    [
      'Dear reader,\nno capture',
      /expected a header with t, destination, up, down, found 'Dear reader,' \(read are cap/,
    ],
    [gzipSync(Buffer.from('d4c3b2a102000400', 'hex')), /found a packet capture as gzip: unpack it first \(gzip -d\)/],
  ])('what is none is named, with what is read (%#)', async (content, message) => {
    await expect(shelf.read(content)).rejects.toThrow(message);
    await expect(shelf.read(content)).rejects.toThrow(/^capture-malformed: /);
  });

  it('a choice that the format does not offer is refused, not passed over', async () => {
    await expect(shelf.read(CSV, { host: '10.0.0.5' })).rejects.toThrow(/^usage: --host .* is a plain CSV\.$/);
    await expect(shelf.read(HAR, { uid: 7 })).rejects.toThrow(/^usage: --uid .* is a HAR\.$/);
    await expect(shelf.read(ZEEK, { uid: 7 })).rejects.toThrow(/^usage: --uid .* is a Zeek log\.$/);
    await expect(shelf.read(CSV, { uid: 7 })).rejects.toThrow(/^usage: .*--uid 7: its rows name no uid\.$/);
  });

  it('a device that is not in the packets is refused too', async () => {
    // pcap, microseconds, one Ethernet frame of no protocol
    const pcap = Buffer.from(
      `d4c3b2a1020004000000000000000000ffff000001000000${'00'.repeat(8)}0e0000000e000000${'00'.repeat(14)}`,
      'hex',
    );
    expect((await shelf.read(pcap)).format).toBe('packets');
    await expect(shelf.read(pcap, { host: '10.0.0.5' })).rejects.toThrow(/^capture-ambiguous: .*10\.0\.0\.5 opened no/);
    await expect(shelf.read(pcap, { host: 'phone' })).rejects.toThrow(/^usage: --host phone: an address was expected/);
  });

  it('a plain CSV with uids has the rows of others foreign to the chosen one', async () => {
    const table = 't,destination,up,down,uid\n0,a.example,1,1,7\n1,b.example,1,1,8\n';
    const both = await shelf.read(table);
    expect(both.notes).toContain('Rows of 2 uids are judged together, as if they were of one app.');
    const chosen = await shelf.read(table, { uid: 8 });
    expect(chosen.records[0]!.record).toMatchObject({ uid: 8 });
    expect(chosen.notes).toEqual([]);
  });

  it('a folder is unreadable', async () => {
    const path = await shelf.put(CSV);
    await expect(readCapture(`${path}/..`, options())).rejects.toThrow(/^file-unreadable: /);
  });
});

describe('a gzip file', () => {
  it('of several members is read as one', async () => {
    const half = CSV.indexOf('\n', CSV.length / 2) + 1;
    const packed = Buffer.concat([gzipSync(CSV.slice(0, half)), gzipSync(CSV.slice(half))]);
    expect(sessionsOf(await shelf.read(packed))).toEqual(sessionsOf(await shelf.read(CSV)));
  });

  it('that is cut gives what lies before the cut, and says so', async () => {
    const log = ZEEK + '1\t10.0.0.5\t203.0.113.9\t443\ttcp\t-\n'.repeat(5000);
    const packed = gzipSync(log, { level: 1 });
    const capture = await shelf.read(packed.subarray(0, packed.length / 2));
    expect(sessionsOf(capture).length).toBeGreaterThan(500);
    expect(sessionsOf(capture).length).toBeLessThan(5000);
    expect(capture.notes).toContain('The gzip file is cut: what followed its last byte is not known.');
  });

  it('that is damaged gives what lies before the damage, and says how much does not', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i * 7919}\t10.0.0.5\t203.0.113.9\t${i}\ttcp\t-\n`);
    const packed = gzipSync(ZEEK + rows.join(''));
    packed.fill(0xff, packed.length / 2, packed.length / 2 + 64);
    const capture = await shelf.read(packed);
    expect(sessionsOf(capture).length).toBeGreaterThan(1000);
    expect(capture.unreadBytes).toBeGreaterThan(packed.length / 4);
    expect(capture.notes.join(' ')).toMatch(/The gzip file is damaged from about byte \d+ on: nothing behind it/);
  });

  it('cut at any byte is read or ends in a Fault', async () => {
    const packed = gzipSync(ZEEK + ZEEK_JSON);
    for (let length = 0; length <= packed.length; length += 1) {
      try {
        await shelf.read(packed.subarray(0, length));
      } catch (fault) {
        expect(fault).toBeInstanceOf(Fault);
      }
    }
  });

  it('that unpacks beyond all measure is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(128 * 1_048_576, '#fields x\n'));
    await expect(shelf.read(bomb)).rejects.toThrow(/^capture-malformed: .*unpacks to more than 300 times its size\./);
  }, 30_000);
});

describe('a long capture', () => {
  it('says how far its reading has come, to its last byte', async () => {
    const path = await shelf.put(CSV.padEnd(2_500_000, '# nothing more\n'));
    const size = (await readFile(path)).length;
    const seen: [number, number][] = [];
    await readCapture(path, { ...options(), progress: (read, total) => seen.push([read, total]) });
    expect(seen.at(-1)).toEqual([size, size]);
    expect(seen.map(([read]) => read)).toEqual([...seen.map(([read]) => read)].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(1);
  });

  it('stops when it is told to', async () => {
    const path = await shelf.put(CSV.padEnd(4_000_000, '# nothing more\n'));
    const stop = new AbortController();
    const reading = readCapture(path, { signal: stop.signal, progress: () => stop.abort(new Error('enough')) });
    await expect(reading).rejects.toThrow('enough');
  });

  it('of more sessions than are judged at once is refused', () => {
    const list = new SessionList('big.log');
    const session = {
      type: 'session' as const,
      startMs: 0,
      endMs: 0,
      destination: list.destination('a.example', 443),
      protocol: 'tcp' as const,
      upBytes: 1,
      downBytes: 1,
      attribution: 'likely' as const,
      forced: false,
    };
    for (let i = 0; i < MOST_RECORDS; i += 1) list.add(i, session);
    expect(() => list.add(MOST_RECORDS, session)).toThrow(
      'capture-too-large: big.log: more than 2,000,000 sessions; judge a shorter span.',
    );
  });
});

function options(): { signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
