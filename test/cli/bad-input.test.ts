import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeApk } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { openDesk, type Desk, type Ran } from '../support/command.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  const torch = writeApk({ packageName: 'org.example.lamp' });
  await writeFile(desk.path('good.apk'), torch);
  await writeFile(desk.path('text.apk'), 'this is not an APK\n');
  await writeFile(desk.path('empty.apk'), '');
  await writeFile(desk.path('truncated.apk'), torch.subarray(0, torch.length / 2));
  await writeFile(desk.path('no-manifest.apk'), writeZip([{ path: 'classes.dex', bytes: Buffer.from('dex') }]));
  await writeFile(desk.path('arm.apk'), writeApk({ packageName: 'org.example.arm', abis: ['arm64-v8a'] }));
  await writeFile(desk.path('newer.apk'), writeApk({ packageName: 'org.example.newer', minSdk: 36, targetSdk: 36 }));
  await writeFile(desk.path('split.apk'), writeApk({ packageName: 'org.example.part', split: 'config.de' }));
});

afterAll(() => desk[Symbol.asyncDispose]());

/** Nothing on stdout, no stack trace, and one line on stderr that is the error. */
function errorLine({ out, err }: Ran): string {
  expect(out).toBe('');
  expect(err).not.toMatch(/^\s+at /m);
  const lines = err.split('\n').filter((line) => line.startsWith('sleeptalk: '));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('input that cannot be vetted ends in one sentence with its code, and status 2', () => {
  it.each([
    ['a text file', 'text.apk', /^sleeptalk: apk-not-zip: text\.apk: .*begins with "this is/],
    ['an empty file', 'empty.apk', /^sleeptalk: apk-not-zip: .*empty\.apk is empty/],
    ['a truncated archive', 'truncated.apk', /^sleeptalk: apk-truncated: truncated\.apk: /],
    ['an archive without manifest', 'no-manifest.apk', /^sleeptalk: apk-no-manifest: no-manifest\.apk: /],
    ['a file that is not there', 'absent.apk', /^sleeptalk: file-unreadable: .*absent\.apk: there is no such file/],
    ['a folder', '.', /^sleeptalk: file-unreadable: .*it is a folder/],
    [
      'a split without its base',
      'split.apk',
      /^sleeptalk: apk-splits-mismatch: split\.apk is a split of org\.example\.part/,
    ],
    [
      'an APK for arm only',
      'arm.apk',
      /^sleeptalk: device-lacks-need: org\.example\.arm: .*arm64-v8a; the device runs x86_64, x86\./,
    ],
    [
      'an APK for a newer Android',
      'newer.apk',
      /^sleeptalk: device-lacks-need: org\.example\.newer: .*API level 36; the device has 34\./,
    ],
  ])('%s', async (_what, name, expected) => {
    const ran = await desk.run(['vet', desk.path(name)]);
    expect(errorLine(ran)).toMatch(expected);
    expect(ran.status).toBe(2);
  });

  it('an unknown function, with the names that are known', async () => {
    const ran = await desk.run(['vet', desk.path('good.apk'), '--function', 'toaster']);
    expect(errorLine(ran)).toMatch(/^sleeptalk: function-unknown: toaster; known are .*messaging.*torch/);
    expect(ran.status).toBe(2);
  });

  it('an option that makes no sense', async () => {
    const ran = await desk.run(['vet', desk.path('good.apk'), '--minutes', 'many']);
    expect(errorLine(ran)).toMatch(/^sleeptalk: usage: .*--minutes.*expected a number from 1 to 1440/);
    expect(ran.status).toBe(2);
  });

  it('a file name cannot drive the terminal', async () => {
    const ran = await desk.run(['vet', desk.path('\u001b[2Jevil.apk')]);
    expect(ran.err).not.toContain('\u001b');
    expect(ran.status).toBe(2);
  });
});

describe('a machine that lacks something ends in one sentence with its code, and status 1', () => {
  it('no adb, with the remedy', async () => {
    const environment = { PATH: desk.directory, ANDROID_HOME: '', ANDROID_SDK_ROOT: '', SLEEPTALK_ADB: '' };
    const ran = await desk.run(['vet', desk.path('good.apk')], environment);
    expect(errorLine(ran)).toMatch(/^sleeptalk: adb-missing: .*apt-get install adb/);
    expect(ran.status).toBe(1);
  });

  it('a proxy port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const ran = await desk.run(['vet', desk.path('good.apk'), '--proxy-port', String(port)]);
      expect(errorLine(ran)).toBe(
        `sleeptalk: port-busy: port ${port} of 127.0.0.1, asked for as the proxy's, is in use`,
      );
      expect(ran.status).toBe(1);
    } finally {
      server.close();
    }
  });

  it('an adb server that was named and does not answer', async () => {
    const ran = await desk.run(['vet', desk.path('good.apk'), '--adb-server', '127.0.0.1:1']);
    expect(errorLine(ran)).toMatch(/^sleeptalk: adb-failed: no adb server answers at 127\.0\.0\.1:1/);
    expect(ran.status).toBe(1);
  });
});

describe('several files', () => {
  it('each bad one has its own line', async () => {
    const ran = await desk.run(['vet', desk.path('text.apk'), desk.path('truncated.apk')]);
    expect(ran.err).toMatch(/apk-not-zip: text\.apk/);
    expect(ran.err).toMatch(/apk-truncated: truncated\.apk/);
    expect(ran.status).toBe(2);
  });

  it('--json puts each on a line of its own on stdout', async () => {
    const ran = await desk.run(['vet', desk.path('text.apk'), '--json']);
    expect(JSON.parse(ran.out)).toMatchObject({ sample: 'text.apk', fault: { code: 'apk-not-zip' } });
    expect(ran.status).toBe(2);
  });
});
