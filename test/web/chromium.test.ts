import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { reportDevices } from '../../orchestrator/store/devices.ts';
import { appendEvents } from '../../orchestrator/store/events.ts';
import { Opened } from '../../orchestrator/store/opened.ts';
import { makeSignInCode } from '../../orchestrator/store/web-sessions.ts';
import { BACKENDS } from '../api/backends.ts';
import { ended, freshApk, submit } from '../api/forms.ts';
import { openStand, type Guest, type Stand } from '../api/stand.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const progress = (phase: 'background' | 'locked', done: number): SubmissionEvent => ({
  type: 'progress',
  progress: { stage: 'examine', step: `walking: ${phase}`, phase, done, sessions: 1, pushes: 4, secondsLeft: 30 },
});
const session = (host: string, startMs: number): SubmissionEvent => ({
  type: 'sessions',
  dropped: 0,
  sessions: [
    {
      ...{ startMs, endMs: startMs + 10, destination: { host, port: 443 }, protocol: 'https', phase: null },
      ...{ upBytes: 1000, downBytes: 2000, attribution: 'certain' },
    },
  ],
});

describe.skipIf(CHROMIUM === undefined)('in Chromium (skipped where none is installed)', () => {
  let closing: Opened;
  let stand: Stand;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let admin: Guest;
  let letGo: () => void = () => undefined;
  const complaints: string[] = [];

  beforeAll(async () => {
    closing = new Opened();
    stand = closing.use(await openStand(closing.use(await BACKENDS[0]!.open())));
    admin = await stand.person('admin', 'Ada');
    const place = {
      id: 'w1/simulated/1',
      class: 'simulated',
      kind: 'simulated' as const,
      target: 'simulated',
      apiLevel: 34,
    };
    await reportDevices(stand.service.ledger, 'w1', [place], new Date());
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    closing.defer(() => browser.close());
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on(
      'console',
      (message) => message.type() === 'error' && complaints.push(`${message.location().url}: ${message.text()}`),
    );
    const code = await makeSignInCode(stand.service.ledger, { person: admin.person.id, minutes: 5, now: new Date() });
    await page.goto(`${stand.address}/sign-in?code=${code}`);
  }, 90_000);

  afterAll(async () => {
    letGo();
    await closing[Symbol.asyncDispose]();
  });

  async function work(): Promise<void> {
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    closing.use(await stand.work({ examining: () => gate }));
  }

  it('an empty service says what to do first, and the keys lead about', async () => {
    await page.goto(stand.address);
    expect(await page.textContent('main')).toContain('Nothing was submitted yet');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
    await page.keyboard.type('n?');
    expect(await page.inputValue('#search')).toBe('n?');
    await page.keyboard.press('Escape');
    await Promise.all([page.waitForURL('**/shortcuts'), page.keyboard.press('?')]);
    await page.uncheck('#shortcuts-on');
    await page.keyboard.press('n');
    await page.goto(stand.address);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('search');
    await page.goto(`${stand.address}/shortcuts`);
    await page.check('#shortcuts-on');
    await Promise.all([page.waitForURL('**/submit'), page.keyboard.press('n')]);
  });

  it('a dropped file is uploaded with progress and leads to its run, where sessions arrive by themselves', async () => {
    await work();
    await page.goto(`${stand.address}/submit`);
    const body = JSON.stringify(freshApk({ label: 'Dropped', package: 'org.dropped', verdict: 'consistent' }));
    await page.evaluate((text) => {
      const files = new DataTransfer();
      files.items.add(new File([text], 'dropped\u202e.apk'));
      document
        .getElementById('drop')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    }, body);
    expect(await page.textContent('#chosen')).toContain('dropped\\u202e.apk');
    await Promise.all([page.waitForURL('**/submissions/sub-*'), page.click('#send')]);
    const id = new URL(page.url()).pathname.split('/').at(-1)!;
    await page.waitForSelector('.stepper .now:has-text("Examine")', { timeout: 15_000 });
    expect(page.url()).not.toContain('did=');
    const { ledger } = stand.service;
    await appendEvents(ledger, id, [
      progress('background', 0.55),
      session('a.example', 60_000),
      session('a.example', 120_000),
    ]);
    await page.waitForFunction(() => document.querySelectorAll('#live-rows .beat').length === 2);
    await appendEvents(ledger, id, [progress('locked', 0.7), session('<b>b</b>.example', 240_000)]);
    await page.waitForFunction(() => document.querySelectorAll('#live-rows tr').length === 2);
    const shown = await page.evaluate(() => ({
      strokes: Array.from(document.querySelectorAll('#live-rows path'), (path) => path.getAttribute('d')),
      names: Array.from(document.querySelectorAll('#live-rows th'), (cell) => cell.textContent?.trim()),
      counts: ['sessions', 'destinations', 'pushes'].map(
        (name) => document.getElementById(`live-${name}`)?.textContent,
      ),
      phases: Array.from(document.querySelectorAll('#live-phases text'), (text) => text.textContent),
      step: document.getElementById('live-step')?.textContent,
    }));
    // Of 60 minutes: 1, 2 and 4 minutes are 16.7, 33.3 and 66.7 of 1000.
    expect(shown.strokes).toEqual(['M16.7 12V28', 'M33.3 12V28', 'M66.7 12V28']);
    expect(shown.names).toEqual(['a.example:443', '<b>b</b>.example:443']);
    expect(shown.counts).toEqual(['3', '2', '4']);
    expect(shown.phases).toEqual(['background', 'locked']);
    expect(shown.step).toBe('examine: walking: locked');
    // Loaded again, the server draws the same, and nothing comes twice.
    await page.reload();
    await appendEvents(ledger, id, [session('a.example', 300_000)]);
    await page.waitForFunction(() => document.querySelectorAll('#live-rows .beat').length === 4);
    letGo();
    await page.waitForSelector('a:has-text("Open the report")', { timeout: 15_000 });
    await ended(admin, id);
    expect(await page.textContent('#standing')).toContain('consistent');
    await page.click('a:has-text("Open the report")');
    await page.waitForURL('**/reports/*');
  }, 60_000);

  it('a stroke that is pointed at says what it is, and its row in the table lights up', async () => {
    const box = await page.locator('#report svg.raster').first().boundingBox();
    // The first beat of the torch is at 10 of 60 minutes.
    await page.mouse.move(box!.x - 5, box!.y + 20);
    await page.mouse.move(box!.x + box!.width / 6 + 2, box!.y + 20);
    expect(await page.textContent('.tip')).toBe('10:00, background, 403 B up, 304 B down');
    expect(await page.getAttribute('tr.here', 'id')).toBe('beat-c1-1');
    await page.mouse.click(box!.x + box!.width / 6 + 2, box!.y + 20);
    expect(await page.isVisible('#beat-c1-1')).toBe(true);
    await page.click('.findings a:has-text("21")');
    expect(new URL(page.url()).hash).toBe('#beat-c1-2');
  });

  it('j and k walk through a list, and Enter opens the row', async () => {
    for (let index = 0; index < 2; index += 1) await submit(admin, freshApk({ label: `App ${index}` }));
    await page.goto(`${stand.address}/submissions`);
    for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      await page.locator('.list tbody th a').nth(1).textContent(),
    );
    await Promise.all([page.waitForURL('**/submissions/sub-*'), page.keyboard.press('Enter')]);
  });

  it('what waits for review is reached by keys alone: the list, its first row, the report behind it', async () => {
    await page.goto(stand.address);
    await page.focus('nav a:has-text("Review")');
    await Promise.all([page.waitForURL('**/submissions?review=waiting'), page.keyboard.press('Enter')]);
    expect(await page.locator('nav a[aria-current]:has-text("Review")').first().textContent()).toMatch(/\d+ waiting/);
    await page.keyboard.press('j');
    await Promise.all([page.waitForURL('**/reports/*'), page.keyboard.press('Enter')]);
  });

  it('several apps at once become a submission each; what is refused says so beside its file', async () => {
    await page.goto(`${stand.address}/submit`);
    const files = ['one', 'two'].map((name) => ({
      name: `${name}.apk`,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(JSON.stringify(freshApk({ label: name }))),
    }));
    await page.setInputFiles('#files', files);
    await page.check('#as-each');
    await Promise.all([page.waitForURL('**/submissions'), page.click('#send')]);
    await page.goto(`${stand.address}/submit`);
    await page.setInputFiles('#files', files.slice(0, 1));
    await page.click('summary:has-text("More options")');
    await page.fill('#f-callbackUrl', 'http://127.0.0.1/hook');
    await page.click('#send');
    await page.waitForSelector('.said.wrong');
    expect(await page.textContent('.said.wrong')).toContain('The callback address may not be called from here.');
    expect(await page.inputValue('#f-callbackUrl')).toBe('http://127.0.0.1/hook');
    complaints.splice(0); // the refusal itself, as the browser logs it
  });

  it('axe finds nothing, light and dark, wide and at 360 px, and nothing scrolls sideways', async () => {
    const { items } = (
      await admin.json<{ items: { id: string; package: string | null; report: string }[] }>('/api/v1/submissions')
    ).body;
    const vetted = items.find((one) => one.package === 'org.dropped')!;
    await admin.json(`/api/v1/reports/${vetted.report}/reviews`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ decision: 'approve', reason: 'as it should be', until: null }),
    });
    const paths = [
      ...[
        '/',
        '/submit',
        '/submissions',
        '/submissions?host=none.example',
        '/submissions?review=waiting',
        '/allowlist',
        '/devices',
        '/audit',
        '/people',
      ],
      ...['/shortcuts', `/submissions/${vetted.id}`, `/reports/${vetted.report}`, '/allowlist/org.dropped'],
      `/reports/${vetted.report}/compare/${vetted.report}`,
    ];
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const path of paths) {
        expect((await page.goto(stand.address + path))?.status(), path).toBe(200);
        expect(await faultsOf(page), `${path} ${colorScheme} ${width}`).toEqual([]);
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(`${stand.address}/sign-in`);
    expect(await faultsOf(stranger)).toEqual([]);
  }, 120_000);

  it('no page made the browser complain', () => {
    expect(complaints).toEqual([]);
  });
});

/** What axe finds by the rules of WCAG 2.2 AA and its own best practice. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE};0`);
  return await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: (root: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, { runOnly });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
  });
}
