import { expect, test } from 'vitest';
import { androidUnderTest } from './android-under-test.ts';

test('settings prints null for what is absent and counts what it deletes', async () => {
  await using handset = androidUnderTest();
  expect(await handset.run('settings get global http_proxy')).toEqual({ out: 'null\n', err: '', status: 0 });
  expect(await handset.run('settings put global http_proxy 10.0.2.2:8080')).toEqual({ out: '', err: '', status: 0 });
  expect((await handset.run('settings get global http_proxy')).out).toBe('10.0.2.2:8080\n');
  expect((await handset.run('settings delete global http_proxy')).out).toBe('Deleted 1 rows\n');
  expect((await handset.run('settings delete global http_proxy')).out).toBe('Deleted 0 rows\n');
  expect((await handset.run('settings list secure')).out).toMatch(/^android_id=[0-9a-f]{16}\n/);
  expect((await handset.run('settings get planet x')).status).toBe(255);
});

test('the same seed gives the same android_id', async () => {
  await using one = androidUnderTest();
  await using other = androidUnderTest();
  expect(one.parts.settings.get('secure', 'android_id')).toBe(other.parts.settings.get('secure', 'android_id'));
});

test('service list counts from zero and names what the readiness check asks for', async () => {
  await using handset = androidUnderTest();
  const { out } = await handset.run('service list');
  for (const name of ['activity', 'package', 'window']) expect(out).toMatch(new RegExp(`^\\d+\\t${name}: \\[`, 'm'));
  expect((await handset.run('service check package')).out).toBe('Service package: found\n');
  expect((await handset.run('service check nosuch')).out).toBe('Service nosuch: not found\n');
});

test('dumpsys of an unknown service says so', async () => {
  await using handset = androidUnderTest();
  expect((await handset.run('dumpsys nosuch')).err).toBe("Can't find service: nosuch\n");
  expect((await handset.run('dumpsys -l')).out).toMatch(/^Currently running services:\n/);
});

test('the dump of a service of an app comes from the part that owns it', async () => {
  await using handset = androidUnderTest();
  const { out } = await handset.run('dumpsys activity service com.google.android.gms/.gcm.GcmService');
  expect(out).toContain('connected=mtalk.google.com:5228\n');
  expect((await handset.run('dumpsys activity service org.example/.None')).out).toContain(
    'No services match: org.example/.None',
  );
});

test('the standby bucket is set by name and read as a number', async () => {
  await using handset = androidUnderTest();
  expect((await handset.run('am get-standby-bucket com.android.chrome')).out).toBe('10\n');
  await handset.run('am set-standby-bucket com.android.chrome rare');
  expect((await handset.run('am get-standby-bucket com.android.chrome')).out).toBe('40\n');
  expect((await handset.run('am set-standby-bucket com.android.chrome purple')).status).toBe(255);
});

test('keys switch the screen, the keyguard shows in dumpsys window, wm dismisses it', async () => {
  await using handset = androidUnderTest();
  await handset.run('input keyevent 26');
  expect(handset.power.screenOn).toBe(false);
  await handset.run('input keyevent KEYCODE_WAKEUP');
  expect((await handset.run('dumpsys window')).out).toMatch(/mCurrentFocus=Window\{[0-9a-f]+ u0 NotificationShade\}/);
  expect((await handset.run('dumpsys window policy')).out).toContain('mInputRestricted=true');
  await handset.run('wm dismiss-keyguard');
  expect(handset.power.locked).toBe(false);
  expect((await handset.run('dumpsys window displays')).out).toMatch(
    /mCurrentFocus=Window\{[0-9a-f]+ u0 com\.android\.launcher3\/com\.android\.launcher3\.Launcher\}/,
  );
});

test('operation modes are kept by package', async () => {
  await using handset = androidUnderTest();
  expect((await handset.run('appops get com.android.chrome RUN_ANY_IN_BACKGROUND')).out).toBe(
    'No operations.\nDefault mode: allow\n',
  );
  await handset.run('cmd appops set com.android.chrome android:run_any_in_background ignore');
  expect((await handset.run('appops get com.android.chrome RUN_ANY_IN_BACKGROUND')).out).toBe(
    'RUN_ANY_IN_BACKGROUND: ignore\n',
  );
});

test('screencap gives a PNG of the display', async () => {
  await using handset = androidUnderTest();
  await handset.run('screencap -p /data/local/tmp/screen.png');
  const png = handset.files.read('/data/local/tmp/screen.png');
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1080, 1920]);
});

test('a name such as constructor is neither a command nor a service', async () => {
  await using handset = androidUnderTest();
  expect((await handset.run('pm constructor')).status).toBe(255);
  expect((await handset.run('am toString')).status).toBe(255);
  expect((await handset.run('cmd constructor')).status).toBe(20);
  expect((await handset.run('dumpsys __proto__')).err).toBe("Can't find service: __proto__\n");
});
