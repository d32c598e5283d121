import { FileError } from './file-error.ts';
import type { Node } from './node.ts';

/** Android's fixed ids (AOSP system/core/libcutils, android_filesystem_config.h). */
export const ROOT_UID = 0;
export const SHELL_UID = 2000;
const EVERYBODY_GID = 9997;

const NAMES: Readonly<Record<number, string>> = {
  0: 'root',
  1000: 'system',
  1001: 'radio',
  1004: 'input',
  1005: 'audio',
  1007: 'log',
  1010: 'wifi',
  1011: 'adb',
  1015: 'sdcard_rw',
  1017: 'keystore',
  1023: 'media_rw',
  1028: 'sdcard_r',
  1051: 'netd',
  1078: 'ext_data_rw',
  1079: 'ext_obb_rw',
  2000: 'shell',
  2001: 'cache',
  3001: 'net_bt_admin',
  3002: 'net_bt',
  3003: 'inet',
  3006: 'net_bw_stats',
  3009: 'readproc',
  3011: 'uhid',
  3012: 'readtracefs',
  9997: 'everybody',
  9999: 'nobody',
};

const SHELL_GROUPS: readonly number[] = [
  1004, 1007, 1011, 1015, 1028, 1078, 1079, 3001, 3002, 3003, 3006, 3009, 3011, 3012, 9997,
];

/** The groups that a process of that uid has besides the group of the same number. */
export function groupsOf(uid: number): readonly number[] {
  if (uid === SHELL_UID) return SHELL_GROUPS;
  if (uid >= 10_000) return [3003, EVERYBODY_GID];
  return [];
}

/** `shell`, `u0_a123` (bionic's getpwuid), or the number where it has no name. */
export function userName(id: number): string {
  const fixed = NAMES[id];
  if (fixed !== undefined) return fixed;
  const user = Math.floor(id / 100_000);
  const app = id % 100_000;
  if (app >= 90_000) return `u${user}_i${app - 90_000}`;
  if (app >= 10_000 && app < 20_000) return `u${user}_a${app - 10_000}`;
  return String(id);
}

/** The uid of a name or a number; undefined where there is none. */
export function userId(name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  for (const [id, known] of Object.entries(NAMES)) if (known === name) return Number(id);
  const app = /^u(\d{1,3})_a(\d{1,4})$/.exec(name);
  if (app !== null) return Number(app[1]) * 100_000 + 10_000 + Number(app[2]);
  return undefined;
}

export type Access = 'read' | 'write' | 'search';
const BITS: Readonly<Record<Access, number>> = { read: 4, write: 2, search: 1 };

export function allowed(node: Node, uid: number, access: Access): boolean {
  if (uid === ROOT_UID) return true;
  const bit = BITS[access];
  if (node.uid === uid) return (node.mode & (bit << 6)) !== 0;
  if (node.gid === uid || groupsOf(uid).includes(node.gid)) return (node.mode & (bit << 3)) !== 0;
  return (node.mode & bit) !== 0;
}

/** Throws EACCES, or EROFS where nobody may write. */
export function demand(node: Node, uid: number, access: Access, path: string): void {
  // The kernel asks the file system first, then the permission bits (Linux namei.c, sb_permission).
  if (access === 'write' && node.fileSystem.readOnly) throw new FileError('EROFS', path);
  if (!allowed(node, uid, access)) throw new FileError('EACCES', path);
}
