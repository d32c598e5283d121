import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppDriver } from '../../workers/drive/app-driver.ts';
import { answerPermission, syntheticText } from '../../workers/drive/dialog.ts';
import { explore, type ExploreOptions } from '../../workers/drive/explorer.ts';
import { readScreen, signature } from '../../workers/drive/screen.ts';

interface Node {
  readonly text?: string;
  readonly className?: string;
  readonly resourceId?: string;
  readonly packageName?: string;
  readonly hint?: string;
  readonly clickable?: boolean;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A page source as UiAutomator2 gives it: nodes one below the other, 100 pixels high. */
function page(nodes: readonly Node[], packageName = 'app'): string {
  const lines = nodes.map((node, row) => {
    const className = node.className ?? 'android.widget.Button';
    const bounds = `[0,${row * 100}][1080,${row * 100 + 100}]`;
    return (
      `<${className} index="${row}" package="${node.packageName ?? packageName}" class="${className}" ` +
      `text="${escape(node.text ?? '')}" resource-id="${node.resourceId ?? ''}" hint="${escape(node.hint ?? '')}" ` +
      `clickable="${node.clickable ?? true}" enabled="true" password="false" bounds="${bounds}" displayed="true" />`
    );
  });
  return `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy index="0" class="hierarchy" rotation="0">${lines.join('')}</hierarchy>`;
}

/** An app of screens by name; a button's text names the screen that it leads to. */
function fakeApp(screens: Readonly<Record<string, readonly Node[]>>, home = 'home'): AppDriver & { log: string[] } {
  const stack = [home];
  const log: string[] = [];
  const front = (): string => stack.at(-1) ?? 'launcher';
  return {
    log,
    source: async () =>
      front() === 'launcher' ? page([{ text: 'Apps' }], 'com.android.launcher3') : page(screens[front()] ?? []),
    activity: async () => (front() === 'launcher' ? 'com.android.launcher3/.Launcher' : `app/.${front()}`),
    async tap(_x, y) {
      const node = screens[front()]?.[Math.floor(y / 100)];
      log.push(`tap ${node?.text ?? '?'}`);
      if (node?.text !== undefined && node.text in screens) stack.push(node.text);
    },
    async type(field, text) {
      log.push(`type ${field} ${text}`);
    },
    async back() {
      log.push('back');
      stack.pop();
    },
    async activate() {
      log.push('activate');
      stack.splice(0, stack.length, home);
    },
  };
}

const options = (more: Partial<ExploreOptions> = {}): ExploreOptions => ({
  packageName: 'app',
  activitiesDeclared: 3,
  seed: 7,
  mostActions: 60,
  mostMs: 10_000,
  nowMs: () => 0,
  signal: new AbortController().signal,
  ...more,
});

const APP = {
  home: [{ text: 'detail' }, { text: 'settings' }, { text: 'nothing' }],
  detail: [{ text: 'deeper' }],
  deeper: [{ text: 'Press' }],
  settings: [{ className: 'android.widget.EditText', hint: 'Your e-mail' }, { text: 'Save' }],
} as const;

describe('the exploration', () => {
  it('reaches every screen, types into fields, and says what it saw', async () => {
    const app = fakeApp(APP);
    const coverage = await explore(app, options());
    expect(coverage).toMatchObject({ screensSeen: 4, activitiesDeclared: 3, errors: [] });
    expect(coverage.activitiesSeen).toEqual(['app.deeper', 'app.detail', 'app.home', 'app.settings']);
    expect(app.log).toContain('type 0 sam.sleeper@example.com');
    expect(coverage.actions).toBe(app.log.length);
  });

  it('walks the same way with the same seed, and another with another', async () => {
    const walks = await Promise.all(
      [7, 7, 8, 9, 10].map(async (seed) => {
        const app = fakeApp(APP);
        await explore(app, options({ seed }));
        return app.log.join();
      }),
    );
    expect(walks[0]).toBe(walks[1]);
    expect(new Set(walks).size).toBeGreaterThan(1);
  });

  it('ends with what it has seen when its phase is over', async () => {
    const phase = new AbortController();
    const onAction = (actions: number): void => {
      if (actions === 2) phase.abort();
    };
    const coverage = await explore(fakeApp(APP), options({ until: phase.signal, onAction }));
    expect(coverage).toMatchObject({ actions: 2, errors: [] });
    expect(coverage.screensSeen).toBeGreaterThan(0);
  });

  it('ends after the actions and the time that it was given', async () => {
    const app = fakeApp(APP);
    expect((await explore(app, options({ mostActions: 3 }))).actions).toBe(3);
    let nowMs = 0;
    const slow = await explore(fakeApp(APP), options({ mostMs: 100, nowMs: () => (nowMs += 30) }));
    // the end is at 30 + 100; looks at 60, 90 and 120 find time left, the one at 150 does not
    expect(slow.actions).toBe(3);
  });

  it('comes back when a button leads out of the app', async () => {
    const app = fakeApp({ home: [{ text: 'launcher' }, { text: 'more' }], more: [{ text: 'x' }], launcher: [] });
    const coverage = await explore(app, options());
    expect(coverage.activitiesSeen).toContain('app.more');
    expect(app.log).toContain('back');
  });

  it('records errors of the tool, gives up after four in a row, and never throws them', async () => {
    const broken: AppDriver = {
      ...fakeApp(APP),
      source: async () => {
        throw new Error('socket hang up \u001b[31m');
      },
    };
    const coverage = await explore(broken, options());
    expect(coverage.errors).toHaveLength(4);
    expect(coverage.errors[0]).toBe('socket hang up \\u001b[31m');
    expect(coverage).toMatchObject({ actions: 0, screensSeen: 0 });
  });

  it('goes on after a single error', async () => {
    const app = fakeApp(APP);
    let calls = 0;
    const flaky: AppDriver = {
      ...app,
      tap: async (x, y) => {
        if ((calls += 1) === 1) throw new Error('stale');
        return app.tap(x, y);
      },
    };
    expect(await explore(flaky, options())).toMatchObject({ screensSeen: 4, errors: ['stale'] });
  });

  it('ends at once when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    await expect(explore(fakeApp(APP), options({ signal: controller.signal }))).rejects.toThrow('cancelled');
  });

  it('answers a permission dialog by the seed', () => {
    const at = 'com.android.permissioncontroller';
    const screen = readScreen(
      page([
        { packageName: at, text: 'Allow', resourceId: `${at}:id/permission_allow_button` },
        { packageName: at, text: 'Deny', resourceId: `${at}:id/permission_deny_button` },
      ]),
    );
    expect(answerPermission(screen, true)?.text).toBe('Allow');
    expect(answerPermission(screen, false)?.text).toBe('Deny');
    expect(
      answerPermission(readScreen(page([{ text: 'Allow', resourceId: 'app:id/permission_allow_button' }])), true),
    ).toBeNull();
  });
});

