import { createHash } from 'node:crypto';
import type {
  ApkFacts,
  ApkFile,
  NetworkRule,
  Oddity,
  Signing,
  SigningCertificate,
} from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { readBinaryXml } from './binary-xml.ts';
import { saysAccessibilityTool } from './accessibility-tool.ts';
import { readManifest, type ManifestFacts } from './manifest.ts';
import { networkRules } from './network-security.ts';
import type { OddityLog } from './oddities.ts';
import type { ApkInput } from './read.ts';
import { NO_RESOURCES, readResources, type Resources } from './resources.ts';
import { readSignatures } from './signatures.ts';
import { unpack } from './unpack.ts';
import { auditZip } from './zip-audit.ts';
import { openZip, type ZipArchive } from './zip.ts';

/** One file of a set, base or split. */
export interface OneApk {
  readonly file: ApkFile;
  readonly manifest: ManifestFacts;
  readonly abis: ApkFacts['abis'];
  readonly certificates: SigningCertificate[];
  readonly signing: Signing;
  readonly networkSecurity: NetworkRule[];
  readonly hasScriptedBehaviour: boolean;
  readonly oddities: readonly Oddity[];
}

const MANIFEST = 'AndroidManifest.xml';
const BEHAVIOUR = 'assets/behaviour.json';
/** PackageManager asks for v2 or later from this target on (ApkSignatureVerifier, Android 11). */
const LEAST_V2_TARGET = 30;
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;
const MOST_TABLE_BYTES = 256 * 1024 * 1024;
const MOST_CONFIG_BYTES = 1024 * 1024;
/** A table that failed so often is asked no more: half a million attributes may refer to it. */
const MOST_TABLE_FAULTS = 50;

/**
 * `opened` is called as soon as the entries are known, for what can go on beside the reading.
 * @throws Fault apk-*
 */
export function readOne(input: ApkInput, signal: AbortSignal, opened?: (archive: ZipArchive) => void): OneApk {
  const archive = openZip(input.bytes);
  opened?.(archive);
  const { oddities } = archive;
  const take = (path: string, mostBytes: number): Buffer | null => {
    const entry = archive.entries.get(path);
    return entry === undefined ? null : unpack(archive, entry, mostBytes);
  };
  const manifestBytes = take(MANIFEST, MOST_MANIFEST_BYTES);
  if (manifestBytes === null) {
    throw new Fault('apk-no-manifest', `None of the ${archive.entries.size} entries is called ${MANIFEST}.`);
  }
  auditZip(archive);
  const resources = tolerantResources(take, oddities);
  const manifest = readManifest(readBinaryXml(manifestBytes, MANIFEST, oddities), resources, oddities);
  const { certificates, signing } = readSignatures(archive, manifest, signal);
  noteSignatures(signing, certificates, manifest.targetSdk, oddities);
  const isAccessibilityTool = saysAccessibilityTool(manifest.components, take, resources);
  return {
    file: {
      sha256: createHash('sha256').update(input.bytes).digest('hex'),
      sizeBytes: input.bytes.length,
      fileName: input.fileName,
      split: manifest.split,
    },
    manifest: { ...manifest, details: { ...manifest.details, isAccessibilityTool } },
    abis: abisOf(archive),
    certificates,
    signing,
    networkSecurity: readNetworkRules(manifest.networkSecurityConfig, take, resources, oddities),
    hasScriptedBehaviour: archive.entries.has(BEHAVIOUR),
    oddities: oddities.all(),
  };
}

/** The content of an entry, or null where there is none of that path. */
export type Take = (path: string, mostBytes: number) => Buffer | null;

/** A damaged table costs the label and what else refers to it, not the vetting; each read of it is guarded. */
function tolerantResources(take: Take, oddities: OddityLog): Resources {
  let faults = 0;
  const guarded = <T>(work: () => T, otherwise: T): T => {
    if (faults >= MOST_TABLE_FAULTS) return otherwise;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'apk-too-large') throw error;
      faults += 1;
      oddities.add('resources-damaged', 'resources.arsc', error.detail);
      return otherwise;
    }
  };
  const table = guarded(() => {
    const bytes = take('resources.arsc', MOST_TABLE_BYTES);
    return bytes === null ? NO_RESOURCES : readResources(bytes, oddities);
  }, NO_RESOURCES);
  return {
    resolve: (resourceId) => guarded(() => table.resolve(resourceId), null),
    texts: (resourceId) => guarded(() => table.texts(resourceId), []),
    locales: table.locales,
  };
}

function noteSignatures(
  signing: Signing,
  certificates: readonly SigningCertificate[],
  targetSdk: number,
  oddities: OddityLog,
): void {
  for (const { scheme, state, reason } of signing.schemes) {
    if (state === 'broken') oddities.add('signature-broken', `${scheme} signature`, reason ?? '');
  }
  if (targetSdk >= LEAST_V2_TARGET && certificates.every(({ scheme }) => scheme === 'v1')) {
    const detail = `Signed by v1 only while it targets ${targetSdk}: Android 11 and later refuse that.`;
    oddities.add('signature-too-old', 'v1 signature', detail);
  }
}

function readNetworkRules(path: string | null, take: Take, resources: Resources, oddities: OddityLog): NetworkRule[] {
  if (path === null) return [];
  try {
    const bytes = take(path, MOST_CONFIG_BYTES);
    if (bytes !== null) return networkRules(readBinaryXml(bytes, printable(path), oddities), resources);
    oddities.add('network-config', path, `The network security configuration ${printable(path)} is not in the APK.`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    oddities.add('network-config', path, `The network security configuration cannot be read: ${error.detail}`);
  }
  return [];
}

function abisOf(archive: ZipArchive): string[] {
  const abis = new Set<string>();
  for (const path of archive.entries.keys()) {
    const match = path.startsWith('lib/') ? /^lib\/([A-Za-z0-9_-]{1,32})\/[^/]+\.so$/.exec(path) : null;
    if (match?.[1] !== undefined) abis.add(match[1]);
  }
  return [...abis].sort();
}
