import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunkAt, signedInputs, withLie, withManifest } from '../support/apk/malformed.ts';
import { writeApk, zipInputs } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { binaryXml, chunk } from '../support/apk/binary-xml.ts';
import { factsOf, faultOf } from './reading.ts';

const APP = { packageName: 'org.example.odd', label: 'Odd', permissions: ['android.permission.INTERNET'] };
const STRING_POOL = 0x0001;
const START_ELEMENT = 0x0102;
const MANIFEST = 'AndroidManifest.xml';

describe('an oddity that Android overlooks', () => {
  it.each<[string, Buffer, RegExp]>([
    ['a wrong document type', withManifest(APP, (xml) => void xml.writeUInt16LE(0x1234, 0)), /chunk type 4660/],
    [
      'a huge style count',
      withManifest(APP, (xml) => void xml.writeUInt32LE(0x7fffffff, chunkAt(xml, STRING_POOL) + 12)),
      /and 2147483647 styles; there is room for/,
    ],
    [
      'more strings declared than there are',
      withManifest(APP, (xml) => {
        const at = chunkAt(xml, STRING_POOL) + 8;
        xml.writeUInt32LE(xml.readUInt32LE(at) + 500, at);
      }),
      /claim 5\d\d strings and 0 styles; there is room for \d\d/,
    ],
    [
      'a chunk of unknown type',
      withManifest(APP, (xml) => {
        const at = chunkAt(xml, START_ELEMENT);
        const grown = Buffer.concat([xml.subarray(0, at), chunk(0x0999, 8, Buffer.alloc(40)), xml.subarray(at)]);
        grown.writeUInt32LE(grown.length, 4);
        return grown;
      }),
      /unknown type 2457/,
    ],
    [
      'bytes behind the document',
      withManifest(APP, (xml) => Buffer.concat([xml, Buffer.alloc(33)])),
      /^33 bytes follow/,
    ],
    ['an encrypted flag', withLie(APP, MANIFEST, { flags: 0x0801 }), /marked as encrypted/],
    ['an unknown compression method', withLie(APP, MANIFEST, { method: 0x4d5a }), /unknown compression method 19802/],
    ['another method in the local header only', withLie(APP, MANIFEST, { localMethod: 99 }), /but 99 in its local/],
  ])('is read as it reads it, and said: %s', async (_case, apk, warning) => {
    const facts = await factsOf(apk);
    expect(facts).toMatchObject({ packageName: 'org.example.odd', label: 'Odd', permissions: APP.permissions });
    expect(facts.warnings).toEqual([expect.stringMatching(warning)]);
    expect(facts.oddities?.map(({ detail }) => detail)).toEqual(facts.warnings);
  });

  it('is a damaged resource table: only the label is lost', async () => {
    const facts = await factsOf({ ...APP, entries: { 'resources.arsc': Buffer.alloc(10) } });
    expect(facts.label).toBeNull();
    expect(facts.warnings).toEqual([expect.stringContaining('chunk type 0, so it is no resource table')]);
  });

  it('is an attribute whose name was blanked: the resource id names it', async () => {
    const apk = withManifest(APP, (xml) => {
      for (const name of ['name', 'label', 'minSdkVersion']) {
        const at = xml.indexOf(Buffer.from(`${name}\0`, 'utf16le'));
        xml.fill(Buffer.from('z', 'utf16le'), at, at + name.length * 2);
      }
    });
    expect(await factsOf(apk)).toMatchObject({ label: 'Odd', minSdk: 24, permissions: APP.permissions });
  });
});

