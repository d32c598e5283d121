import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WEATHER } from '../support/apk/samples/weather.ts';
import { writeApk } from '../support/apk/write.ts';
import { chromiumPath, openBrowser, seriousFaults } from '../support/browser.ts';
import { openDesk, type Desk } from '../support/command.ts';
import { processesWith } from '../support/processes.ts';

const root = resolve(import.meta.dirname, '../..');
/** Where pictures of every page are kept, for a person who wants to look at them. */
const pictures = process.env['SLEEPTALK_PICTURES'];

/** The next version of the weather app also calls a stranger every two minutes, whatever the phone does. */
const CHANGED = {
  ...WEATHER,
  versionCode: (WEATHER.versionCode ?? 1) + 1,
  versionName: '3.2',
  behaviour: {
    ...WEATHER.behaviour!,
    schedules: [
      ...(WEATHER.behaviour!.schedules ?? []),
      {
        id: 'stranger',
        url: 'https://collect.stranger.example/c',
        method: 'POST' as const,
        everySeconds: 120,
        requestBytes: 600,
        responseBytes: 90,
        via: 'exact-alarm' as const,
      },
    ],
  },
};

interface Running {
  readonly child: ChildProcess;
  readonly link: string;
  readonly words: () => string;
}

/** `npm start` without its set-up, on a free port: resolves when the first page can be opened. */
async function start(desk: Desk): Promise<Running> {
  const child = spawn(process.execPath, ['cli/bin/sleeptalk.mjs', 'serve', '--worker', '--listen', '127.0.0.1:0'], {
    cwd: root,
    env: { ...process.env, SLEEPTALK_HOME: desk.path('home'), TMPDIR: desk.path('tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const link = await new Promise<string>((found, failed) => {
    child.once('exit', () => failed(new Error(`it ended:\n${words}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      words += `${line}\n`;
      const at = /http:\S+\/sign-in\?code=\S+/.exec(line)?.[0];
      if (at !== undefined) found(at);
    });
  });
  return { child, link, words: () => words };
}

describe.skipIf(chromiumPath === null)('the service in a browser (skipped where Chromium is not installed)', () => {
  let desk: Desk;
  let service: Running;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const looked = new Map<string, string[]>();

  beforeAll(async () => {
    desk = await openDesk();
    await mkdir(desk.path('tmp'));
    await writeFile(desk.path('nimbus-31.apk'), writeApk(WEATHER));
    await writeFile(desk.path('nimbus-32.apk'), writeApk(CHANGED));
    service = await start(desk);
    browser = await openBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (service !== undefined && service.child.exitCode === null) {
      const gone = once(service.child, 'exit');
      service.child.kill('SIGTERM');
      await gone;
    }
    for (const { pid } of processesWith(desk.directory)) process.kill(pid, 'SIGKILL');
    await desk[Symbol.asyncDispose]();
  }, 60_000);

  const at = (path: string): string => new URL(path, service.link).href;

  /** Looks at a page as a person with a wide and a narrow, a light and a dark screen would. */
  async function look(name: string): Promise<void> {
    looked.set(name, await seriousFaults(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    looked.set(`${name}, dark`, await seriousFaults(page));
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-dark.png`), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    looked.set(`${name}, 360 px`, overflow > 0 ? [`${overflow} px stick out`] : []);
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-narrow.png`), fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  async function submit(file: string): Promise<void> {
    await page.goto(at('/submit'));
    await page.setInputFiles('input[type=file]', desk.path(file));
    await page.getByLabel('Device minutes to watch').fill('30');
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.waitForURL(/\/submissions\/sub-/);
  }

  it('signs the first person in by the link that the start prints, once', async () => {
    await page.goto(service.link);
    await expect.poll(() => page.getByRole('button', { name: 'Sign out' }).count()).toBe(1);
    const other = await browser.newContext();
    const late = await other.newPage();
    await late.goto(service.link);
    expect(await late.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    await other.close();
  });

  it('says on every empty list what to do', async () => {
    for (const path of ['/', '/submissions', '/allowlist']) {
      await page.goto(at(path));
      expect(await page.locator('main').innerText()).toMatch(/submit|report/i);
      await look(`empty${path.replace('/', '-')}`);
    }
  });

  it('takes an app from the browser and shows its run as it happens', async () => {
    await page.goto(at('/submit'));
    await look('submit');
    await submit('nimbus-31.apk');
    await page.getByText('examine', { exact: false }).first().waitFor({ timeout: 60_000 });
    // Sessions and a picture of the screen arrive without a reload.
    await page.getByText('api.nimbus.example:443').first().waitFor({ timeout: 120_000 });
    await page.locator('img[alt*="creen"]').first().waitFor({ timeout: 120_000 });
    await look('live');
    await page.getByRole('link', { name: 'Open the report' }).waitFor({ timeout: 180_000 });
    await look('done');
  }, 400_000);

  it('shows the report: verdict, beats, gaps, and the notice of a simulated handset', async () => {
    await page.getByRole('link', { name: 'Open the report' }).click();
    await page.waitForURL(/\/reports\/report-/);
    const text = await page.locator('body').innerText();
    expect(text).toContain('Simulated handset');
    expect(text).toMatch(/consistent/i);
    expect(text).toContain('api.nimbus.example');
    await look('report');
  });

  it('approves it, with a reason, and the allowlist has it', async () => {
    await page.locator('input[name=decision][value=approve]').check();
    await page.locator('textarea[name=reason]').fill('Forecasts every half an hour, as agreed with the vendor.');
    await page.getByRole('button', { name: 'Add the review' }).click();
    await page.getByText('as agreed with the vendor').first().waitFor();
    await page.goto(at('/allowlist'));
    await page
      .getByRole('link', { name: /Nimbus/ })
      .first()
      .waitFor();
    await look('allowlist');
    await page.goto(at('/allowlist/org.example.nimbus'));
    await look('allowed-package');
  });

  it('holds the next version against the approved one and says what is new', async () => {
    await submit('nimbus-32.apk');
    await page.getByRole('link', { name: 'Open the report' }).waitFor({ timeout: 240_000 });
    await page.getByRole('link', { name: 'Open the report' }).click();
    await page.waitForURL(/\/reports\/report-/);
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/inconsistent/i);
    expect(text).toContain('collect.stranger.example');
    await look('report-changed');
    await page.getByRole('link', { name: 'with the approved version' }).click();
    await page.waitForURL(/\/compare\//);
    const difference = await page.locator('main').innerText();
    expect(difference).toContain('collect.stranger.example');
    await look('compare');
  }, 400_000);

  it('an override needs a second person', async () => {
    await page.goBack();
    await page.locator('input[name=decision][value=approve]').check();
    await page.locator('textarea[name=reason]').fill('The vendor promised to remove it.');
    await page.getByRole('button', { name: 'Add the review' }).click();
    await page
      .getByText(/second person/i)
      .first()
      .waitFor();
    await page.goto(at('/allowlist/org.example.nimbus'));
    expect(await page.locator('main').innerText()).not.toContain('3.2');
  });

  it('every other page opens too', async () => {
    for (const path of ['/', '/submissions', '/devices', '/audit', '/people', '/shortcuts', '/submissions/sub-none']) {
      await page.goto(at(path));
      await look(path === '/' ? 'overview' : path.slice(1).replaceAll('/', '-'));
    }
    complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('sub-none')));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/sign-in/);
    await look('sign-in');
  });

  it('axe finds nothing serious on any page, in either scheme, and nothing sticks out at 360 px', () => {
    expect(looked.size).toBeGreaterThan(40);
    expect(Object.fromEntries([...looked].filter(([, faults]) => faults.length > 0))).toEqual({});
  });

  it('no page met an error of its script or of its content security policy', () => {
    expect(complaints).toEqual([]);
  });

  it('stops cleanly: nothing of it runs on', async () => {
    const gone = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    const [status] = (await gone) as [number | null];
    expect(status, service.words().slice(-2000)).toBe(0);
    expect(processesWith(desk.directory)).toEqual([]);
  });
});
