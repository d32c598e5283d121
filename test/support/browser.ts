import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import axe from 'axe-core';

/** Debian's Chromium, or null where none is installed. */
export const chromiumPath =
  (process.env['PATH'] ?? '')
    .split(':')
    .flatMap((directory) => [join(directory, 'chromium'), join(directory, 'chromium-browser')])
    .find((file) => existsSync(file)) ?? null;

/** A browser that keeps to itself: without a sandbox of its own (containers), and without its calls home. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  if (chromiumPath === null) throw new Error('no Chromium is installed here');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', ...quiet],
  });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** What axe calls serious or critical on the page as it stands, in words that lead to the element. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's own content security policy does not bind.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} (${node.failureSummary ?? ''})`),
    );
}
