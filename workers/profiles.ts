import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import { FunctionProfile, RoleProfile, type ProfileSet } from '../orchestrator/contract/profile.ts';

const shippedDirectory = fileURLToPath(new URL('../profiles', import.meta.url));

const RoleFile = z.strictObject({ title: z.string(), roles: z.array(RoleProfile).min(1) });

interface ProfileFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Reads every declared function and the table of destination roles.
 *
 * @param directory holds `roles.json` and `functions/*.json`; the shipped profiles when absent.
 * @returns functions sorted by name, roles in file order, and a SHA-256 over all files (name, length, bytes).
 * @throws Fault `profile-malformed` naming the file and the path inside it.
 */
export async function loadProfiles(directory: string = shippedDirectory): Promise<ProfileSet> {
  const functionNames = await namesIn(join(directory, 'functions'));
  const files: ProfileFile[] = [];
  for (const path of [...functionNames.map((name) => `functions/${name}`), 'roles.json']) {
    files.push({ path, bytes: await bytesOf(directory, path) });
  }
  const roles = parse(files.at(-1)!, RoleFile).roles;
  const functions = files.slice(0, -1).map((file) => parse(file, FunctionProfile));
  checkTogether(functions, roles, functionNames);
  return { functions, roles, digest: digestOf(files) };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
  } catch (cause) {
    throw new Fault('profile-malformed', `${directory}: the folder of declared functions cannot be read.`, { cause });
  }
}

async function bytesOf(directory: string, path: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, path));
  } catch (cause) {
    throw new Fault('profile-malformed', `${join(directory, path)}: the file cannot be read.`, { cause });
  }
}

function parse<T>(file: ProfileFile, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString('utf8'));
  } catch (cause) {
    throw new Fault('profile-malformed', `${file.path}: not JSON (${printable(String(cause))}).`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the whole file';
  throw new Fault(
    'profile-malformed',
    `${file.path}: ${printable(where)}: ${printable(issue?.message ?? 'not valid')}.`,
  );
}

/** What no single file can show: names that match their files, roles that exist, one function for the unknown. */
function checkTogether(
  functions: readonly FunctionProfile[],
  roles: readonly RoleProfile[],
  fileNames: readonly string[],
): void {
  const known = new Set(roles.map(({ role }) => role));
  functions.forEach((one, index) => {
    const file = `functions/${fileNames[index]}`;
    if (`${one.name}.json` !== fileNames[index]) {
      throw new Fault('profile-malformed', `${file}: name: '${printable(one.name)}' is not the name of the file.`);
    }
    one.licences.forEach((licence, at) => {
      const stranger = licence.roles?.find((role) => !known.has(role));
      if (stranger === undefined) return;
      const where = `${file}: licences.${at}.roles`;
      throw new Fault('profile-malformed', `${where}: '${printable(stranger)}' is no role of roles.json.`);
    });
  });
  if (!functions.some(({ name }) => name === 'unclassified')) {
    throw new Fault('profile-malformed', "functions: the function 'unclassified' is missing.");
  }
}

function digestOf(files: readonly ProfileFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes } of files) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}
