import { Fault } from '../../../orchestrator/contract/fault.ts';
import type { ZipArchive, ZipEntry } from '../zip.ts';
import { readToc } from './bundletool.ts';
import { containerEntry } from './entry.ts';

const APK = /\.apk$/i;
const CONTAINER = /\.(apk|apks|xapk|apkm|zip)$/i;
const ENCRYPTED_FLAG = 0x1;
const MOST_TABLE_BYTES = 4 * 1024 * 1024;
const MOST_UNNAMED = 20;
/** The kind of an archive that nothing marks as a container of apps. */
export const PLAIN = 'archive';

/** What kind of container an archive is, and which of its entries make up one app. @throws Fault apk-malformed, … */
export function chooseEntries(archive: ZipArchive, name: string): { kind: string; entries: ZipEntry[] } {
  const files = [...archive.entries.values()].filter((entry) => !entry.path.endsWith('/'));
  const locked = files.some((entry) => (entry.flags & ENCRYPTED_FLAG) !== 0);
  const suffix = locked ? ' with a password' : '';
  const toc = archive.entries.get('toc.pb');
  if (toc !== undefined) return { kind: `apks of bundletool${suffix}`, entries: ofBundletool(archive, toc) };
  const list = archive.entries.get('manifest.json');
  if (list !== undefined) {
    const entries = ofXapk(archive, list, name);
    if (entries.length > 0) return { kind: `xapk${suffix}`, entries };
  }
  if (archive.entries.has('info.json') && archive.entries.has('base.apk')) {
    return { kind: `apkm${suffix}`, entries: files.filter(({ path }) => APK.test(path)) };
  }
  const apks = files.filter(({ path }) => APK.test(path));
  if (apks.length > 0) return { kind: `archive of APKs${suffix}`, entries: apks };
  const containers = files.filter(({ path }) => CONTAINER.test(path));
  if (containers.length > 0) return { kind: `archive of archives${suffix}`, entries: containers };
  // Shared malware is often named by its digest, without a suffix: only its first bytes tell.
  return { kind: `${PLAIN}${suffix}`, entries: files.slice(0, MOST_UNNAMED) };
}

/**
 * The variant that bundletool made for the newest platforms, with all of its splits: every language, density and ABI
 * may be installed together. Where there is none with splits, the universal or the first standalone APK.
 */
function ofBundletool(archive: ZipArchive, toc: ZipEntry): ZipEntry[] {
  const variants = readToc(containerEntry(archive, toc, MOST_TABLE_BYTES)).sort(
    (one, other) => other.number - one.number,
  );
  const present = variants.map(({ paths }) => [...new Set(paths)].flatMap((path) => archive.entries.get(path) ?? []));
  const split = present.find((entries) => entries.some(({ path }) => path.startsWith('splits/')));
  if (split !== undefined) return split.filter(({ path }) => path.startsWith('splits/'));
  const whole = [archive.entries.get('universal.apk'), ...present.flat()].find((entry) => entry !== undefined);
  return whole === undefined ? [] : [whole];
}

/** `split_apks` of an .xapk's manifest.json; without it, the APK that stands at its top. */
function ofXapk(archive: ZipArchive, list: ZipEntry, name: string): ZipEntry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(containerEntry(archive, list, MOST_TABLE_BYTES).toString('utf8'));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('apk-malformed', `The manifest.json of ${name} is no JSON.`, { cause });
  }
  const splits: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'split_apks') : null;
  const named = Array.isArray(splits)
    ? splits.flatMap((split: unknown) => {
        const file: unknown = typeof split === 'object' && split !== null ? Reflect.get(split, 'file') : null;
        return typeof file === 'string' ? (archive.entries.get(file) ?? []) : [];
      })
    : [];
  if (named.length > 0) return [...new Set(named)];
  return [...archive.entries.values()].filter(({ path }) => APK.test(path) && !path.includes('/'));
}
