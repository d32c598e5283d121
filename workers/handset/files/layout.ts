import { readdirSync, readFileSync } from 'node:fs';
import type { OwnedTree } from './tree.ts';
import { makeDirectoryNode, makeLinkNode, makeSpecialNode, type FileSystem } from './node.ts';

interface Folder {
  readonly path: string;
  readonly mode: number;
  readonly owner?: number;
  readonly group?: number;
  readonly label?: string;
}

/** Folders of Android 9 to 16 that clients and apps look at (AOSP system/core/rootdir/init.rc). */
const FOLDERS: readonly Folder[] = [
  { path: '/system/bin', mode: 0o751, group: 2000 },
  { path: '/system/xbin', mode: 0o751, group: 2000 },
  { path: '/system/lib64', mode: 0o755 },
  { path: '/system/framework', mode: 0o755 },
  { path: '/system/app', mode: 0o755 },
  { path: '/system/priv-app', mode: 0o755 },
  { path: '/system/etc/security/cacerts', mode: 0o755 },
  { path: '/system/etc/permissions', mode: 0o755 },
  { path: '/vendor/bin', mode: 0o755, group: 2000 },
  { path: '/vendor/etc', mode: 0o755 },
  { path: '/product/app', mode: 0o755 },
  { path: '/system_ext/app', mode: 0o755 },
  { path: '/config', mode: 0o755 },
];

const DATA_FOLDERS: readonly Folder[] = [
  { path: '/data/app', mode: 0o771, owner: 1000, group: 1000, label: 'apk_data_file' },
  { path: '/data/data', mode: 0o771, owner: 1000, group: 1000, label: 'system_data_file' },
  { path: '/data/user', mode: 0o711, owner: 1000, group: 1000, label: 'system_data_file' },
  { path: '/data/user_de/0', mode: 0o771, owner: 1000, group: 1000, label: 'system_data_file' },
  { path: '/data/system', mode: 0o775, owner: 1000, group: 1000, label: 'system_data_file' },
  { path: '/data/misc', mode: 0o1771, owner: 1000, group: 9998, label: 'system_data_file' },
  { path: '/data/misc/user/0/cacerts-added', mode: 0o775, owner: 1000, group: 1000, label: 'keychain_data_file' },
  { path: '/data/anr', mode: 0o775, owner: 1000, group: 1000, label: 'anr_data_file' },
  { path: '/data/adb', mode: 0o700, label: 'adb_data_file' },
  { path: '/data/local', mode: 0o751, label: 'system_data_file' },
  { path: '/data/local/tmp', mode: 0o771, owner: 2000, group: 2000, label: 'shell_data_file' },
  { path: '/data/media/0', mode: 0o770, owner: 1023, group: 1023, label: 'media_rw_data_file' },
];

const SHARED_FOLDERS = ['Alarms', 'Android', 'DCIM', 'Documents', 'Download', 'Movies', 'Music', 'Pictures'];

const LINKS: readonly (readonly [string, string])[] = [
  ['/bin', '/system/bin'],
  ['/etc', '/system/etc'],
  ['/sdcard', '/storage/self/primary'],
  ['/storage/self/primary', '/storage/emulated/0'],
  ['/mnt/sdcard', '/storage/self/primary'],
  ['/d', '/sys/kernel/debug'],
  ['/data/user/0', '/data/data'],
];

export interface LayoutOptions {
  readonly apiLevel: number;
  readonly nowMs: number;
}

