import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ODDITY_KINDS } from '../../workers/apk/oddities.ts';
import { launcher } from '../support/apk/description.ts';
import { withManifest } from '../support/apk/malformed.ts';
import { signZip } from '../support/apk/sign.ts';
import { writeApk, zipInputs } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { factsOf, faultOf } from './reading.ts';

const APP = { packageName: 'org.example.odd', label: 'Odd', minSdk: 24, targetSdk: 29, components: [launcher()] };
const CENTRAL = Buffer.from('504b0102', 'hex');
const LOCAL = Buffer.from('504b0304', 'hex');
const END_BYTES = 22;
const MANIFEST = 'AndroidManifest.xml';

/** Signed after the damage, so that only the damage is odd. The end record has no comment yet. */
function damaged(change: (zip: Buffer) => Buffer | void, inputs = zipInputs(APP)): Buffer {
  const zip = writeZip(inputs);
  return signZip(change(zip) ?? zip, [{ scheme: 'v2', key: 1 }]);
}

async function kindsOf(apk: Buffer): Promise<string[]> {
  const facts = await factsOf(apk);
  expect(facts).toMatchObject({ packageName: 'org.example.odd', label: 'Odd' });
  return (facts.oddities ?? []).map(({ kind, where }) => `${kind} in ${where}`);
}

/** Offset of the n-th header of a kind. */
function nth(zip: Buffer, mark: Buffer, index: number): number {
  let at = zip.indexOf(mark);
  for (let skipped = 0; skipped < index; skipped += 1) at = zip.indexOf(mark, at + 4);
  return at;
}

it('every kind of oddity is in the documentation, and no other', () => {
  const page = readFileSync(new URL('../../docs/apk-reader.md', import.meta.url), 'utf8');
  const section = /## Oddities\n(.*?)\n## /s.exec(page)?.[1] ?? '';
  expect([...section.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]).sort()).toEqual([...ODDITY_KINDS].sort());
});

it('an ordinary APK has no oddity', async () => {
  expect(await kindsOf(writeApk(APP))).toEqual([]);
  expect(await kindsOf(writeApk({ ...APP, deflate: true }))).toEqual([]);
});

describe('a trick in the archive that Android does not look at', () => {
  it.each<[string, (zip: Buffer) => Buffer | void, string]>([
    [
      'numbers of disks',
      (zip) => void zip.writeUInt16LE(7, zip.length - END_BYTES + 4),
      'zip-several-disks in end record',
    ],
    [
      'another number of entries on this disk',
      (zip) => void zip.writeUInt16LE(60_000, zip.length - END_BYTES + 8),
      'zip-several-disks in end record',
    ],
    [
      'a data descriptor that is none',
      (zip) => {
        // Bit 3 in the local header of the first entry: its sizes are then taken from the central directory alone.
        zip.writeUInt16LE(zip.readUInt16LE(6) | 8, 6);
      },
      `zip-data-descriptor in ${MANIFEST}`,
    ],
    [
      'an entry inside another one',
      (zip) => {
        // The line of assets/last points into the data of assets/big, where a header of its name is hidden.
        const line = zip.lastIndexOf(CENTRAL);
        const header = zip.readUInt32LE(line + 42);
        const inner = zip.indexOf('ROOM');
        zip.copy(zip, inner, header, header + 30 + 'assets/last'.length + 1);
        zip.writeUInt32LE(inner, line + 42);
      },
      'zip-overlap in assets/last',
    ],
    [
      'another checksum in the local header of an entry that nobody opens',
      (zip) => void zip.writeUInt32LE(1, nth(zip, LOCAL, 3) + 14),
      'zip-local-header in assets/big',
    ],
  ])('is said: %s', async (_case, change, oddity) => {
    const entries = { 'assets/big': `ROOM${' '.repeat(200)}`, 'assets/last': 'x' };
    const inputs = zipInputs({ ...APP, entries });
    expect(await kindsOf(damaged(change, inputs))).toContain(oddity);
  });

  it.each([
    ['../../etc/passwd', 'leads out of the folder'],
    ['assets/..\\..\\run.exe', 'leads out of the folder'],
    ['/system/bin/sh', 'is absolute'],
    ['C:\\windows', 'is absolute'],
    ['AndroidManifest.xml/x', 'makes a folder of a file'],
    ['classes.dex/', 'makes a folder of a file'],
    ['assets/a\u001bb', 'holds a control character'],
    ['androidmanifest.XML', 'are one on a disk that ignores case'],
  ])('is said of the entry name %j', async (path, words) => {
    const { oddities } = await factsOf({ ...APP, entries: { [path]: 'x' } });
    expect(oddities?.map(({ kind }) => kind)).toEqual(oddities?.map(() => 'zip-path'));
    expect(oddities?.map(({ detail }) => detail).join()).toContain(words);
  });

  it('is counted, not listed, where it comes a thousand times', async () => {
    const entries = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`/a${index}`, 'x']));
    const { oddities } = await factsOf({ ...APP, entries });
    expect(oddities).toHaveLength(11);
    expect(oddities?.at(-1)?.detail).toBe('990 further oddities of this kind.');
  });
});

