import { mustRun, type Shell } from './shell.ts';

/** Packages by name with their uid; the uid is NaN-free: a line without one is left out. */
export async function listPackages(shell: Shell, only: 'all' | 'third-party' = 'all'): Promise<Map<string, number>> {
  const flag = only === 'third-party' ? ' -3' : '';
  const text = await mustRun(shell, `pm list packages -U${flag}`, 'adb-failed', 'listing the packages');
  return parsePackages(text);
}

/** Lines `package:NAME uid:UID`; with several users the uids are a list, and the first is user 0's. */
export function parsePackages(text: string): Map<string, number> {
  const packages = new Map<string, number>();
  for (const match of text.matchAll(/^package:(\S+) uid:(\d{1,9})(?:,[\d,]*)?\s*$/gm)) {
    packages.set(match[1] ?? '', Number(match[2]));
  }
  return packages;
}
