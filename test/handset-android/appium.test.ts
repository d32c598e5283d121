import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { remote } from 'webdriverio';
import { expect, test } from 'vitest';
import { end, freePort, startHandsetOnAdb, until } from '../support/handset-on-adb.ts';

const ROOT = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const API_DEMOS = join(require.resolve('android-apidemos/package.json'), '../apks/ApiDemos-debug.apk');
const APPIUM = join(require.resolve('appium/package.json'), '../index.js');
const APIS = 'io.appium.android.apis';

test('a whole Appium session with its UiAutomator2 driver, as on any emulator', { timeout: 180_000 }, async () => {
  await using handset = await startHandsetOnAdb();
  const port = await freePort();
  const temporary = await mkdtemp(join(handset.directory, 'appium-'));
  const environment = {
    ...handset.environment,
    APPIUM_HOME: ROOT,
    ANDROID_HOME: '/usr/lib/android-sdk',
    APPIUM_TMP_DIR: temporary,
    TMPDIR: temporary,
  };
  const args = [
    APPIUM,
    'server',
    '--port',
    String(port),
    '--address',
    '127.0.0.1',
    '--log-level',
    'error',
    '--use-drivers',
    'uiautomator2',
    '--allow-insecure',
    'uiautomator2:adb_shell',
  ];
  const server = spawn(process.execPath, args, { cwd: temporary, env: environment, stdio: 'ignore' });
  try {
    await until(
      async () =>
        fetch(`http://127.0.0.1:${port}/status`).then(
          (answer) => answer.ok,
          () => false,
        ),
      60_000,
    );
    const browser = await remote({
      hostname: '127.0.0.1',
      port,
      logLevel: 'error',
      connectionRetryTimeout: 120_000,
      capabilities: {
        platformName: 'Android',
        'wdio:enforceWebDriverClassic': true,
        'appium:automationName': 'UiAutomator2',
        'appium:udid': handset.serial,
        'appium:adbPort': handset.adbPort,
        'appium:suppressKillServer': true,
        'appium:systemPort': await freePort(),
        'appium:app': API_DEMOS,
        // Without these two the driver asks aapt2 what is in the APK; a machine with adb alone has none.
        'appium:appPackage': APIS,
        'appium:appActivity': '.ApiDemos',
        'appium:noSign': true,
      },
    });
    try {
      expect(await browser.getCurrentPackage()).toBe(APIS);
      expect(await browser.getCurrentActivity()).toBe('.ApiDemos');
      expect(await browser.getPageSource()).toContain('resource-id="io.appium.android.apis:id/activity_name"');

      const hello = 'android=new UiSelector().text("HelloWorld").clickable(true)';
      const byText = await browser.$(hello).getElement();
      const byXpath = await browser.$('//android.widget.TextView[@text="HelloWorld"]').getElement();
      const byDescription = await browser.$('~HelloWorld').getElement();
      expect(byText.elementId).toBe(byXpath.elementId);
      expect(await byDescription.getText()).toBe('HelloWorld');
      expect(await byText.isDisplayed()).toBe(true);
      expect(await browser.$('~no such thing').isExisting()).toBe(false);

      await byText.click();
      expect(await browser.getCurrentActivity()).toBe('.app.HelloWorld');
      await browser.back();
      expect(await browser.getCurrentActivity()).toBe('.ApiDemos');

      expect(await browser.queryAppState(APIS)).toBe(4);
      await browser.terminateApp(APIS);
      expect(await browser.queryAppState(APIS)).toBe(1);
      await browser.activateApp(APIS);
      expect(await browser.queryAppState(APIS)).toBe(4);
      expect(await browser.getWindowSize()).toMatchObject({ width: 1080, height: 1794 });
      expect(await browser.execute('mobile: shell', { command: 'getprop', args: ['ro.kernel.qemu'] })).toBe('1\n');

      await browser.lock();
      expect(await browser.isLocked()).toBe(true);
      await browser.unlock();
      expect(await browser.isLocked()).toBe(false);
    } finally {
      await browser.deleteSession();
    }
    expect((await handset.adb('shell', 'pidof', 'io.appium.uiautomator2.server')).status).toBe(1);
  } finally {
    await end(server);
  }
});
