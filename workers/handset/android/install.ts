import { createHash } from 'node:crypto';
import type { ApkFacts } from '../../../orchestrator/contract/apk.ts';
import { Behaviour } from '../../../orchestrator/contract/behaviour.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import type { Base } from '../system.ts';
import { parseFailure, refusal } from './install-refusal.ts';
import type { PackageRecord, PackageStore } from './packages.ts';
import type { SystemLog } from './system-log.ts';

/** The APK reader, so that tests can stand in for it. */
export interface ApkReader {
  read(files: readonly { fileName: string; bytes: Buffer }[], options: { signal: AbortSignal }): Promise<ApkFacts>;
  entry(bytes: Buffer, path: string, mostBytes: number): Buffer | null;
}

export interface InstallOptions {
  readonly replace: boolean;
  readonly allowTest: boolean;
  readonly allowDowngrade: boolean;
  readonly grantAll: boolean;
  readonly bypassLowTarget: boolean;
  readonly installer: string | null;
  readonly initiatingPackage: string | null;
}

/** `failure` is what stands between the brackets of `Failure [...]`. */
export type InstallResult =
  { readonly record: PackageRecord; readonly replaced: boolean } | { readonly failure: string };

export interface InstallParts extends Pick<Base, 'bus' | 'clock' | 'files' | 'properties' | 'config'> {
  readonly packages: PackageStore;
  readonly log: SystemLog;
  readonly apks: ApkReader;
  /** Ends the old version's processes, and its activities and services. */
  stop(packageName: string, why: string): void;
}

const MOST_BEHAVIOUR_BYTES = 1_048_576;

/** Installs one package from its base APK and splits, as PackageManagerService decides it. */
export async function install(
  apkFiles: readonly { fileName: string; bytes: Buffer }[],
  options: InstallOptions,
  parts: InstallParts,
  signal: AbortSignal,
): Promise<InstallResult> {
  let facts: ApkFacts;
  try {
    facts = await parts.apks.read(apkFiles, { signal });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { failure: parseFailure(error) };
  }
  const old = parts.packages.get(facts.packageName);
  const refused = refusal(facts, old, options, parts);
  if (refused !== null) return { failure: refused };

  const { packages, clock, files } = parts;
  if (old) parts.stop(facts.packageName, 'installPackageLI');
  const uid = old?.uid ?? packages.uidFor(facts.packageName, facts.sharedUserId);
  const codePath = codePathOf(facts, clock.nowMs());
  const paths: string[] = [];
  try {
    files.makeDirectory(codePath, { parents: true, mode: 0o755 });
    for (const [index, file] of apkFiles.entries()) {
      const split = facts.files.find((one) => one.sha256 === sha256(file.bytes))?.split ?? null;
      const path = `${codePath}/${split === null ? (index === 0 ? 'base' : `base${index}`) : `split_${split}`}.apk`;
      files.write(path, file.bytes, { mode: 0o644, uid: 1000, gid: 1000 });
      paths.push(path);
    }
  } catch (error) {
    files.remove(codePath, { recursive: true });
    return { failure: `INSTALL_FAILED_INSUFFICIENT_STORAGE: ${printable(String(error))}` };
  }
  paths.sort((a, b) => Number(b.endsWith('/base.apk')) - Number(a.endsWith('/base.apk')) || (a < b ? -1 : 1));
  if (old && !old.system) files.remove(old.codePath, { recursive: true });
  makeDataFolder(parts, facts.packageName, uid);

  const nowMs = clock.nowMs();
  const granted = new Set(packages.installGrants(facts, options.grantAll));
  for (const name of old?.granted ?? []) if (facts.permissions.includes(name)) granted.add(name);
  const record: PackageRecord = {
    name: facts.packageName,
    uid,
    facts,
    system: old?.system ?? false,
    installedAtMs: old?.installedAtMs ?? nowMs,
    updatedAtMs: nowMs,
    codePath,
    paths,
    behaviour: readBehaviour(apkFiles, facts, parts),
    stopped: old?.stopped ?? true,
    launchedOnce: old?.launchedOnce ?? false,
    granted,
    enabled: old?.enabled ?? 0,
    installer: options.installer ?? old?.installer ?? null,
    initiatingPackage: options.initiatingPackage,
  };
  packages.put(record);
  parts.log.info('PackageManager', `Package ${record.name} ${old ? 'updated' : 'installed'}: code ${codePath}`);
  parts.bus.emit('package-installed', record, { replaced: old !== undefined });
  return { record, replaced: old !== undefined };
}

/** `/data/app/~~R==/pkg-R==`: two random folder names from Android 11 on, one before. */
function codePathOf(facts: ApkFacts, nowMs: number): string {
  const random = (salt: string): string =>
    createHash('sha256')
      .update(`${salt} ${facts.packageName} ${facts.files[0]?.sha256 ?? ''} ${nowMs}`)
      .digest('base64url')
      .slice(0, 22) + '==';
  return `/data/app/~~${random('outer')}/${facts.packageName}-${random('inner')}`;
}

function makeDataFolder(parts: InstallParts, name: string, uid: number): void {
  const { files } = parts;
  const folder = `/data/data/${name}`;
  if (files.stat(folder) !== undefined) return;
  files.makeDirectory(folder, { parents: true, mode: 0o700 });
  files.change(folder, { uid, gid: uid });
  for (const inner of ['cache', 'code_cache', 'files', 'shared_prefs']) {
    files.makeDirectory(`${folder}/${inner}`, { mode: 0o771 });
    files.change(`${folder}/${inner}`, { uid, gid: uid });
  }
}

function readBehaviour(apkFiles: readonly { bytes: Buffer }[], facts: ApkFacts, parts: InstallParts): Behaviour | null {
  if (!facts.hasScriptedBehaviour) return null;
  for (const file of apkFiles) {
    try {
      const bytes = parts.apks.entry(file.bytes, 'assets/behaviour.json', MOST_BEHAVIOUR_BYTES);
      if (bytes) return Behaviour.parse(JSON.parse(bytes.toString('utf8')));
    } catch (error) {
      parts.log.warn(
        'PackageManager',
        `assets/behaviour.json of ${printable(facts.packageName)} is not valid, so the app does nothing by itself: ` +
          printable(error instanceof Error ? error.message : String(error), 400),
      );
      return null;
    }
  }
  return null;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
