import type { ApkFacts, Oddity } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { pinnedHosts } from './network-security.ts';
import { readOne, type OneApk } from './read-one.ts';
import { unpack } from './unpack.ts';
import { openZip } from './zip.ts';
import { expand } from './container/expand.ts';
import { joinScans, scanCode, type CodeScan } from './code/scan.ts';

export interface ApkInput {
  readonly fileName: string;
  readonly bytes: Buffer;
}

const MOST_WARNINGS = 50;
const MOST_ODDITIES = 200;
const MOST_FILES = 100;

/**
 * Facts of one APK, or of a set of splits with exactly one base, as files or in containers. Every file is hostile: whatever is wrong with one
 * ends in a Fault, never in another error.
 * @throws Fault apk-*, container-*, naming file, entry and offset
 */
export async function readApk(inputs: readonly ApkInput[], options: { signal: AbortSignal }): Promise<ApkFacts> {
  if (inputs.length === 0) throw new Fault('usage', 'No APK was given.');
  const expanded = inputs.map(expand);
  const files = expanded.flatMap((one) => one.files);
  if (files.length > MOST_FILES) throw new Fault('apk-too-large', `${files.length} files; ${MOST_FILES} are allowed.`);
  const parts: OneApk[] = [];
  const scans: CodeScan[] = [];
  for (const file of files) {
    options.signal.throwIfAborted();
    const scanning: Promise<CodeScan>[] = [];
    try {
      parts.push(
        inFile(file.fileName, files.length > 1, () =>
          readOne(file, options.signal, (archive) => {
            scanning.push(scanCode(archive, options.signal));
          }),
        ),
      );
    } finally {
      // Also where the reading fails: what was begun beside it is not left running.
      scans.push(...(await Promise.all(scanning)));
    }
  }
  const bases = parts.filter((part) => part.manifest.split === null);
  const base = bases[0];
  if (base === undefined || bases.length > 1) {
    throw new Fault('apk-splits-mismatch', `${bases.length} of the ${files.length} files are base APKs; one must be.`);
  }
  const splits = parts.filter((part) => part !== base);
  refuseStrangers(base, splits);
  const containers = expanded.flatMap((one) => one.containers);
  return { ...join(base, splits, scans), code: joinScans(scans), containers };
}

/** The content of one entry, or null where the APK has none of that path. @throws Fault as {@link readApk} does */
export function readEntry(bytes: Buffer, path: string, mostBytes: number): Buffer | null {
  const archive = openZip(bytes);
  const entry = archive.entries.get(path);
  return entry === undefined ? null : unpack(archive, entry, mostBytes);
}

/** One file of a set. `named` puts its name before what is wrong with it. @throws Fault apk-* */
export function readPart(file: ApkInput, signal: AbortSignal, named = true): OneApk {
  return inFile(file.fileName, named, () => readOne(file, signal));
}

/** Anything that is not a Fault is a hole in the reader; the file remains to blame. */
function inFile<T>(fileName: string, several: boolean, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) {
      if (!several) throw error;
      throw new Fault(error.code, `${printable(fileName)}: ${error.detail}`, { cause: error });
    }
    if (error instanceof Error && error.name !== 'AbortError' && error.name !== 'TimeoutError') {
      throw new Fault('apk-malformed', `${printable(fileName)} cannot be read: ${printable(error.message)}`, {
        cause: error,
      });
    }
    throw error;
  }
}

function refuseStrangers(base: OneApk, splits: readonly OneApk[]): void {
  const identity = (part: OneApk): string =>
    part.certificates
      .map((certificate) => certificate.sha256)
      .sort()
      .join(' ');
  const names = new Set<string>();
  for (const split of splits) {
    const name = printable(split.file.fileName);
    if (split.manifest.packageName !== base.manifest.packageName) {
      throw new Fault(
        'apk-splits-mismatch',
        `${name} is of ${split.manifest.packageName}, not ${base.manifest.packageName}.`,
      );
    }
    if (split.manifest.versionCode !== base.manifest.versionCode) {
      throw new Fault(
        'apk-splits-mismatch',
        `${name} has version code ${split.manifest.versionCode}, the base ${base.manifest.versionCode}.`,
      );
    }
    if (identity(split) !== identity(base)) {
      throw new Fault('apk-splits-mismatch', `${name} is signed with another certificate than the base.`);
    }
    const splitName = split.manifest.split ?? '';
    if (names.has(splitName))
      throw new Fault('apk-splits-mismatch', `The split ${printable(splitName)} is given twice.`);
    names.add(splitName);
  }
}

function join(base: OneApk, splits: readonly OneApk[], scans: readonly CodeScan[]): ApkFacts {
  const all = [base, ...splits];
  const { split: _split, networkSecurityConfig: _config, ...manifest } = base.manifest;
  const damages = scans.flatMap((scan) => scan.damages);
  const oddities: Oddity[] = [
    ...all.flatMap((part) => part.oddities),
    ...damages.map(({ path, detail }) => ({ kind: 'dex-damaged', where: printable(path), detail })),
  ].slice(0, MOST_ODDITIES);
  return {
    ...manifest,
    files: all.map((part) => part.file),
    permissions: [...new Set(all.flatMap((part) => part.manifest.permissions))],
    features: all.flatMap((part) => part.manifest.features),
    components: all.flatMap((part) => part.manifest.components),
    launchActivity: all.map((part) => part.manifest.launchActivity).find((name) => name !== null) ?? null,
    abis: [...new Set(all.flatMap((part) => part.abis))].sort(),
    certificates: base.certificates,
    pinnedHosts: pinnedHosts(base.networkSecurity),
    hasScriptedBehaviour: base.hasScriptedBehaviour,
    warnings: oddities.map((oddity) => oddity.detail).slice(0, MOST_WARNINGS),
    oddities,
    networkSecurity: base.networkSecurity,
    signing: base.signing,
  };
}
