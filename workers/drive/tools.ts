import { createRequire } from 'node:module';

/** Versions of what drives the app, for the provenance of a report. */
export function driveTools(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = ['appium', 'appium-uiautomator2-driver', 'webdriverio'];
  return Object.fromEntries(
    names.map((name) => [name, (require(`${name}/package.json`) as { version: string }).version]),
  );
}
