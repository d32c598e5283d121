import { createHash } from 'node:crypto';
import type { SigningCertificate } from '../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../orchestrator/contract/fault.ts';
import { describeCertificate } from './certificate.ts';
import { jarSections, type JarSection } from './jar-manifest.ts';
import { verifyPkcs7 } from './pkcs7.ts';
import { unpack } from './unpack.ts';
import type { ZipArchive, ZipEntry } from './zip.ts';

const MANIFEST = 'META-INF/MANIFEST.MF';
const SIGNATURE_FILE = /^META-INF\/[^/]+\.(RSA|DSA|EC)$/i;
const MOST_SIGNERS = 10;
const MOST_META_BYTES = 16 * 1024 * 1024;
const MOST_ENTRY_BYTES = 256 * 1024 * 1024;
const MOST_TOTAL_BYTES = 1024 * 1024 * 1024;

/**
 * v1, the JAR signature: the PKCS#7 file signs the .SF file, which holds the digest of MANIFEST.MF, which holds the
 * digest of every entry outside META-INF; each .SF file must name all of them, too (StrictJarVerifier). `alone`: no
 * signature of another scheme is there, so a header that promises one means that it was removed, and each entry is held
 * against its digest; beside a stronger one only platforms before Android 7 would do that.
 * @throws Fault apk-unsigned where a link of that chain breaks
 */
export function verifyJarSignature(archive: ZipArchive, alone: boolean, signal: AbortSignal): SigningCertificate[] {
  const signers = jarSigners(archive);
  if (signers.length > MOST_SIGNERS) throw new Fault('apk-unsigned', `META-INF has ${signers.length} signature files.`);
  const manifest = content(archive, MANIFEST);
  const covered: ((path: string) => boolean)[] = [];
  const certificates = signers.map((entry) => {
    const where = printable(entry.path);
    const signatureFile = content(archive, entry.path.replace(/\.[^.]+$/, '.SF'));
    const { certificate, holds } = verifyPkcs7(unpack(archive, entry, MOST_META_BYTES), signatureFile, where);
    if (!holds) throw new Fault('apk-unsigned', `${where} does not hold over its .SF file.`);
    const [main, ...sections] = jarSections(signatureFile, alone ? Infinity : 1);
    const names = new Set(sections.map((section) => section.get('name')));
    covered.push((path) => names.has(path));
    const schemes = main?.get('x-android-apk-signed');
    if (alone && schemes !== undefined) {
      throw new Fault(
        'apk-unsigned',
        `${where} says that a v${printable(schemes, 20)} signature was there; it has been removed.`,
      );
    }
    if (main === undefined || !digestHolds(main, '-digest-manifest', manifest)) {
      throw new Fault('apk-unsigned', `${where} was made for another ${MANIFEST}.`);
    }
    return describeCertificate(certificate, 'v1', alone);
  });
  if (alone) verifyEntries(archive, manifest, (path) => covered.every((by) => by(path)), signal);
  return certificates;
}

/** Entries that hold a v1 signature, whether it holds or not. */
export function jarSigners(archive: ZipArchive): ZipEntry[] {
  return [...archive.entries.values()].filter((entry) => SIGNATURE_FILE.test(entry.path));
}

function verifyEntries(
  archive: ZipArchive,
  manifest: Buffer,
  isCovered: (path: string) => boolean,
  signal: AbortSignal,
): void {
  const named = new Map<string, JarSection>();
  for (const section of jarSections(manifest).slice(1)) named.set(section.get('name') ?? '', section);
  let total = 0;
  for (const entry of archive.entries.values()) {
    if (entry.path.startsWith('META-INF/') || entry.path.endsWith('/')) continue;
    signal.throwIfAborted();
    total += entry.uncompressedBytes;
    if (total > MOST_TOTAL_BYTES)
      throw new Fault('apk-too-large', `The entries unpack to over ${MOST_TOTAL_BYTES} bytes.`);
    const section = named.get(entry.path);
    if (section === undefined || !isCovered(entry.path))
      throw new Fault('apk-unsigned', `${printable(entry.path)} is not in the v1 signature.`);
    if (!digestHolds(section, '-digest', unpack(archive, entry, MOST_ENTRY_BYTES))) {
      throw new Fault('apk-unsigned', `${printable(entry.path)} was changed after it was signed (v1).`);
    }
  }
}

/** The strongest digest that is there decides. */
function digestHolds(section: JarSection, suffix: string, bytes: Buffer): boolean {
  for (const [name, hash] of [
    ['sha-512', 'sha512'],
    ['sha-384', 'sha384'],
    ['sha-256', 'sha256'],
    ['sha1', 'sha1'],
    ['sha', 'sha1'],
  ] as const) {
    const expected = section.get(name + suffix);
    if (expected !== undefined) return createHash(hash).update(bytes).digest('base64') === expected;
  }
  return false;
}

function content(archive: ZipArchive, path: string): Buffer {
  const entry = archive.entries.get(path);
  if (entry === undefined) throw new Fault('apk-unsigned', `The v1 signature lacks ${printable(path)}.`);
  return unpack(archive, entry, MOST_META_BYTES);
}
