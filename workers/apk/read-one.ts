import { createHash } from 'node:crypto';
import type { ApkFacts, ApkFile, SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { readBinaryXml } from './binary-xml.ts';
import { readManifest, type ManifestFacts } from './manifest.ts';
import { pinnedHosts } from './network-security.ts';
import type { ApkInput } from './read.ts';
import { NO_RESOURCES, readResources, type Resources } from './resources.ts';
import { readSignatures } from './signatures.ts';
import { unpack } from './unpack.ts';
import { openZip, type ZipArchive } from './zip.ts';

/** One file of a set, base or split. */
export interface OneApk {
  readonly file: ApkFile;
  readonly manifest: ManifestFacts;
  readonly abis: ApkFacts['abis'];
  readonly certificates: SigningCertificate[];
  readonly pinnedHosts: string[];
  readonly hasScriptedBehaviour: boolean;
  readonly warnings: readonly string[];
}

const MANIFEST = 'AndroidManifest.xml';
const BEHAVIOUR = 'assets/behaviour.json';
/** PackageManager asks for v2 or later from this target on (ApkSignatureVerifier, Android 11). */
const LEAST_V2_TARGET = 30;
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;
const MOST_TABLE_BYTES = 256 * 1024 * 1024;
const MOST_CONFIG_BYTES = 1024 * 1024;

/** @throws Fault apk-* */
export function readOne(input: ApkInput, signal: AbortSignal): OneApk {
  const archive = openZip(input.bytes);
  const warnings = [...archive.warnings];
  const take = (path: string, mostBytes: number): Buffer | null => {
    const entry = archive.entries.get(path);
    if (entry === undefined) return null;
    const { bytes, warning } = unpack(archive, entry, mostBytes);
    if (warning !== null) warnings.push(warning);
    return bytes;
  };
  const manifestBytes = take(MANIFEST, MOST_MANIFEST_BYTES);
  if (manifestBytes === null) {
    throw new Fault('apk-no-manifest', `None of the ${archive.entries.size} entries is called ${MANIFEST}.`);
  }
  const document = readBinaryXml(manifestBytes, MANIFEST);
  const manifest = readManifest(document.root, tolerantResources(take, warnings));
  const signatures = readSignatures(archive, signal);
  if (manifest.targetSdk >= LEAST_V2_TARGET && signatures.certificates.every(({ scheme }) => scheme === 'v1')) {
    warnings.push(`Signed by v1 only while it targets ${manifest.targetSdk}: Android 11 and later refuse that.`);
  }
  return {
    file: {
      sha256: createHash('sha256').update(input.bytes).digest('hex'),
      sizeBytes: input.bytes.length,
      fileName: input.fileName,
      split: manifest.split,
    },
    manifest,
    abis: abisOf(archive),
    certificates: signatures.certificates,
    pinnedHosts: readPins(manifest.networkSecurityConfig, take, warnings),
    hasScriptedBehaviour: archive.entries.has(BEHAVIOUR),
    warnings: [...warnings, ...document.warnings, ...manifest.warnings, ...signatures.warnings],
  };
}

type Take = (path: string, mostBytes: number) => Buffer | null;

/** A damaged table costs the label and what else refers to it, not the vetting; each read of it is guarded. */
function tolerantResources(take: Take, warnings: string[]): Resources {
  const guarded = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'apk-too-large') throw error;
      if (warnings.length < 20) warnings.push(error.detail);
      return otherwise;
    }
  };
  const table = guarded(() => {
    const bytes = take('resources.arsc', MOST_TABLE_BYTES);
    return bytes === null ? NO_RESOURCES : readResources(bytes);
  }, NO_RESOURCES);
  return { resolve: (resourceId) => guarded(() => table.resolve(resourceId), null) };
}

function readPins(path: string | null, take: Take, warnings: string[]): string[] {
  if (path === null) return [];
  try {
    const bytes = take(path, MOST_CONFIG_BYTES);
    if (bytes !== null) return pinnedHosts(readBinaryXml(bytes, printable(path)).root);
    warnings.push(`The network security configuration ${printable(path)} is not in the APK.`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    warnings.push(`The network security configuration cannot be read: ${error.detail}`);
  }
  return [];
}

function abisOf(archive: ZipArchive): string[] {
  const abis = new Set<string>();
  for (const path of archive.entries.keys()) {
    const match = /^lib\/([A-Za-z0-9_-]{1,32})\/[^/]+\.so$/.exec(path);
    if (match?.[1] !== undefined) abis.add(match[1]);
  }
  return [...abis].sort();
}
