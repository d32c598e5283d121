import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BundleManifest } from '../contract/bundle.ts';
import { Fault, printable } from '../contract/fault.ts';
import { digestFile, isPresent, namesIn, syncToDisk, writeDurably } from './durable.ts';
import { Holder, lives, thisProcess } from './process-lock.ts';

export const MANIFEST_FILE = 'manifest.json';

/** What the examiner knows when it seals; files, run and time are the bundle's own. */
export type ManifestFields = Omit<BundleManifest, 'schema' | 'run' | 'sealedAt' | 'files'>;

/** An evidence bundle that is being written. Disposed unsealed, it stays as `<run>.crashed`: nothing is deleted. */
export interface OpenBundle extends AsyncDisposable {
  readonly run: string;
  /** Where to write; `<root>/<run>.partial` until it is sealed. */
  readonly directory: string;
  /** A path inside the bundle. @throws Fault `usage` for a name that leads out of it or is the manifest's */
  path(name: string): string;
  /**
   * Digests every file, writes the manifest, makes all read-only and gives the bundle its name `<root>/<run>`.
   * @throws Fault `bundle-broken` for what is no regular file, `contract-broken` where it was sealed before
   */
  seal(fields: ManifestFields): Promise<SealedBundle>;
}

export interface SealedBundle {
  readonly run: string;
  readonly directory: string;
  /** SHA-256 of manifest.json: the name of the bundle in the ledger. */
  readonly digest: string;
  readonly manifest: BundleManifest;
}

/** Begins the bundle of one run. @throws Fault `contract-broken` where one of that run exists already */
export async function openBundle(options: { root: string; run: string }): Promise<OpenBundle> {
  const { root, run } = options;
  if (!/^[a-z0-9][a-z0-9-]{0,127}$/.test(run)) throw new Fault('usage', `not the name of a run: ${printable(run)}`);
  const sealed = path.join(root, run);
  const partial = `${sealed}.partial`;
  await mkdir(root, { recursive: true });
  for (const taken of [sealed, partial, `${sealed}.crashed`]) {
    if (await isPresent(taken)) throw new Fault('contract-broken', `there is a bundle already: ${printable(taken)}`);
  }
  // Beside the bundle, there before it and until after it: a sweep never sees a living bundle without its holder.
  await writeFile(`${sealed}.holder`, JSON.stringify(await thisProcess()));
  await mkdir(partial);
  let isOpen = true;

  async function leaveCrashed(): Promise<void> {
    await rename(partial, `${sealed}.crashed`);
    await rm(`${sealed}.holder`, { force: true });
  }

  return {
    run,
    directory: partial,
    path: (name) => pathInside(partial, name),
    async seal(fields) {
      if (!isOpen) throw new Fault('contract-broken', `bundle ${run} is sealed already`);
      isOpen = false;
      return sealDirectory(partial, sealed, run, fields).catch(async (error: unknown) => {
        await leaveCrashed().catch(() => undefined); // the error that came first matters
        throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      await leaveCrashed();
    },
  };
}

/**
 * Marks bundles that a dead process left half-written as `<run>.crashed`, keeping all that is in them.
 * @returns the runs that were marked
 */
export async function sweepPartial(root: string): Promise<string[]> {
  const swept: string[] = [];
  const names = await namesIn(root);
  const runs = new Set(names.filter((name) => /\.(partial|holder)$/.test(name)).map((name) => path.parse(name).name));
  for (const run of runs) {
    const holder = path.join(root, `${run}.holder`);
    if (await isHeld(holder)) continue;
    if (names.includes(`${run}.partial`)) {
      await rename(path.join(root, `${run}.partial`), path.join(root, `${run}.crashed`));
      swept.push(run);
    }
    await rm(holder, { force: true });
  }
  return swept.sort();
}

/**
 * Reads a sealed bundle and checks every digest; a file too many is as wrong as one too few.
 * @param expected the manifest's digest as the ledger has it
 * @throws Fault `bundle-missing`, or `bundle-broken` naming the file
 */
export async function readBundle(directory: string, expected?: string): Promise<SealedBundle> {
  const text = await readFile(path.join(directory, MANIFEST_FILE), 'utf8').catch(() => {
    throw new Fault('bundle-missing', `no manifest in ${printable(directory)}`);
  });
  const digest = createHash('sha256').update(text).digest('hex');
  if (expected !== undefined && digest !== expected) throw broken(MANIFEST_FILE, 'is not the one that was sealed');
  const manifest = parseManifest(text);
  const present = new Set(await listFiles(directory));
  for (const file of manifest.files) {
    const place = pathInside(directory, file.path);
    if (!present.delete(file.path)) throw broken(file.path, 'is missing');
    const found = await digestFile(place);
    if (found.sizeBytes !== file.sizeBytes)
      throw broken(file.path, `has ${found.sizeBytes} bytes, not ${file.sizeBytes}`);
    if (found.sha256 !== file.sha256) throw broken(file.path, `has SHA-256 ${found.sha256}, not ${file.sha256}`);
  }
  for (const extra of present) throw broken(extra, 'is not in the manifest');
  return { run: manifest.run, directory, digest, manifest };
}

async function sealDirectory(
  partial: string,
  sealed: string,
  run: string,
  fields: ManifestFields,
): Promise<SealedBundle> {
  const files: BundleManifest['files'] = [];
  for (const name of await listFiles(partial)) {
    const file = path.join(partial, name);
    for (const place of [file, path.dirname(file)]) await syncToDisk(place);
    files.push({ path: name, ...(await digestFile(file)) });
  }
  const manifest = BundleManifest.parse({
    ...fields,
    schema: 'sleeptalk-bundle-1',
    run,
    sealedAt: new Date().toISOString(),
    files,
  });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeDurably(path.join(partial, MANIFEST_FILE), text);
  for (const name of [...files.map((file) => file.path), MANIFEST_FILE]) await chmod(path.join(partial, name), 0o444);
  await rename(partial, sealed);
  await syncToDisk(path.dirname(sealed));
  await rm(`${sealed}.holder`, { force: true });
  return { run, directory: sealed, digest: createHash('sha256').update(text).digest('hex'), manifest };
}

/** Every file below, as sorted paths with `/`, without the manifest. @throws Fault `bundle-broken` for links and such */
async function listFiles(directory: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(directory, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(directory, name)));
    else if (!entry.isFile()) throw broken(name, 'is neither a file nor a directory');
    else if (name !== MANIFEST_FILE) found.push(name);
  }
  return found.sort();
}

/** A path inside a bundle's folder. @throws Fault `usage` for a name that leads out of it or is the manifest's */
export function pathInside(directory: string, name: string): string {
  const parts = name.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0:]/.test(part));
  if (!isPlain || name === MANIFEST_FILE) {
    throw new Fault('usage', `not a path inside a bundle: ${printable(name)}`);
  }
  return path.join(directory, ...parts);
}

/** @throws Fault `bundle-broken` */
export function parseManifest(text: string): BundleManifest {
  try {
    return BundleManifest.parse(JSON.parse(text));
  } catch (error) {
    throw new Fault('bundle-broken', `${MANIFEST_FILE} cannot be read`, { cause: error });
  }
}

async function isHeld(holder: string): Promise<boolean> {
  try {
    return await lives(Holder.parse(JSON.parse(await readFile(holder, 'utf8'))));
  } catch {
    return false; // no readable holder: nobody who lives writes there
  }
}

function broken(file: string, how: string): Fault {
  return new Fault('bundle-broken', `${printable(file)} ${how}`);
}