describe('a trick in the archive for which Android refuses it', () => {
  it.each<[string, () => Buffer, string, RegExp]>([
    [
      'bytes before the first entry',
      () => {
        const zip = writeZip(zipInputs(APP));
        const moved = Buffer.concat([Buffer.from('dex\n035\0'), zip]);
        const end = moved.length - END_BYTES;
        moved.writeUInt32LE(moved.readUInt32LE(end + 16) + 8, end + 16);
        return moved;
      },
      'apk-malformed',
      /does not begin with an entry/,
    ],
    [
      'ZIP64',
      () => damaged((zip) => void zip.writeUInt16LE(0xffff, zip.length - END_BYTES + 10)),
      'apk-malformed',
      /is ZIP64/,
    ],
    [
      'an end record inside the comment',
      () => {
        const zip = writeZip(zipInputs(APP));
        zip.writeUInt16LE(30, zip.length - 2);
        return Buffer.concat([zip, zip.subarray(zip.length - END_BYTES), Buffer.alloc(8)]);
      },
      'apk-truncated',
      /comment should end at/,
    ],
    [
      'an entry that begins behind the central directory',
      () => damaged((zip) => void zip.writeUInt32LE(0x7ffffff0, nth(zip, CENTRAL, 0) + 42)),
      'apk-malformed',
      /behind all entries/,
    ],
    [
      'a manifest of another size in its local header',
      () => damaged((zip) => void zip.writeUInt32LE(77, 22)),
      'apk-malformed',
      /AndroidManifest\.xml has the size \d+, but 77 in its local header/,
    ],
    [
      'a manifest of another checksum in its local header',
      () => damaged((zip) => void zip.writeUInt32LE(77, 14)),
      'apk-malformed',
      /AndroidManifest\.xml has the CRC-32 \d+, but 77 in its local header/,
    ],
    [
      'fewer entries counted than there are, and the manifest the last of them',
      () => damaged((zip) => void zip.writeUInt16LE(1, zip.length - END_BYTES + 10), zipInputs(APP).reverse()),
      'apk-no-manifest',
      /None of the 1 entries/,
    ],
    [
      'a gap before the end record, so that no platform finds the signing block',
      () => {
        const signed = writeApk(APP);
        const at = signed.length - END_BYTES;
        return Buffer.concat([signed.subarray(0, at), Buffer.alloc(4), signed.subarray(at)]);
      },
      'apk-unsigned',
      /neither a signing block/,
    ],
  ])('ends in a Fault: %s', async (_case, make, code, sentence) => {
    const fault = await faultOf(make());
    expect([fault.code, fault.detail]).toEqual([code, expect.stringMatching(sentence)]);
  });
});

describe('a trick in the compiled manifest', () => {
  it('is said: attributes that are called otherwise than their resource ids', async () => {
    const apk = withManifest(APP, (xml) => {
      const at = xml.indexOf(Buffer.from('label\0', 'utf16le'));
      xml.write('xxxxx', at, 'utf16le');
    });
    const { label, oddities } = await factsOf(apk);
    expect(label).toBe('Odd');
    expect(oddities).toEqual([
      {
        kind: 'xml-misnamed-attribute',
        where: MANIFEST,
        detail: 'An attribute of <application> is called "xxxxx" and is label.',
      },
    ]);
  });

  it('is said: attributes in no namespace', async () => {
    const apk = withManifest(APP, (xml) => {
      const uri = xml.indexOf(Buffer.from('http://schemas', 'utf16le'));
      xml.write('X', uri, 'utf16le');
    });
    const kinds = (await factsOf(apk)).oddities?.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['xml-namespace']));
  });
});
