import { constants, inflateRaw, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';
import type { CodeFacts } from '../../../orchestrator/contract/apk.ts';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { chunkBytesFor, refuseBomb } from '../unpack.ts';
import type { ZipArchive, ZipEntry } from '../zip.ts';
import { readLocalHeader } from '../zip-local.ts';
import { openDex } from './dex.ts';
import { frameworksOf, holdsFrameworkText } from './frameworks.ts';
import { hostsInStrings, hostsInUrls, type FoundHosts } from './hosts.ts';

const DEX = /^classes([2-9]|[1-9]\d{1,2})?\.dex$/;
const DEFLATED = 8;
const MOST_FILE_BYTES = 64 * 1024 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;
/** Unpacked before they are looked at, on other threads, while the manifest is read on this one. */
const MOST_AHEAD_BYTES = 32 * 1024 * 1024;
/** Over all dex files; the largest apps have about a million. */
const MOST_STRINGS = 4_000_000;
const MOST_PACKAGES = 1000;
const MOST_SEGMENTS = 5;
const MOST_LIBRARIES = 300;

/** What was found in the code of one file, before it is joined with that of its splits. */
export interface CodeScan {
  dexFiles: number;
  classes: number;
  strings: number;
  readonly packages: Map<string, number>;
  readonly hosts: FoundHosts;
  readonly libraries: Map<string, Set<string>>;
  readonly frameworks: Set<string>;
  readonly damages: { readonly path: string; readonly detail: string }[];
  complete: boolean;
}

/**
 * Starts to look through dex files, and the files where frameworks keep their text, for packages and hosts. The scan
 * never rejects: a file that cannot be read is a damage among the findings.
 */
export async function scanCode(archive: ZipArchive, signal: AbortSignal): Promise<CodeScan> {
  const scan = emptyScan();
  const entries: ZipEntry[] = [];
  let total = 0;
  for (const entry of archive.entries.values()) {
    noteLibrary(entry.path, scan);
    if (!DEX.test(entry.path) && !holdsFrameworkText(entry.path)) continue;
    total += entry.uncompressedBytes;
    if (entry.uncompressedBytes > MOST_FILE_BYTES || total > MOST_BYTES) scan.complete = false;
    else entries.push(entry);
  }
  for (const framework of frameworksOf(archive.entries.keys())) scan.frameworks.add(framework);
  let ahead = 0;
  const waiting = entries.map((entry): (() => Promise<Buffer | Fault>) => {
    ahead += entry.uncompressedBytes;
    if (ahead > MOST_AHEAD_BYTES) return () => unpackAside(archive, entry);
    const started = unpackAside(archive, entry);
    return () => started;
  });
  for (const [index, entry] of entries.entries()) {
    const bytes = await (waiting[index]?.() ?? unpackAside(archive, entry));
    if (signal.aborted) break;
    if (bytes instanceof Fault) scan.damages.push({ path: entry.path, detail: bytes.detail });
    else look(entry.path, bytes, scan);
  }
  return scan;
}

export function emptyScan(): CodeScan {
  return {
    dexFiles: 0,
    classes: 0,
    strings: 0,
    packages: new Map(),
    hosts: new Map(),
    libraries: new Map(),
    frameworks: new Set(),
    damages: [],
    complete: true,
  };
}

const inflateAside = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);

/** As `unpack` does, on a thread of the pool. */
async function unpackAside(archive: ZipArchive, entry: ZipEntry): Promise<Buffer | Fault> {
  const size = entry.uncompressedBytes;
  try {
    const { dataOffset, refusal } = readLocalHeader(archive, entry);
    if (refusal !== null) return new Fault('apk-malformed', refusal);
    if (entry.method !== DEFLATED) return archive.view.slice(dataOffset, size);
    const packed = archive.view.slice(dataOffset, entry.compressedBytes);
    refuseBomb(entry, packed.length);
    if (size === 0) return Buffer.alloc(0);
    return await inflateAside(packed, {
      maxOutputLength: size,
      chunkSize: chunkBytesFor(size, packed.length),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    if (error instanceof Fault) return error;
    return new Fault('apk-malformed', `${printable(entry.path)} does not unpack to its declared size.`);
  }
}

function look(path: string, bytes: Buffer, scan: CodeScan): void {
  hostsInUrls(bytes, scan.hosts);
  if (!DEX.test(path)) return;
  try {
    const dex = openDex(bytes, printable(path));
    scan.strings += dex.strings;
    if (scan.strings > MOST_STRINGS) {
      scan.complete = false;
      return;
    }
    scan.dexFiles += 1;
    scan.classes += dex.classes;
    for (const name of dex.packages()) {
      const count = scan.packages.get(name);
      if (count !== undefined) scan.packages.set(name, count + 1);
      else if (scan.packages.size < MOST_PACKAGES * 20) scan.packages.set(name, 1);
      else scan.complete = false;
    }
    hostsInStrings(dex, scan.hosts);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    scan.damages.push({ path, detail: error.detail });
  }
}

function noteLibrary(path: string, scan: CodeScan): void {
  if (!path.startsWith('lib/')) return;
  const [, abi, name] = /^lib\/([A-Za-z0-9_-]{1,32})\/([^/]{1,120}\.so)$/.exec(path) ?? [];
  if (abi === undefined || name === undefined) return;
  const abis = scan.libraries.get(name) ?? new Set();
  if (scan.libraries.size >= MOST_LIBRARIES && abis.size === 0) scan.complete = false;
  else scan.libraries.set(name, abis.add(abi));
}

/** The scans of all files of an app as one. Packages are cut to five segments, which names every SDK. */
export function joinScans(scans: readonly CodeScan[]): CodeFacts {
  const packages = new Map<string, number>();
  const hosts: FoundHosts = new Map();
  const libraries = new Map<string, Set<string>>();
  for (const scan of scans) {
    for (const [name, count] of scan.packages) {
      const short = name.split('.', MOST_SEGMENTS).join('.');
      packages.set(short, (packages.get(short) ?? 0) + count);
    }
    for (const [host, { inUrl }] of scan.hosts) hosts.set(host, { inUrl: inUrl || hosts.get(host)?.inUrl === true });
    for (const [name, abis] of scan.libraries) {
      libraries.set(name, new Set([...(libraries.get(name) ?? []), ...abis]));
    }
  }
  const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);
  const counted = [...packages]
    .filter(([name]) => name !== '')
    .map(([name, classes]) => ({ name: printable(name), classes }))
    .sort((one, other) => other.classes - one.classes || byName(one, other));
  return {
    dexFiles: scans.reduce((sum, scan) => sum + scan.dexFiles, 0),
    classes: scans.reduce((sum, scan) => sum + scan.classes, 0),
    packages: counted.slice(0, MOST_PACKAGES),
    hosts: [...hosts]
      .map(([host, { inUrl }]) => ({ host, inUrl }))
      .sort((one, other) => (one.host < other.host ? -1 : 1)),
    frameworks: [...new Set(scans.flatMap((scan) => [...scan.frameworks]))].sort(),
    nativeLibraries: [...libraries]
      .map(([name, abis]) => ({ name: printable(name), abis: [...abis].sort() }))
      .sort(byName)
      .slice(0, MOST_LIBRARIES),
    complete: counted.length <= MOST_PACKAGES && scans.every((scan) => scan.complete && scan.damages.length === 0),
  };
}
