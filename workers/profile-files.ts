import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { Fault, printable } from '../orchestrator/contract/fault.ts';

/** A file of a folder of profiles, read whole. */
export interface ProfileFile {
  /** Path inside its folder, with forward slashes: `roles/ads.json`. */
  readonly path: string;
  /** For people: the path, led by the folder's own name where it is a user's. */
  readonly shown: string;
  readonly bytes: Buffer;
}

const MOST_BYTES = 1_048_576;
const MOST_FILES = 1000;
const FORMATS = /\.(json|yaml|yml)$/;
/** Enough for a licence that is written once and referred to; an alias bomb needs more. */
const MOST_YAML_ALIASES = 100;

/**
 * The profile files of a folder, in order of their paths: `functions/*`, `roles/*` and `sdks.*`, as JSON or YAML. Any
 * of the three may be missing, the folder itself may not.
 *
 * @throws Fault `profile-malformed` where the folder holds none, or a file is too large or cannot be read.
 */
export async function readProfileFolder(directory: string, shipped: boolean): Promise<readonly ProfileFile[]> {
  const top = await namesIn(directory, directory);
  const paths = top.filter((name) => /^sdks\./.test(name) && FORMATS.test(name));
  for (const folder of ['functions', 'roles']) {
    if (!top.includes(folder)) continue;
    const names = await namesIn(join(directory, folder), directory);
    paths.push(...names.filter((name) => FORMATS.test(name)).map((name) => `${folder}/${name}`));
  }
  if (paths.length === 0) {
    throw malformed(directory, 'no profiles: expected functions/*, roles/* or sdks.* as .json, .yaml or .yml.');
  }
  if (paths.length > MOST_FILES) throw malformed(directory, `more than ${MOST_FILES} profile files.`);
  const label = shipped ? '' : `${basename(resolve(directory))}/`;
  const files: ProfileFile[] = [];
  for (const path of paths.sort()) {
    files.push({ path, shown: `${label}${path}`, bytes: await bytesOf(join(directory, path)) });
  }
  return files;
}

/** The value of a file by its schema. @throws Fault `profile-malformed` with file, path inside it, and what was expected. */
export function parseProfile<T>(file: ProfileFile, schema: z.ZodType<T>): T {
  const result = schema.safeParse(valueOf(file));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the whole file';
  throw malformed(file.shown, `${where}: ${issue?.message ?? 'not valid'}.`);
}

export function malformed(where: string, why: string, cause?: unknown): Fault {
  return new Fault('profile-malformed', `${printable(where)}: ${printable(why, 400)}`, { cause });
}

function valueOf({ path, shown, bytes }: ProfileFile): unknown {
  const text = bytes.toString('utf8');
  const json = path.endsWith('.json');
  try {
    return json ? JSON.parse(text) : parseYaml(text, { maxAliasCount: MOST_YAML_ALIASES, logLevel: 'error' });
  } catch (cause) {
    throw malformed(shown, `not ${json ? 'JSON' : 'YAML'} (${String(cause)}).`, cause);
  }
}

async function namesIn(directory: string, folder: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw malformed(folder, 'the folder of profiles cannot be read.', cause);
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  let size: number;
  try {
    const about = await stat(path);
    if (!about.isFile()) throw malformed(path, 'not a file.');
    size = about.size;
    if (size <= MOST_BYTES) return await readFile(path);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw malformed(path, 'the file cannot be read.', cause);
  }
  throw malformed(path, `${size} bytes, more than ${MOST_BYTES}.`);
}
