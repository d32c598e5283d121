import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { FunctionProfile, type ProfileSet } from '../orchestrator/contract/profile.ts';
import { RoleFile, SdkFile } from '../orchestrator/contract/profile-file.ts';
import { checkReferences } from './profile-check.ts';
import { malformed, parseProfile, readProfileFolder, type ProfileFile } from './profile-files.ts';
import { ProfileMerge } from './profile-merge.ts';

const shippedDirectory = fileURLToPath(new URL('../profiles', import.meta.url));

export interface ProfileSources {
  /** Holds `functions/*`, `roles/*` and `sdks.json`; the shipped profiles when absent. */
  readonly directory?: string;
  /** A user's own folders, each of the same form; what they name takes the place of what stands before them. */
  readonly extra?: readonly string[];
}

/**
 * Reads the declared functions, the table of destination roles and that of SDKs.
 *
 * @returns functions and SDKs sorted by name, destinations in the order of their files, what was overridden, and a
 *   SHA-256 over all files (folder's number, path, length, bytes), the same wherever the folders lie.
 * @throws Fault `profile-malformed` naming the file, the path inside it and what was expected.
 */
export async function loadProfiles(sources: ProfileSources = {}): Promise<ProfileSet> {
  const merge = new ProfileMerge();
  const hash = createHash('sha256');
  const folders = [sources.directory ?? shippedDirectory, ...(sources.extra ?? [])];
  for (const [index, folder] of folders.entries()) {
    const files = await readProfileFolder(folder, index === 0);
    merge.beginFolder();
    for (const file of files) {
      hash.update(`${index}\0${file.path}\0${file.bytes.length}\0`).update(file.bytes);
      addFile(merge, file);
    }
  }
  const { functions, roles, sdks, overrides, places } = merge.result();
  checkReferences({ functions, roles, sdks }, places);
  return { functions, roles, sdks, overrides, digest: hash.digest('hex') };
}

function addFile(merge: ProfileMerge, file: ProfileFile): void {
  if (file.path.startsWith('roles/')) return merge.addRole(parseProfile(file, RoleFile), file.shown);
  if (file.path.startsWith('sdks.')) {
    for (const sdk of parseProfile(file, SdkFile).sdks) merge.addSdk(sdk, file.shown);
    return;
  }
  const profile = parseProfile(file, FunctionProfile);
  if (profile.name !== file.path.replace(/^functions\//, '').replace(/\.[a-z]+$/, '')) {
    throw malformed(file.shown, `name: '${profile.name}' is not the name of the file.`);
  }
  merge.addFunction(profile, file.shown);
}
