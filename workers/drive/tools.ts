import { packageVersion } from '../package-version.ts';

/** Versions of what drives the app, for the provenance of a report. */
export function driveTools(): Record<string, string> {
  const names = ['appium', 'appium-uiautomator2-driver', 'webdriverio'];
  return Object.fromEntries(names.map((name) => [name, packageVersion(name) ?? 'unknown']));
}
