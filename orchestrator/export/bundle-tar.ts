import { once } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import { pack, type Header, type Pack } from 'tar-stream';
import { Fault } from '../contract/fault.ts';
import { asBroken, manifestText } from '../store/archive.ts';
import { MANIFEST_FILE, parseManifest, pathInside } from '../store/bundles.ts';
import type { FileStore } from '../store/files.ts';

/**
 * An archived bundle as a tar (ustar, with pax records where a name needs them): manifest.json first, then its files in
 * the manifest's order, all dated 1970, read-only, of nobody. The same bundle gives the same bytes. Every digest is
 * checked on the way; a file that does not match destroys the stream, so that a torn tar is never taken for whole.
 *
 * Errors of the stream: Fault `bundle-missing`, `bundle-broken`, `artefact-removed`, `store-failed`. Who must know
 * before the first byte asks `bundleManifest`.
 */
export function bundleTar(files: FileStore, digest: string, signal: AbortSignal): Readable {
  const stream = addAbortSignal(signal, Readable.from(tarOf(files, digest, signal), { objectMode: false }));
  stream.on('error', () => undefined); // whoever reads is told; cancelled before anyone reads, it is nobody's to hear
  return stream;
}

async function* tarOf(files: FileStore, digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const text = await manifestText(files, digest, signal);
  const tar = pack();
  const failures: unknown[] = [];
  tar.on('error', (error) => failures.push(error));
  const filling = fill(tar, text, files, signal).catch((error: unknown) => {
    failures.unshift(error);
    tar.destroy();
  });
  try {
    for await (const chunk of tar as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    failures.push(error);
  } finally {
    tar.destroy();
    await filling;
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}

async function fill(tar: Pack, manifest: string, files: FileStore, signal: AbortSignal): Promise<void> {
  tar.entry({ ...ATTRIBUTES, name: MANIFEST_FILE }, manifest);
  for (const { path: name, sha256, sizeBytes } of parseManifest(manifest).files) {
    pathInside('/', name); // whoever unpacks the tar is not led elsewhere by a name in it
    try {
      const content = await files.open(sha256, signal);
      if (tar.destroyed) return void content.destroy(); // its reader left
      await write(tar.entry({ ...ATTRIBUTES, name, size: sizeBytes }), content, sizeBytes);
    } catch (error) {
      throw asBroken(error, name);
    }
  }
  tar.finalize();
}

/** Streams of tar-stream are not those of Node: `pipeline` does not see them close, so the writing is done here. */
async function write(entry: ReturnType<Pack['entry']>, content: Readable, sizeBytes: number): Promise<void> {
  const closed = new Promise<void>((resolve) => entry.once('close', resolve));
  entry.on('error', () => undefined); // an entry fails only with its tar, where the reason is kept
  let written = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    written += chunk.length;
    if (written > sizeBytes) throw new Fault('artefact-broken', `has more than ${sizeBytes} bytes`);
    if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), closed]);
    if (entry.destroyed) return;
  }
  entry.end(null);
  await closed;
}

const ATTRIBUTES = {
  mode: 0o444,
  uid: 0,
  gid: 0,
  mtime: new Date(0),
  type: 'file',
} as const satisfies Partial<Header>;
