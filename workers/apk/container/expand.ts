import { createHash } from 'node:crypto';
import type { ApkFacts } from '../../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import type { ApkInput } from '../read.ts';
import { openZip, type ZipArchive, type ZipEntry } from '../zip.ts';
import { chooseEntries, PLAIN } from './choose.ts';
import { containerEntry } from './entry.ts';

type Container = NonNullable<ApkFacts['containers']>[number];

export interface Expanded {
  readonly files: ApkInput[];
  /** What the files came out of, from the outside in; empty for an APK. */
  readonly containers: Container[];
}

const MANIFEST = 'AndroidManifest.xml';
/** A set of splits, in an archive with a password. */
const MOST_DEPTH = 2;
const MOST_BYTES = 2 * 1024 ** 3;
const MOST_APKS = 100;

/**
 * The APKs of a container: .apks of bundletool or SAI, .xapk, .apkm, or a plain archive, also under the password by
 * which malware is shared, and one container inside another. An APK, and what is no archive, comes back as it is.
 * Nothing is written; the bounds hold over all that is unpacked.
 * @throws Fault container-empty, container-locked, apk-malformed, apk-too-large
 */
export function expand(input: ApkInput): Expanded {
  return expandWithin(input, 0, { bytes: 0, apks: 0 });
}

interface Budget {
  bytes: number;
  apks: number;
}

function expandWithin(input: ApkInput, depth: number, budget: Budget): Expanded {
  const archive = containerArchive(input.bytes);
  if (archive === null) return { files: [input], containers: [] };
  const name = printable(input.fileName);
  if (depth === MOST_DEPTH) {
    throw new Fault('apk-too-large', `${name} is an archive inside ${MOST_DEPTH} others; that is one too many.`);
  }
  const { kind, entries } = chooseEntries(archive, name);
  if (entries.length > MOST_APKS) throw new Fault('apk-too-large', `${name} holds over ${MOST_APKS} APKs.`);
  const self: Container = {
    fileName: input.fileName,
    kind,
    sha256: createHash('sha256').update(input.bytes).digest('hex'),
  };
  const inner = entries.map((entry) => expandWithin(takeOut(input, archive, entry, budget), depth + 1, budget));
  // A file that is called an APK and is none is kept: the reader says what is wrong with it.
  const files = inner.flatMap((one) => one.files).filter((file) => isArchive(file) || isCalledApk(file));
  budget.apks += files.length;
  if (budget.apks > MOST_APKS) throw new Fault('apk-too-large', `${name} holds over ${MOST_APKS} APKs.`);
  if (files.length === 0) {
    // Any archive may be an APK that lost its manifest: then the reader is the one to say so.
    if (kind === PLAIN) return { files: [input], containers: [] };
    throw new Fault('container-empty', `None of the ${archive.entries.size} files in ${name} is an APK.`);
  }
  return { files, containers: [self, ...inner.flatMap((one) => one.containers)] };
}

/** null for an APK, and for what only the reader can say why it is none. */
function containerArchive(bytes: Buffer): ZipArchive | null {
  if (bytes.length < 4 || bytes.readUInt16LE(0) !== 0x4b50) return null;
  try {
    const archive = openZip(bytes, { entryFirst: false });
    return archive.entries.has(MANIFEST) || archive.entries.size === 0 ? null : archive;
  } catch (error) {
    if (error instanceof Fault) return null; // the reader ends in the same Fault and says it with the file's name
    throw error;
  }
}

function takeOut(input: ApkInput, archive: ZipArchive, entry: ZipEntry, budget: Budget): ApkInput {
  budget.bytes += entry.uncompressedBytes;
  const bytes = containerEntry(archive, entry, Math.max(0, MOST_BYTES - (budget.bytes - entry.uncompressedBytes)));
  const baseName = entry.path.split(/[\\/]/).at(-1) ?? entry.path;
  return { fileName: `${input.fileName}!${printable(baseName, 100)}`, bytes };
}

function isCalledApk({ fileName }: ApkInput): boolean {
  return /\.apk$/i.test(fileName);
}

function isArchive({ bytes }: ApkInput): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50;
}
