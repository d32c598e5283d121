import { createServer } from 'node:net';
import { remote, type Browser } from 'webdriverio';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { AppDriver } from './app-driver.ts';

/** A UiAutomator2 session on one device. Disposing it never throws: the device may be gone. */
export interface AppiumSession extends AppDriver, AsyncDisposable {
  readonly id: string;
}

export interface AppiumSessionOptions {
  readonly appiumPort: number;
  readonly serial: string;
  readonly adbHost: string;
  readonly adbPort: number;
  readonly packageName: string;
  /** Full or `.Short` name; absent: whatever the launcher would start. */
  readonly activity?: string;
  readonly signal: AbortSignal;
  /** Told when the session could not be closed; nothing to repair, but worth an event. */
  readonly onEvent?: (kind: string, detail: string) => void;
}

/**
 * Opens a lean session: the app is already installed and is brought to the front, never reset and never stopped,
 * since a stopped app would lose its alarms and pushes. Error: `appium-failed` with Appium's words.
 */
export async function openAppiumSession(options: AppiumSessionOptions): Promise<AppiumSession> {
  options.signal.throwIfAborted();
  const browser = await connect(options);
  const call = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      throw asFault(error, what);
    }
  };
  return {
    id: browser.sessionId,
    source: () => call('page source', () => browser.getPageSource()),
    activity: () =>
      call('activity', async () => {
        const [packageName, activity] = [await browser.getCurrentPackage(), await browser.getCurrentActivity()];
        return packageName === '' || activity === '' ? null : `${packageName}/${activity}`;
      }),
    tap: (x, y) => call('tap', async () => void (await browser.execute('mobile: clickGesture', { x, y }))),
    type: (field, text) =>
      call('type', async () => {
        const element = browser.$(`android=new UiSelector().className("android.widget.EditText").instance(${field})`);
        await element.setValue(text);
      }),
    back: () => call('back', () => browser.back()),
    activate: () =>
      call('activate', async () => void (await browser.execute('mobile: activateApp', { appId: options.packageName }))),
    async [Symbol.asyncDispose]() {
      await browser.deleteSession({ shutdownDriver: false }).catch((error: unknown) => {
        // A device that has vanished cannot end its session; the server drops it.
        options.onEvent?.('appium-session-not-closed', asFault(error, 'closing the session').detail);
      });
    },
  };
}

/** Capabilities that were enough in trials, and keep the driver from touching what is being measured. */
export function capabilitiesFor(options: AppiumSessionOptions, systemPort: number): WebdriverIO.Capabilities {
  const remoteAdb = ['127.0.0.1', 'localhost', '::1'].includes(options.adbHost)
    ? {}
    : { 'appium:remoteAdbHost': options.adbHost };
  return {
    platformName: 'Android',
    'appium:automationName': 'UiAutomator2',
    'appium:udid': options.serial,
    'appium:adbPort': options.adbPort,
    ...remoteAdb,
    'appium:adbExecTimeout': 60_000,
    'appium:uiautomator2ServerInstallTimeout': 90_000,
    'appium:uiautomator2ServerLaunchTimeout': 60_000,
    'appium:systemPort': systemPort,
    'appium:appPackage': options.packageName,
    ...(options.activity === undefined ? { 'appium:autoLaunch': false } : { 'appium:appActivity': options.activity }),
    'appium:appWaitActivity': '*',
    'appium:noReset': true,
    'appium:dontStopAppOnReset': true,
    'appium:noSign': true,
    'appium:suppressKillServer': true,
    'appium:skipLogcatCapture': true,
    'appium:skipUnlock': true,
    'appium:ignoreHiddenApiPolicyError': true,
    'appium:newCommandTimeout': 3600,
    'wdio:enforceWebDriverClassic': true,
  };
}

async function connect(options: AppiumSessionOptions): Promise<Browser> {
  try {
    return await remote({
      hostname: '127.0.0.1',
      port: options.appiumPort,
      path: '/',
      logLevel: 'silent',
      connectionRetryCount: 0,
      connectionRetryTimeout: 180_000,
      capabilities: capabilitiesFor(options, await freePort()),
    });
  } catch (error) {
    options.signal.throwIfAborted();
    throw asFault(error, 'opening the session');
  }
}

function asFault(error: unknown, what: string): Fault {
  const words = error instanceof Error ? error.message : String(error);
  return new Fault('appium-failed', `${what}: ${printable(words.split('\n')[0] ?? '', 400)}`, { cause: error });
}

/** Host port through which the driver reaches its server on the device: one for each session. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
