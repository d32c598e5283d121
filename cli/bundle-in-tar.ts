import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { extract } from 'tar-stream';
import type { BundleManifest } from '../orchestrator/contract/bundle.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import { MANIFEST_FILE, parseManifest } from '../orchestrator/store/bundles.ts';

export interface VerifiedBundle {
  readonly digest: string;
  readonly manifest: BundleManifest;
}

const MOST_MANIFEST_BYTES = 64 * 1024 ** 2;
const MOST_FILES = 100_000;

interface Entry {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Checks a bundle in a tar archive without unpacking it anywhere: every file of the manifest by digest, none too many.
 * @throws Fault `bundle-broken` naming the file, `bundle-missing` where there is no manifest in it
 */
export async function readBundleInTar(path: string, signal: AbortSignal): Promise<VerifiedBundle> {
  const found = new Map<string, Entry>();
  const manifestChunks: Buffer[] = [];
  const entries = extract();
  // Streams of tar-stream are not those of Node, so the two are joined by hand.
  const source = addAbortSignal(signal, createReadStream(path));
  source.once('error', (error) => entries.destroy(error));
  source.pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      if (type !== 'file' && type !== 'contiguous-file') throw broken(name, 'is neither a file nor a directory');
      if (found.has(name)) throw broken(name, 'is in the archive twice');
      if (found.size >= MOST_FILES) throw broken(name, `is one of more than ${MOST_FILES} files`);
      if (name === MANIFEST_FILE && size > MOST_MANIFEST_BYTES) throw broken(name, 'is larger than any manifest');
      const hash = createHash('sha256');
      const sizeBytes = await digest(
        entry as AsyncIterable<Buffer>,
        hash,
        name === MANIFEST_FILE ? manifestChunks : null,
      );
      found.set(name, { sha256: hash.digest('hex'), sizeBytes });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Fault) throw error;
    const words = printable(error instanceof Error ? error.message : String(error));
    throw new Fault('bundle-broken', `${printable(path)} is no whole tar archive: ${words}`, { cause: error });
  } finally {
    source.destroy();
    entries.destroy();
  }
  return check(found, Buffer.concat(manifestChunks).toString('utf8'), path);
}

async function digest(entry: AsyncIterable<Buffer>, hash: Hash, keep: Buffer[] | null): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of entry) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    keep?.push(chunk);
  }
  return sizeBytes;
}

function check(found: Map<string, Entry>, text: string, path: string): VerifiedBundle {
  const own = found.get(MANIFEST_FILE);
  if (own === undefined) throw new Fault('bundle-missing', `no manifest in ${printable(path)}`);
  found.delete(MANIFEST_FILE);
  const manifest = parseManifest(text);
  for (const file of manifest.files) {
    const entry = found.get(file.path);
    if (entry === undefined) throw broken(file.path, 'is missing');
    if (entry.sizeBytes !== file.sizeBytes)
      throw broken(file.path, `has ${entry.sizeBytes} bytes, not ${file.sizeBytes}`);
    if (entry.sha256 !== file.sha256) throw broken(file.path, `has SHA-256 ${entry.sha256}, not ${file.sha256}`);
    found.delete(file.path);
  }
  for (const extra of found.keys()) throw broken(extra, 'is not in the manifest');
  return { digest: own.sha256, manifest };
}

function broken(name: string, how: string): Fault {
  return new Fault('bundle-broken', `${printable(name)} ${how}`);
}
