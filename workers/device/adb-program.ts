import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** Where adb is, and the SDK folder above it where it lies in one (`…/platform-tools/adb`). */
export interface AdbProgram {
  readonly path: string;
  readonly sdkDirectory: string | null;
}

const REMEDY =
  'Install it (Debian: apt-get install adb; elsewhere: the Android SDK Platform-Tools) and set ANDROID_HOME, or set SLEEPTALK_ADB to the program.';

/**
 * Finds adb: `SLEEPTALK_ADB`, then `ANDROID_HOME` and `ANDROID_SDK_ROOT` (platform-tools/adb), then `PATH`.
 * Throws `adb-missing` with what was looked at and the remedy.
 */
export function findAdb(env: NodeJS.ProcessEnv): AdbProgram {
  const named = env['SLEEPTALK_ADB'];
  if (named !== undefined && named !== '') {
    if (!isProgram(named))
      throw new Fault('adb-missing', `SLEEPTALK_ADB names ${named}, which is no program. ${REMEDY}`);
    return describe(named);
  }
  const sdks = [env['ANDROID_HOME'] ?? '', env['ANDROID_SDK_ROOT'] ?? ''].filter((sdk) => sdk !== '');
  const candidates = [
    ...sdks.map((sdk) => join(sdk, 'platform-tools', 'adb')),
    ...(env['PATH'] ?? '').split(delimiter).map((folder) => join(folder === '' ? '.' : folder, 'adb')),
  ];
  const found = candidates.find(isProgram);
  if (found === undefined)
    throw new Fault('adb-missing', `No adb in ANDROID_HOME, ANDROID_SDK_ROOT or PATH. ${REMEDY}`);
  return describe(found);
}

/** First two lines of `adb version`, for the provenance of a report: protocol and build. */
export async function readAdbVersion(adb: AdbProgram, signal: AbortSignal): Promise<string> {
  const { stdout } = await promisify(execFile)(adb.path, ['version'], { signal, timeout: 10_000 }).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new Fault('adb-failed', `${adb.path} version did not run`, { cause });
    },
  );
  const protocol = /version ([\d.]+)/.exec(stdout)?.[1] ?? 'unknown';
  const build = /^Version (\S+)/m.exec(stdout)?.[1] ?? 'unknown';
  return `${protocol} (${build})`;
}

/** True where a file may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // absent or not ours to run: either way no program
  }
}

function describe(path: string): AdbProgram {
  const folder = dirname(realpathSync(path));
  return { path, sdkDirectory: folder.endsWith('platform-tools') ? dirname(folder) : null };
}
