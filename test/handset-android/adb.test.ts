import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type * as Adbkit from '@devicefarmer/adbkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeApk } from '../support/apk/write.ts';
import { startHandsetOnAdb, until, type HandsetOnAdb } from '../support/handset-on-adb.ts';

const require = createRequire(import.meta.url);
// CommonJS whose exports are getters: an ESM import of it means one thing to Node and another to Vite.
const { Adb } = require('@devicefarmer/adbkit') as typeof Adbkit;
const API_DEMOS = join(require.resolve('android-apidemos/package.json'), '../apks/ApiDemos-debug.apk');
const NOTES = { packageName: 'org.example.notes', label: 'Notes' };

describe('unmodified adb', () => {
  let handset: HandsetOnAdb;
  const file = (name: string): string => join(handset.directory, name);

  beforeAll(async () => {
    handset = await startHandsetOnAdb('-clock-rate', '10');
    await writeFile(file('notes.apk'), writeApk(NOTES));
    await writeFile(file('other.apk'), writeApk({ ...NOTES, signer: 2 }));
    await writeFile(file('base.apk'), writeApk({ packageName: 'org.example.split', requiresSplits: true }));
    await writeFile(file('en.apk'), writeApk({ packageName: 'org.example.split', split: 'config.en', components: [] }));
  });
  afterAll(async () => handset?.[Symbol.asyncDispose]());

  test('installs by stream and by push, refuses another signer with status 1, uninstalls', async () => {
    expect(await handset.adb('install', file('notes.apk'))).toMatchObject({
      out: 'Performing Streamed Install\nSuccess\n',
      status: 0,
    });
    expect((await handset.adb('install', '-r', '--no-streaming', file('notes.apk'))).out).toContain('Success\n');
    const refused = await handset.adb('install', '-r', file('other.apk'));
    expect(refused.status).toBe(1);
    expect(refused.err).toContain(
      'Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE: Existing package org.example.notes signatures do not match newer version; ignoring!]',
    );
    expect(await handset.adb('uninstall', 'org.example.notes')).toMatchObject({ out: 'Success\n', status: 0 });
    expect(await handset.adb('uninstall', 'org.example.notes')).toMatchObject({
      out: 'Failure [DELETE_FAILED_INTERNAL_ERROR]\n',
      status: 1,
    });
  });

  test('installs a set of splits, and refuses the base alone', async () => {
    expect((await handset.adb('install', file('base.apk'))).err).toContain('INSTALL_FAILED_MISSING_SPLIT');
    expect(await handset.adb('install-multiple', file('base.apk'), file('en.apk'))).toMatchObject({
      out: 'Success\n',
      status: 0,
    });
    const paths = (await handset.adb('shell', 'pm', 'path', 'org.example.split')).out.trim().split('\n');
    expect(paths).toHaveLength(2);
    expect((await handset.adb('pull', paths[1]?.slice('package:'.length) ?? '', file('pulled.apk'))).status).toBe(0);
  });

  test('status and both streams of a command come through', async () => {
    const ran = await handset.adb('shell', 'am', 'start', '-n', 'org.example.none/.Main');
    expect(ran).toEqual({
      out: 'Starting: Intent { cmp=org.example.none/.Main }\n',
      err: 'Error type 3\nError: Activity class {org.example.none/org.example.none.Main} does not exist.\n',
      status: 1,
    });
    expect(
      await handset.adb('shell', 'cmd package resolve-activity --brief org.example.none; pidof zygote64 && echo yes'),
    ).toMatchObject({
      out: 'No activity found\n321\nyes\n',
      status: 0,
    });
  });

  test('the zygotes and their children are found as the certificate injection looks for them', async () => {
    const pid = (await handset.adb('shell', 'pidof zygote64')).out.trim();
    const children = (await handset.adb('shell', `ps -o PID -P ${pid} | grep -v PID`)).out.trim().split(/\s+/);
    expect(children.length).toBeGreaterThan(4);
    expect((await handset.adb('shell', `cat /proc/${children[0]}/cmdline`)).out).toBe('system_server\0');
  });
});

test('adbkit installs, asks, starts and reads the log', async () => {
  await using handset = await startHandsetOnAdb();
  const client = Adb.createClient({ host: '127.0.0.1', port: handset.adbPort, bin: 'adb' });
  const device = client.getDevice(handset.serial);
  await device.waitBootComplete();
  expect(await device.install(API_DEMOS)).toBe(true);
  expect(await device.isInstalled('io.appium.android.apis')).toBe(true);
  expect(await device.isInstalled('org.example.none')).toBe(false);
  // The reader's own types are not among those that npm has.
  const log = (await device.openLogcat({ clear: false })) as EventEmitter & { end(): void };
  try {
    const seen: string[] = [];
    log.on('entry', (entry: { tag: string; message: string }) => seen.push(`${entry.tag} ${entry.message}`));
    await device.startActivity({ component: 'io.appium.android.apis/.ApiDemos', wait: true });
    await until(async () =>
      seen.some((line) => line.startsWith('ActivityTaskManager Displayed io.appium.android.apis/.ApiDemos')),
    );
  } finally {
    log.end();
  }
  await expect(device.startActivity({ component: 'io.appium.android.apis/.None' })).rejects.toThrow(/does not exist/);
  const shell = (await device.shell('dumpsys activity activities | grep ResumedActivity')) as Duplex;
  const output = (await Adb.util.readAll(shell)) as Buffer;
  expect(output.toString()).toContain('io.appium.android.apis/.ApiDemos');
  expect(await device.clear('io.appium.android.apis')).toBe(true);
  expect(await device.uninstall('io.appium.android.apis')).toBe(true);
  expect(await device.isInstalled('io.appium.android.apis')).toBe(false);
});
