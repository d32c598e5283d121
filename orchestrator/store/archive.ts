import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BundleManifest } from '../contract/bundle.ts';
import { Fault, printable } from '../contract/fault.ts';
import { MANIFEST_FILE, parseManifest, pathInside, readBundle, type SealedBundle } from './bundles.ts';
import { syncToDisk } from './durable.ts';
import type { FileStore } from './files.ts';
import { asDiskFault } from './intake.ts';

/** One file of an archived bundle, as it is recorded among the artefacts. */
export interface ArchivedFile {
  /** Its path inside the bundle. */
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Far above any manifest: what is read into memory has a bound. */
const LARGEST_MANIFEST_BYTES = 64 * 1024 ** 2;

/**
 * Stores every file of a sealed bundle by its digest, the manifest last: whoever finds the manifest finds all.
 * Doing it again changes nothing.
 * @throws Fault `bundle-broken` where a file is no longer what was sealed, `disk-full`, `store-failed`
 */
export async function archiveBundle(
  files: FileStore,
  sealed: SealedBundle,
  signal: AbortSignal,
): Promise<ArchivedFile[]> {
  const archived: ArchivedFile[] = [];
  const contents = sealed.manifest.files.map(({ path: name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes }));
  const manifest = { name: MANIFEST_FILE, sha256: sealed.digest, sizeBytes: LARGEST_MANIFEST_BYTES };
  for (const wanted of [...contents, manifest]) {
    const place = wanted === manifest ? path.join(sealed.directory, MANIFEST_FILE) : inside(sealed, wanted.name);
    const { sha256, sizeBytes } = await files
      .add(createReadStream(place), { limitBytes: wanted.sizeBytes, signal })
      .catch((error: unknown) => {
        throw asBroken(error, wanted.name);
      });
    if (sha256 !== wanted.sha256) throw broken(wanted.name, `has SHA-256 ${sha256}, not ${wanted.sha256}`);
    archived.push({ name: wanted.name, sha256, sizeBytes });
  }
  return archived;
}

/**
 * What an archived bundle holds, by the digest that names it.
 * @throws Fault `bundle-missing`, `bundle-broken`, `artefact-removed`, `store-failed`
 */
export async function bundleManifest(files: FileStore, digest: string, signal: AbortSignal): Promise<BundleManifest> {
  return parseManifest(await manifestText(files, digest, signal));
}

/** The manifest's own bytes, which the digest was taken of. @throws Fault as {@link bundleManifest} */
export async function manifestText(files: FileStore, digest: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of (await files.open(digest, signal)) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > LARGEST_MANIFEST_BYTES) throw broken(MANIFEST_FILE, `has more than ${LARGEST_MANIFEST_BYTES} B`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'artefact-missing') throw asBroken(error, MANIFEST_FILE);
    throw new Fault('bundle-missing', `no bundle ${digest} in the store`, { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Lays an archived bundle out as the folder `into`, whole or not at all, every digest checked. A bundle that lies there
 * already is checked and taken as it is.
 * @throws Fault `bundle-missing`, `bundle-broken` naming the file, `artefact-removed`, `disk-full`, `store-failed`
 */
export async function fetchBundle(
  files: FileStore,
  digest: string,
  into: string,
  signal: AbortSignal,
): Promise<SealedBundle> {
  const present = await presentBundle(into, digest);
  if (present !== null) return present;
  const text = await manifestText(files, digest, signal);
  const manifest = parseManifest(text);
  const draft = `${into}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(draft, { recursive: true });
    for (const file of manifest.files) await fetchFile(files, file, pathInside(draft, file.path), signal);
    await fetchFile(files, { path: MANIFEST_FILE, sha256: digest }, path.join(draft, MANIFEST_FILE), signal);
    await rename(draft, into).catch(ignoreTaken);
    await syncToDisk(path.dirname(into));
  } catch (error) {
    throw asDiskFault(error, `fetching bundle ${digest}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return readBundle(into, digest);
}

async function presentBundle(directory: string, digest: string): Promise<SealedBundle | null> {
  return readBundle(directory, digest).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'bundle-missing') return null;
    throw error;
  });
}

async function fetchFile(
  files: FileStore,
  file: { readonly path: string; readonly sha256: string },
  target: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await pipeline(await files.open(file.sha256, signal), createWriteStream(target, { flags: 'wx' }), { signal });
  } catch (error) {
    throw asBroken(error, file.path);
  }
  await chmod(target, 0o444);
}

/** A damaged or lost piece breaks its bundle; a piece that retention removed, or a store that is away, is said as it is. */
export function asBroken(error: unknown, name: string): unknown {
  if (!(error instanceof Fault)) return error;
  const how = { 'artefact-broken': error.detail, 'artefact-missing': 'is not in the store', 'apk-too-large': 'grew' };
  return error.code in how ? broken(name, how[error.code as keyof typeof how], error) : error;
}

function inside(sealed: SealedBundle, name: string): string {
  return pathInside(sealed.directory, name);
}

/** Another process fetched the same bundle to the same place first. */
function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

function broken(file: string, how: string, cause?: unknown): Fault {
  return new Fault('bundle-broken', `${printable(file)} ${how}`, { cause });
}