describe('a screen', () => {
  it('is the same one when only numbers in it change', () => {
    const at = (text: string): string => readScreen(page([{ text }, { text: 'Stop' }])).id;
    expect(at('12:05 left')).toBe(at('09:44 left'));
    expect(at('12:05 left')).not.toBe(at('over'));
  });

  it('shows where its widgets are, with their text unescaped', () => {
    const { widgets, packageName } = readScreen(page([{ text: 'a <b> & "c" 1' }]));
    expect(widgets[0]).toMatchObject({ text: 'a <b> & "c" 1', center: { x: 540, y: 50 }, clickable: true });
    expect(packageName).toBe('app');
    expect(signature(widgets[0]!)).toBe('android.widget.Button||a <b> & "c" #');
  });

  it('made by a hostile app is read within bounds and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 50 }), (text, raw) => {
        expect(readScreen(page([{ text }])).widgets[0]?.text).toBe(text);
        readScreen(raw + page([{ text }]) + raw);
      }),
    );
    const began = performance.now();
    const many = page(Array.from({ length: 20_000 }, (_, row) => ({ text: `row ${row}` })));
    expect(readScreen(many).widgets.length).toBeLessThanOrEqual(5000);
    readScreen(`<a ${' '.repeat(200_000)}`);
    readScreen('<a b="'.repeat(100_000));
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it.each([
    ['Password', 'Sleep-talk-1681'],
    ['E-Mail', 'sam.sleeper@example.com'],
    ['Phone number', '5550100'],
    ['City', 'Springfield'],
    ['', 'hello'],
  ])('asks for "%s" and gets "%s"', (hint, text) => {
    const [field] = readScreen(page([{ className: 'android.widget.EditText', hint }])).fields;
    expect(syntheticText(field!)).toBe(text);
  });
});
