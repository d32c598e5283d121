import { createHash, X509Certificate } from 'node:crypto';
import type { FileTree } from '../file-tree.ts';
import type { InstalledPackage } from '../system.ts';

const SYSTEM_STORE = '/system/etc/security/cacerts';
const APEX_STORE = '/apex/com.android.conscrypt/cacerts';
const USER_STORE = '/data/misc/user/0/cacerts-added';
/** Apps that target less than this trust the user's certificates by default (network security configuration). */
const NO_USER_STORE_SINCE_TARGET = 24;
const MOST_ANCHORS = 1000;
const MOST_CACHED = 32;

/**
 * The certificates that an app's process trusts, as PEM, from the files that its own mount namespace shows: the
 * Conscrypt module's folder since Android 14 where it is there, else the system's; and the user's for old apps.
 */
export function trustAnchors(
  files: FileTree,
  app: Pick<InstalledPackage, 'facts' | 'system'>,
  apiLevel: number,
): string[] {
  const store = apiLevel >= 34 && files.stat(APEX_STORE)?.kind === 'directory' ? APEX_STORE : SYSTEM_STORE;
  const withUser = app.facts.targetSdk < NO_USER_STORE_SINCE_TARGET && !app.system;
  return [store, ...(withUser ? [USER_STORE] : [])].flatMap((folder) => readStore(files, folder));
}

function readStore(files: FileTree, folder: string): string[] {
  if (files.stat(folder)?.kind !== 'directory') return [];
  const names = files.list(folder).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  return names.slice(0, MOST_ANCHORS).flatMap((name) => certificatesIn(files.read(`${folder}/${name}`)));
}

/** Parsed files by digest: the stores are read again for each connection, but their files hardly ever change. */
const parsed = new Map<string, string[]>();

function certificatesIn(bytes: Buffer): string[] {
  const key = createHash('sha256').update(bytes).digest('hex');
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const found: string[] = [];
  const blocks = bytes
    .subarray(0, 65_536)
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  for (const block of blocks ?? []) {
    try {
      found.push(new X509Certificate(block).toString());
    } catch {
      continue; // a file that is no certificate is skipped, as Conscrypt's TrustedCertificateStore does
    }
  }
  if (parsed.size >= MOST_CACHED * 10) parsed.clear();
  parsed.set(key, found);
  return found;
}