describe('a file that no device would install', () => {
  const good = writeApk(APP);
  const manifest = (xml: Buffer): Buffer => writeApk({ ...APP, entries: { [MANIFEST]: xml } });
  const node = (attributes: Record<string, string>, name = 'manifest'): Buffer =>
    binaryXml({ name, attributes, children: [{ name: 'application' }] });

  it.each<[string, Buffer, string, RegExp]>([
    ['no bytes', Buffer.alloc(0), 'apk-not-zip', /The file is empty/],
    ['a text file', Buffer.from('hello, this is text\u0007'), 'apk-not-zip', /begins with "hello, t"/],
    ['the first half of an APK', good.subarray(0, good.length / 2), 'apk-truncated', /No end record before the end/],
    ['an APK without its last byte', good.subarray(0, -1), 'apk-truncated', /No end record/],
    ['bytes behind the end', Buffer.concat([good, Buffer.alloc(5)]), 'apk-malformed', /5 bytes follow the end record/],
    ['a missing start', good.subarray(100), 'apk-truncated', /central directory should end at offset/],
    [
      'the same entry twice',
      signedInputs(APP, (inputs) => [...inputs, ...inputs.filter((input) => input.path === MANIFEST)]),
      'apk-malformed',
      /AndroidManifest\.xml stands twice/,
    ],
    [
      'a manifest of another name in its local header',
      withLie(APP, MANIFEST, { localPath: 'AndroidManifest.xm1' }),
      'apk-malformed',
      /is called AndroidManifest\.xm1 in its local header/,
    ],
    ['no manifest', writeZip([{ path: 'a', bytes: Buffer.from('a') }]), 'apk-no-manifest', /None of the 1 entries/],
    ['a manifest as text', manifest(Buffer.from('<?xml version="1.0"?><manifest/>')), 'apk-bad-manifest', /plain text/],
    [
      'a manifest of noise',
      manifest(Buffer.alloc(300, 0xa5)),
      'apk-bad-manifest',
      /declares 2779096485 bytes and has 300/,
    ],
    ['an empty manifest', manifest(Buffer.alloc(0)), 'apk-bad-manifest', /ends at offset 0/],
    [
      'another root element',
      manifest(node({ package: 'a.b' }, 'resources')),
      'apk-bad-manifest',
      /<resources>, not <manifest>/,
    ],
    ['no package', manifest(node({})), 'apk-bad-manifest', /names no package/],
    [
      'a package for a shell',
      manifest(node({ package: 'a.b;reboot' })),
      'apk-bad-manifest',
      /"a\.b;reboot" is not a package name/,
    ],
    ['a package of control characters', manifest(node({ package: 'a.b\u202e' })), 'apk-bad-manifest', /"a\.b\\u202e"/],
    [
      'no application',
      manifest(binaryXml({ name: 'manifest', attributes: { package: 'a.b' } })),
      'apk-bad-manifest',
      /neither an <application> nor/,
    ],
    [
      'a chunk of impossible size',
      withManifest(APP, (xml) => void xml.writeUInt32LE(4, chunkAt(xml, START_ELEMENT) + 4)),
      'apk-bad-manifest',
      /chunk at offset \d+ has the impossible size 4/,
    ],
    [
      'attributes that leave the manifest',
      withManifest(APP, (xml) => void xml.writeUInt16LE(0xffff, chunkAt(xml, START_ELEMENT) + 16 + 12)),
      'apk-bad-manifest',
      /the attributes of the element at offset \d+ need 1310700 bytes and leave it/,
    ],
    [
      'a deflated manifest under an unknown method, which Android would read as it stands',
      signedInputs(APP, (inputs) =>
        inputs.map((input) => (input.path === MANIFEST ? { ...input, deflate: true, lie: { method: 77 } } : input)),
      ),
      'apk-bad-manifest',
      /declares \d+ bytes and has \d+/,
    ],
  ])('ends in a Fault that says so: %s', async (_case, bytes, code, sentence) => {
    const fault = await faultOf(bytes);
    expect(fault.code).toBe(code);
    expect(fault.detail).toMatch(sentence);
  });

  it('is one of elements nested without end', async () => {
    let xml = { name: 'application', children: [] as object[] } as Parameters<typeof binaryXml>[0];
    for (let depth = 0; depth < 300; depth += 1) xml = { name: 'activity', children: [xml] };
    const bytes = binaryXml({ name: 'manifest', attributes: { package: 'a.b' }, children: [xml] });
    expect((await faultOf(manifest(bytes))).detail).toMatch(/too many elements/);
  });
});

it('a manifest of more elements than any app has is refused', async () => {
  const children = Array.from({ length: 100_001 }, () => ({ name: 'a' }));
  const xml = binaryXml({ name: 'manifest', attributes: { package: 'a.b' }, children });
  const apk = writeApk({ ...APP, entries: { [MANIFEST]: xml } });
  expect((await faultOf(apk)).detail).toMatch(/^AndroidManifest\.xml has too many elements, from offset \d+\.$/);
});

describe('a text bomb', () => {
  it('of a thousand strings in the same place is refused', async () => {
    const permissions = ['x'.repeat(30_000), ...Array.from({ length: 1000 }, (_, index) => `p${index}`)];
    const apk = withManifest({ ...APP, permissions }, (xml) => {
      const pool = chunkAt(xml, STRING_POOL);
      const offsets = pool + xml.readUInt16LE(pool + 2);
      const count = xml.readUInt32LE(pool + 8);
      const long = xml.indexOf(Buffer.from('x'.repeat(1000), 'utf16le')) - 2 - (pool + xml.readUInt32LE(pool + 20));
      const index = Array.from({ length: count }, (_, at) => xml.readUInt32LE(offsets + at * 4)).indexOf(long);
      for (let at = index; at <= index + 1000; at += 1) xml.writeUInt32LE(long, offsets + at * 4);
    });
    expect((await faultOf(apk)).toJSON()).toEqual({
      code: 'apk-bad-manifest',
      detail: 'AndroidManifest.xml unfolds to over 8388608 characters of text.',
    });
  });
});

describe('a zip bomb', () => {
  it('is refused by its ratio before it is unpacked', async () => {
    const apk = signedInputs(APP, (inputs) => [
      { path: MANIFEST, bytes: Buffer.alloc(12_000_000), deflate: true },
      ...inputs.filter((input) => input.path !== MANIFEST),
    ]);
    const fault = await faultOf(apk);
    expect(fault.code).toBe('apk-too-large');
    expect(fault.detail).toMatch(/would grow from \d+ to 12000000 bytes, as zip bombs do/);
  });

  it('is refused by its declared size', async () => {
    expect((await faultOf(withLie(APP, MANIFEST, { uncompressedBytes: 0x40000000 }))).toJSON()).toEqual({
      code: 'apk-too-large',
      detail: 'AndroidManifest.xml unpacks to 1073741824 bytes; 16777216 are allowed.',
    });
  });

  it('is refused where it unpacks to more than it declares', async () => {
    const apk = signedInputs(APP, (inputs) =>
      inputs.map((input) =>
        input.path === MANIFEST ? { ...input, deflate: true, lie: { uncompressedBytes: 100 } } : input,
      ),
    );
    expect((await faultOf(apk)).detail).toMatch(/does not unpack to its declared size/);
  });

  it('is refused as a whole where its entries together would fill a disk', async () => {
    const many = Array.from({ length: 5 }, (_, index) => ({
      path: `assets/${index}`,
      bytes: deflateRawSync(Buffer.alloc(10)),
      lie: { uncompressedBytes: 0x7fffffff },
    }));
    expect((await faultOf(writeZip([...zipInputs(APP), ...many]))).detail).toMatch(/would unpack to 107374\d+ bytes/);
  });
});