/** Fills an empty tree as a freshly wiped image would be. */
export function layOut(tree: OwnedTree, { apiLevel, nowMs }: LayoutOptions): void {
  const root = tree.fileSystem('/');
  const fileSystems: Record<string, FileSystem> = {
    '/data': tree.newFileSystem('/dev/block/dm-8', 'ext4'),
    '/dev': tree.newFileSystem('tmpfs', 'tmpfs'),
    '/proc': tree.newFileSystem('proc', 'proc'),
    '/sys': tree.newFileSystem('sysfs', 'sysfs'),
    '/apex': tree.newFileSystem('tmpfs', 'tmpfs'),
    '/mnt': tree.newFileSystem('tmpfs', 'tmpfs'),
    '/storage': tree.newFileSystem('tmpfs', 'tmpfs'),
  };
  const folder = (spec: Folder, fileSystem: FileSystem): void => {
    const label = spec.label ?? 'system_file';
    const owner = {
      mode: spec.mode,
      uid: spec.owner ?? 0,
      gid: spec.group ?? 0,
      mtimeMs: nowMs,
      selinux: `u:object_r:${label}:s0`,
    };
    tree.plant(spec.path, () => makeDirectoryNode(fileSystem, owner));
  };
  folder({ path: '/system', mode: 0o755 }, root);
  for (const spec of FOLDERS) folder(spec, root);
  for (const [path, fileSystem] of Object.entries(fileSystems)) {
    const data = path === '/data';
    folder({ path, mode: data ? 0o771 : 0o755, ...(data ? { owner: 1000, group: 1000 } : {}) }, fileSystem);
  }
  const under = (path: string): FileSystem => tree.fileSystem(path);
  for (const spec of DATA_FOLDERS) folder(spec, under('/data'));
  folder({ path: '/storage/self', mode: 0o755 }, under('/storage'));
  folder({ path: '/storage/emulated', mode: 0o755 }, under('/storage'));
  const shared = { mode: 0o2770, owner: 1023, group: 9997, label: 'fuse' };
  folder({ path: '/storage/emulated/0', ...shared }, under('/storage'));
  for (const name of SHARED_FOLDERS) folder({ path: `/storage/emulated/0/${name}`, ...shared }, under('/storage'));
  const link = { mode: 0o777, uid: 0, gid: 0, mtimeMs: nowMs, selinux: 'u:object_r:rootfs:s0' };
  for (const [path, target] of LINKS) tree.plant(path, (fileSystem) => makeLinkNode(fileSystem, link, target));
  plantDevices(tree, nowMs);
  plantAnchors(tree, apiLevel, nowMs);
  tree.write('/system/framework/framework-res.apk', Buffer.alloc(0), { mode: 0o644 });
  tree.write('/system/etc/hosts', '127.0.0.1       localhost\n::1             ip6-localhost\n', { mode: 0o644 });
}

/** The image is complete: from here on /system takes no writes, unless it was asked for. */
export function sealSystem(tree: OwnedTree, writableSystem: boolean): void {
  tree.fileSystem('/').readOnly = !writableSystem;
}

function plantDevices(tree: OwnedTree, nowMs: number): void {
  const owner = { mode: 0o666, uid: 0, gid: 0, mtimeMs: nowMs, selinux: 'u:object_r:null_device:s0' };
  for (const name of ['null', 'zero', 'urandom', 'random', 'tty', 'goldfish_pipe', 'qemu_pipe']) {
    tree.plant(`/dev/${name}`, (fileSystem) => makeSpecialNode(fileSystem, owner, 'device'));
  }
  tree.plant('/dev/socket/qemud', (fileSystem) => makeSpecialNode(fileSystem, owner, 'socket'));
}

/** The system's trust anchors: real certificates, made for the handset; nobody has their keys. */
function plantAnchors(tree: OwnedTree, apiLevel: number, nowMs: number): void {
  const folder = new URL('./anchors/', import.meta.url);
  const label = 'u:object_r:system_security_cacerts_file:s0';
  const places = ['/system/etc/security/cacerts'];
  if (apiLevel >= 34) {
    const owner = { mode: 0o755, uid: 0, gid: 0, mtimeMs: nowMs, selinux: label };
    tree.plant('/apex/com.android.conscrypt/cacerts', (fileSystem) => makeDirectoryNode(fileSystem, owner));
    places.push('/apex/com.android.conscrypt/cacerts');
  }
  for (const place of places) {
    tree.change(place, { selinux: label });
    for (const name of readdirSync(folder)) {
      tree.write(`${place}/${name}`, readFileSync(new URL(name, folder)), { mode: 0o644, mtimeMs: nowMs });
    }
  }
}
