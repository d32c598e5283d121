import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { remote, type Browser } from 'webdriverio';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import type { AppDriver } from './app-driver.ts';

const CLOSE_DEADLINE_MS = 8000;
/** No element command takes that long on a device that is well. */
const CALL_DEADLINE_MS = 60_000;
/** A picture is worth little; a device that takes longer for one is left alone. */
const SCREENSHOT_DEADLINE_MS = 10_000;
/** The first session on a device installs the driver's own apps. */
const OPEN_DEADLINE_MS = 240_000;

/** A UiAutomator2 session on one device. Disposing it never throws: the device may be gone. */
export interface AppiumSession extends AppDriver, AsyncDisposable {
  readonly id: string;
  /** What the screen shows, as PNG. */
  screenshot(): Promise<Buffer>;
}

export interface AppiumSessionOptions {
  readonly appiumPort: number;
  readonly serial: string;
  readonly adbHost: string;
  readonly adbPort: number;
  readonly packageName: string;
  readonly signal: AbortSignal;
  /** Told when the session could not be closed; nothing to repair, but worth an event. */
  readonly onEvent?: (kind: string, detail: string) => void;
}

/**
 * Opens a lean session for an app that is installed already. It is neither launched nor reset nor stopped by it: a
 * stopped app would lose its alarms and pushes, and a launch begins its schedules. Error: `appium-failed` with
 * Appium's words.
 */
export async function openAppiumSession(options: AppiumSessionOptions): Promise<AppiumSession> {
  options.signal.throwIfAborted();
  const browser = await connect(options);
  const call = async <T>(what: string, work: () => Promise<T>, deadlineMs = CALL_DEADLINE_MS): Promise<T> => {
    options.signal.throwIfAborted();
    try {
      return await bounded(work(), deadlineMs, options.signal);
    } catch (error) {
      options.signal.throwIfAborted();
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
    screenshot: () =>
      call('screenshot', async () => Buffer.from(await browser.takeScreenshot(), 'base64'), SCREENSHOT_DEADLINE_MS),
    [Symbol.asyncDispose]: () => close(browser, options),
  };
}

/** A device that has vanished cannot end its session, and the driver would look for it for minutes. */
async function close(browser: Browser, options: AppiumSessionOptions): Promise<void> {
  const closing = browser.deleteSession({ shutdownDriver: false }).then(
    () => null,
    (error: unknown) => asFault(error, 'closing the session').detail,
  );
  const late = sleep(CLOSE_DEADLINE_MS, `not closed within ${CLOSE_DEADLINE_MS / 1000} s`, { ref: false });
  const failure = await Promise.race([closing, late]);
  if (failure !== null) options.onEvent?.('appium-session-not-closed', failure);
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
    // The driver would stop the app first, or leave a running one behind its own Settings app. Who opens the session
    // brings the app to the front, by `activate` or by entering the foreground phase.
    'appium:autoLaunch': false,
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

/** webdriverio takes no AbortSignal: the answer of a call that was given up is dropped. */
async function bounded<T>(work: Promise<T>, deadlineMs: number, signal: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(deadlineMs);
  const stop = AbortSignal.any([signal, timeout]);
  work.catch(() => undefined); // its fault is seen below, or comes after it was given up
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`no answer within ${deadlineMs / 1000} s`));
    stop.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', giveUp));
  });
}

async function connect(options: AppiumSessionOptions): Promise<Browser> {
  const systemPort = await freePort();
  try {
    const opening = remote({
      hostname: '127.0.0.1',
      port: options.appiumPort,
      path: '/',
      logLevel: 'silent',
      connectionRetryCount: 0,
      connectionRetryTimeout: OPEN_DEADLINE_MS,
      capabilities: capabilitiesFor(options, systemPort),
    });
    return await bounded(opening, OPEN_DEADLINE_MS, options.signal);
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
