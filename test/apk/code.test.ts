import { describe, expect, it } from 'vitest';
import type { SdkProfile } from '../../orchestrator/contract/profile.ts';
import { openDex } from '../../workers/apk/code/dex.ts';
import { isHostName, isUrlHost } from '../../workers/apk/code/host-names.ts';
import { sdksOf } from '../../workers/apk/code/sdks.ts';
import { emptyDex, writeDex } from '../support/apk/dex.ts';
import { factsOf } from './reading.ts';

async function codeOf(entries: Record<string, Buffer | string>, abis: string[] = []) {
  const { code, oddities } = await factsOf({ packageName: 'org.example.code', entries, abis });
  if (code === undefined) throw new Error('The reader gave no code.');
  return { ...code, oddities };
}

describe('dex files', () => {
  it('give packages by their number of classes, over all files', async () => {
    const code = await codeOf({
      'classes.dex': writeDex({ classes: ['com.one.A', 'com.one.B', 'com.two.sub.deep.er.still.C', 'Rootless'] }),
      'classes2.dex': writeDex({ classes: ['com.one.C'] }),
      'assets/classes3.dex': writeDex({ classes: ['com.hidden.A'] }),
    });
    expect(code).toMatchObject({ dexFiles: 2, classes: 5, complete: true, oddities: [] });
    expect(code.packages).toEqual([
      { name: 'com.one', classes: 3 },
      { name: 'com.two.sub.deep.er', classes: 1 },
    ]);
  });

  it.each<[string, (dex: Buffer) => Buffer | void, RegExp]>([
    ['too small', (dex) => dex.subarray(0, 50), /has 50 bytes, fewer than the header/],
    ['of another kind', (dex) => void dex.write('dey\n'), /does not begin as a dex file does/],
    ['of another byte order', (dex) => void dex.writeUInt32LE(0x78563412, 40), /in an order that Android does not run/],
    ['with a table that leaves it', (dex) => void dex.writeUInt32LE(0xffffff, 56), /a table of strings that leaves it/],
  ])('that are %s are an oddity, and the app is read all the same', async (_case, damage, sentence) => {
    const dex = Buffer.from(writeDex({ classes: ['a.b.C'] }));
    const code = await codeOf({ 'classes.dex': damage(dex) ?? dex });
    expect(code).toMatchObject({ dexFiles: 0, complete: false });
    expect(code.oddities).toEqual([
      { kind: 'dex-damaged', where: 'classes.dex', detail: expect.stringMatching(sentence) as string },
    ]);
  });

  it('with offsets that lead anywhere give what can be followed', () => {
    const dex = writeDex({ classes: ['a.b.C', 'a.b.D'] });
    dex.writeUInt32LE(0xfffffff0, dex.readUInt32LE(60)); // the first string
    dex.writeUInt32LE(0xffff, dex.readUInt32LE(100) + 32); // the type of the second class
    expect([...openDex(dex, 'x').packages()]).toEqual([]);
    expect([...openDex(emptyDex(), 'x').stringOffsets()]).toEqual([]);
  });
});

describe('hosts', () => {
  it('are taken from URLs anywhere, and from strings that are host names', async () => {
    const strings = ['see HTTPS://API.Example.com:8443/v1 and wss://push.example.net', 'beacon.example.org', 'a.so'];
    const code = await codeOf({
      'classes.dex': writeDex({ classes: ['a.B'], strings: [...strings, 'com.example.Thing', 'http://10.1.2.3/x'] }),
      'assets/www/app.js': 'fetch("https://script.example.com/")',
      'assets/readme.txt': 'https://unread.example.com/',
    });
    expect(code.hosts).toEqual([
      { host: '10.1.2.3', inUrl: true },
      { host: 'api.example.com', inUrl: true },
      { host: 'beacon.example.org', inUrl: false },
      { host: 'push.example.net', inUrl: true },
      { host: 'script.example.com', inUrl: true },
    ]);
  });

  it('are bounded', async () => {
    const strings = Array.from({ length: 700 }, (_, index) => `https://h${index}.example.com`);
    expect((await codeOf({ 'classes.dex': writeDex({ classes: [], strings }) })).hosts).toHaveLength(500);
  });

  it.each<[string, boolean, boolean]>([
    ['api.example.com', true, true],
    ['com.example.app', false, false],
    ['java.io', false, true],
    ['libfoo.so', false, true],
    ['example', false, false],
    ['10.0.0.1', false, true],
    ['10.0.0.256', false, false],
    ['a..com', false, false],
    ['-a.com', false, false],
    ['javax.xml.transformer', false, false],
    ['xn--bcher-kva.example.de', true, true],
  ])('%s as a bare string: %s, in a URL: %s', (text, bare, inUrl) => {
    expect([isHostName(text), isUrlHost(text)]).toEqual([bare, inUrl]);
  });
});

it('frameworks are named by the files they leave, native libraries with their ABIs', async () => {
  const code = await codeOf({
    'lib/arm64-v8a/libflutter.so': 'x',
    'lib/x86_64/libflutter.so': 'x',
    'lib/arm64-v8a/libapp.so': 'x https://dart.example.com/ x',
    'assets/www/cordova.js': 'x',
  });
  expect(code.frameworks).toEqual(['Cordova', 'Flutter']);
  expect(code.nativeLibraries).toEqual([
    { name: 'libapp.so', abis: ['arm64-v8a'] },
    { name: 'libflutter.so', abis: ['arm64-v8a', 'x86_64'] },
  ]);
  expect(code.hosts).toEqual([{ host: 'dart.example.com', inUrl: true }]);
});

it('an SDK is known by a whole package, not by the beginning of a name', () => {
  const sdk = (name: string, ...packages: string[]) =>
    ({ name, vendor: 'v', packages, roles: [], source: 's' }) satisfies SdkProfile;
  const table = [sdk('Ads', 'com.ads'), sdk('Adsense', 'com.adsense'), sdk('Crash', 'io.crash.core', 'com.crash')];
  const packages = [
    { name: 'com.ads.internal', classes: 3 },
    { name: 'com.crash', classes: 1 },
  ];
  expect(sdksOf(packages, table).map(({ name }) => name)).toEqual(['Ads', 'Crash']);
  expect(sdksOf([], table)).toEqual([]);
});
