import { describe, expect, test } from 'vitest';
import { writeApk } from '../support/apk/write.ts';
import { androidUnderTest } from './android-under-test.ts';

const NOTES = { packageName: 'org.example.notes', label: 'Notes', minSdk: 24, targetSdk: 34 };

describe('installing', () => {
  test('a streamed install reads exactly the announced bytes and answers Success', async () => {
    await using handset = androidUnderTest();
    const ran = await handset.install(NOTES);
    expect(ran).toEqual({ out: 'Success\n', err: '', status: 0 });
    expect(handset.eventNames()).toEqual(['package-installed']);
    const path = (await handset.run('pm path org.example.notes')).out;
    expect(path).toMatch(/^package:\/data\/app\/~~[\w-]{22}==\/org\.example\.notes-[\w-]{22}==\/base\.apk\n$/);
    expect(handset.files.read(path.trim().slice('package:'.length))).toEqual(writeApk(NOTES));
  });

  test.each([
    [
      'a newer platform is asked for',
      { minSdk: 35, targetSdk: 35 },
      '',
      'INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #35 (current version is #34)',
    ],
    [
      'nobody signed it',
      { signer: 'nobody' as const },
      '',
      'INSTALL_PARSE_FAILED_NO_CERTIFICATES: Failed to collect certificates from base.apk',
    ],
    [
      'its native code is for ARM alone',
      { abis: ['arm64-v8a'] },
      '',
      'INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113',
    ],
    ['it is for tests only', { testOnly: true }, '', 'INSTALL_FAILED_TEST_ONLY: installPackageLI'],
    [
      'its splits are missing',
      { requiresSplits: true },
      '',
      'INSTALL_FAILED_MISSING_SPLIT: Missing split for org.example.notes',
    ],
  ])('is refused where %s', async (_why, change, flags, failure) => {
    await using handset = androidUnderTest();
    expect(await handset.install({ ...NOTES, ...change }, flags)).toEqual({
      out: `Failure [${failure}]\n`,
      err: '',
      status: 1,
    });
    expect((await handset.run('pm path org.example.notes')).status).toBe(1);
  });

  test('names that would be paths, and the uid of the system, are not to be had', async () => {
    await using handset = androidUnderTest();
    expect((await handset.install({ ...NOTES, packageName: 'org.example/../../system' })).out).toMatch(
      /^Failure \[INSTALL_/,
    );
    expect((await handset.install({ ...NOTES, packageName: 'plain' })).out).toMatch(/^Failure \[INSTALL_/);
    expect((await handset.install({ ...NOTES, sharedUserId: 'android.uid.system' })).out).toMatch(
      /^Failure \[INSTALL_FAILED_SHARED_USER_INCOMPATIBLE: /,
    );
    expect((await handset.install({ ...NOTES, packageName: 'com.android.settings' })).out).toMatch(
      /^Failure \[INSTALL_FAILED_UPDATE_INCOMPATIBLE: /,
    );
  });

  test('a test-only app installs with -t, native code of this device installs', async () => {
    await using handset = androidUnderTest();
    expect((await handset.install({ ...NOTES, testOnly: true }, '-t')).out).toBe('Success\n');
    expect(
      (await handset.install({ ...NOTES, packageName: 'org.example.native', abis: ['x86_64', 'arm64-v8a'] })).out,
    ).toBe('Success\n');
  });

  test.each([
    [33, 22, 'Success'],
    [
      34,
      22,
      'Failure [INSTALL_FAILED_DEPRECATED_SDK_VERSION: App package must target at least SDK version 23, but found 22]',
    ],
    [
      35,
      23,
      'Failure [INSTALL_FAILED_DEPRECATED_SDK_VERSION: App package must target at least SDK version 24, but found 23]',
    ],
  ])('on API %i an app that targets %i: %s', async (apiLevel, targetSdk, answer) => {
    await using handset = androidUnderTest(apiLevel);
    expect((await handset.install({ ...NOTES, targetSdk })).out).toBe(`${answer}\n`);
  });

  test('what is no APK is refused as such', async () => {
    await using handset = androidUnderTest();
    const ran = await handset.run('cmd package install -S 9', { stdin: Buffer.from('not a zip') });
    expect(ran.out).toBe('Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk]\n');
    expect((await handset.run('pm install /data/local/tmp/nothing.apk')).status).toBe(1);
  });

  test('an update keeps uid, first install time and grants; another signer and an older version are refused', async () => {
    await using handset = androidUnderTest();
    await handset.install({ ...NOTES, versionCode: 5, permissions: ['android.permission.CAMERA'] });
    await handset.run('pm grant org.example.notes android.permission.CAMERA');
    const before = handset.parts.packages.get('org.example.notes');
    await handset.clock.advance(60_000);
    await handset.install({ ...NOTES, versionCode: 6, permissions: ['android.permission.CAMERA'] });
    const after = handset.parts.packages.get('org.example.notes');
    expect(after).toMatchObject({ uid: before?.uid, installedAtMs: before?.installedAtMs });
    expect(after?.updatedAtMs).toBe((before?.updatedAtMs ?? 0) + 60_000);
    expect(after?.granted.has('android.permission.CAMERA')).toBe(true);
    expect((await handset.install({ ...NOTES, versionCode: 7, signer: 2 })).out).toBe(
      'Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE: Existing package org.example.notes signatures do not match newer version; ignoring!]\n',
    );
    expect((await handset.install({ ...NOTES, versionCode: 4 })).out).toMatch(
      /^Failure \[INSTALL_FAILED_VERSION_DOWNGRADE: /,
    );
    expect((await handset.install({ ...NOTES, versionCode: 4 }, '-d')).out).toBe('Success\n');
    expect((await handset.install({ ...NOTES, versionCode: 4 }, '-R')).out).toMatch(
      /^Failure \[INSTALL_FAILED_ALREADY_EXISTS: /,
    );
  });

  test('a session of splits is one package with a path for each', async () => {
    await using handset = androidUnderTest();
    const base = writeApk({ ...NOTES, requiresSplits: true });
    const split = writeApk({ ...NOTES, split: 'config.en', components: [] });
    const created = (await handset.run('pm install-create -g')).out;
    const id = /^Success: created install session \[(\d+)\]\n$/.exec(created)?.[1] ?? '';
    expect((await handset.run(`pm install-write -S ${base.length} ${id} base.apk -`, { stdin: base })).out).toBe(
      `Success: streamed ${base.length} bytes\n`,
    );
    await handset.run(`pm install-write -S ${split.length} ${id} config.en.apk -`, { stdin: split });
    expect((await handset.run(`pm install-commit ${id}`)).out).toBe('Success\n');
    const paths = (await handset.run('pm path org.example.notes')).out.trim().split('\n');
    expect(paths.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual(['base.apk', 'split_config.en.apk']);
    expect((await handset.run(`pm install-commit ${id}`)).status).toBe(255);
  });
});

describe('what is installed', () => {
  test('uids start at 10100, are shared by a shared user id and new after an uninstall', async () => {
    await using handset = androidUnderTest();
    await handset.install(NOTES);
    await handset.install({ ...NOTES, packageName: 'org.example.a', sharedUserId: 'org.example.shared' });
    await handset.install({ ...NOTES, packageName: 'org.example.b', sharedUserId: 'org.example.shared' });
    const uids = (await handset.run('pm list packages -U -3')).out;
    expect(uids).toBe(
      'package:org.example.notes uid:10100\npackage:org.example.a uid:10101\npackage:org.example.b uid:10101\n',
    );
    expect((await handset.run('pm uninstall org.example.notes')).out).toBe('Success\n');
    expect(await handset.run('pm uninstall org.example.notes')).toMatchObject({
      out: 'Failure [DELETE_FAILED_INTERNAL_ERROR]\n',
      status: 1,
    });
    await handset.install(NOTES);
    expect(handset.parts.packages.get('org.example.notes')?.uid).toBe(10102);
  });

  test('Play Services and its framework share one uid', async () => {
    await using handset = androidUnderTest();
    const { packages } = handset.parts;
    expect(packages.get('com.google.android.gms')?.uid).toBe(packages.get('com.google.android.gsf')?.uid);
    expect((await handset.run('pm path android')).out).toBe('package:/system/framework/framework-res.apk\n');
  });

  test('a behaviour that is not valid installs, is reported, and does nothing', async () => {
    await using handset = androidUnderTest();
    const entries = { 'assets/behaviour.json': '{"version":2}' };
    expect((await handset.install({ ...NOTES, entries })).out).toBe('Success\n');
    expect(handset.parts.packages.get('org.example.notes')?.behaviour).toBeNull();
    expect(
      handset.log.some(
        (one) => one.priority === 'W' && one.text.includes('behaviour.json of org.example.notes is not valid'),
      ),
    ).toBe(true);
  });

  test.each([
    [30, 'userId=10100', 'resourcePath='],
    [34, 'appId=10100', 'initiatingPackageName=com.android.shell'],
  ])('dumpsys package on API %i has %s and %s', async (apiLevel, uid, other) => {
    await using handset = androidUnderTest(apiLevel);
    await handset.install({ ...NOTES, permissions: ['android.permission.INTERNET', 'android.permission.READ_SMS'] });
    const { out } = await handset.run('dumpsys package org.example.notes');
    expect(out).toContain(`\n    ${uid}\n`);
    expect(out).toContain(`\n    ${other}`);
    expect(out).toContain('      android.permission.INTERNET: granted=true\n');
    expect(out).toContain('        android.permission.READ_SMS: granted=false, flags=[ ');
    expect(out).toContain('stopped=true notLaunched=true enabled=0');
    expect((await handset.run('dumpsys package org.example.none')).out).toBe(
      'Unable to find package: org.example.none\n',
    );
  });

  test('grant tells apart what was not requested, what cannot be changed and what is granted', async () => {
    await using handset = androidUnderTest();
    await handset.install({ ...NOTES, permissions: ['android.permission.INTERNET', 'android.permission.CAMERA'] });
    const grant = (permission: string) => handset.run(`pm grant org.example.notes android.permission.${permission}`);
    expect(await grant('CAMERA')).toEqual({ out: '', err: '', status: 0 });
    expect((await grant('READ_SMS')).err).toContain(
      'Package org.example.notes has not requested permission android.permission.READ_SMS',
    );
    expect(await grant('INTERNET')).toMatchObject({ status: 255 });
    expect((await grant('INTERNET')).err).toContain('is not a changeable permission type');
  });

  test('resolve-activity prints the launcher activity, or says that there is none with status 0', async () => {
    await using handset = androidUnderTest();
    await handset.install(NOTES);
    expect((await handset.run('cmd package resolve-activity --brief org.example.notes')).out).toBe(
      'priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\norg.example.notes/.MainActivity\n',
    );
    expect(await handset.run('cmd package resolve-activity --brief org.example.none')).toEqual({
      out: 'No activity found\n',
      err: '',
      status: 0,
    });
  });
});
