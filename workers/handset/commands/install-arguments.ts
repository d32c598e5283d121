import { printable } from '../../../orchestrator/contract/fault.ts';
import type { InstallOptions } from '../android/install.ts';
import type { ProgramIo } from '../system.ts';

/** Options of `pm install` and `pm install-create` that take a word, and those that do not. */
export const WITH_VALUE = [
  '-i',
  '-S',
  '--user',
  '--install-location',
  '--install-reason',
  '--abi',
  '--originating-uri',
  '--referrer',
  '-p',
  '--package-source',
  '--update-ownership',
];
export const FLAGS = [
  '-r',
  '-R',
  '-t',
  '-d',
  '-g',
  '-f',
  '-k',
  '-l',
  '-s',
  '-e',
  '--instantapp',
  '--full',
  '--preload',
  '--apex',
  '--force-non-staged',
  '--staged',
  '--restrict-permissions',
  '--dont-kill',
  '--enable-rollback',
  '--force-uuid',
  '--force-sdk',
  '--skip-verification',
  '--bypass-low-target-sdk-block',
  '--no-incremental',
  '--incremental',
  '--multi-package',
  '--force-queryable',
  '--no-wait',
];

/** Nothing installable is larger; the handset's files would not hold it. */
export const MOST_APK_BYTES = 512 * 1024 * 1024;

/** What the options mean for the package manager; `uid` is the caller's. */
export function installOptions(given: ReadonlyMap<string, string>, uid: number): InstallOptions {
  return {
    // Replacing is the default since Android 9; -R asks for the opposite.
    replace: !given.has('-R'),
    allowTest: given.has('-t'),
    allowDowngrade: given.has('-d'),
    grantAll: given.has('-g'),
    bypassLowTarget: given.has('--bypass-low-target-sdk-block'),
    installer: given.get('-i') ?? null,
    initiatingPackage: uid === 2000 || uid === 0 ? 'com.android.shell' : null,
  };
}

/** The value of `-S`; null where it is no size that an APK can have. */
export function sizeOf(text: string | undefined): number | null {
  const sizeBytes = Number(text);
  return text !== undefined && Number.isInteger(sizeBytes) && sizeBytes >= 0 && sizeBytes <= MOST_APK_BYTES
    ? sizeBytes
    : null;
}

/** An APK by its path on the device; null where there is no such file. */
export function readApk(io: ProgramIo, path: string): { fileName: string; bytes: Buffer } | null {
  const absolute = path.startsWith('/') ? path : `${io.cwd}/${path}`;
  const stat = io.files.stat(absolute);
  if (stat?.kind !== 'file') return null;
  return { fileName: printable(absolute.slice(absolute.lastIndexOf('/') + 1)), bytes: io.files.read(absolute) };
}
