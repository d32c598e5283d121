import type { FileStat, FileTree } from '../file-tree.ts';
import { FileError } from './file-error.ts';
import { INIT_NAMESPACE, Mounts, type Mount } from './mounts.ts';
import {
  contentOf,
  makeDirectoryNode,
  makeFileSystem,
  type DirectoryNode,
  type FileSystem,
  type Node,
} from './node.ts';
import { demand } from './permission.ts';
import { mounters } from './tree-mount.ts';
import { writers } from './tree-write.ts';
import { createWalk, type Walk } from './walk.ts';

/** All that the handset keeps in files, over all its file systems. */
export const MOST_BYTES = 1 << 30;

/** The tree with what only the shell, adbd and the layout need. */
export interface OwnedTree extends FileTree {
  within(namespacePid: number): OwnedTree;
  asUser(uid: number): OwnedTree;
  append(path: string, bytes: Uint8Array): void;
  /** Throws where that uid may not. */
  checkAccess(path: string, access: 'read' | 'write' | 'search'): void;
  mounts(): readonly Mount[];
  fileSystem(path: string): FileSystem;
  /** A file system that draws on the same budget as the others. */
  newFileSystem(device: string, type: string): FileSystem;
  /** Puts a node of another kind or file system in place, for the layout. */
  plant(path: string, make: (fileSystem: FileSystem) => Node): void;
  unmountAll(): void;
  leftBytes(): number;
  inode(path: string): number;
}

/** What all views of one tree share. */
export interface Shared {
  readonly root: DirectoryNode;
  readonly mounts: Mounts;
  readonly budget: { leftBytes: number };
  readonly nowMs: () => number;
}

/** An empty tree: one read-only root file system, as Android's. */
export function openTree(nowMs: () => number, mostBytes = MOST_BYTES): OwnedTree {
  const budget = { leftBytes: mostBytes };
  const system = makeFileSystem('/dev/block/dm-5', 'ext4', { readOnly: false, mostBytes, budget });
  const owner = { mode: 0o755, uid: 0, gid: 0, mtimeMs: nowMs(), selinux: 'u:object_r:rootfs:s0' };
  return viewOf({ root: makeDirectoryNode(system, owner), mounts: new Mounts(), budget, nowMs }, INIT_NAMESPACE, 0);
}

function viewOf(shared: Shared, namespacePid: number, uid: number): OwnedTree {
  const walk = createWalk(shared.root, (node) => shared.mounts.seen(node, namespacePid), uid);
  return {
    ...readers(shared, walk, uid),
    ...writers(shared, walk, uid),
    ...mounters(shared, walk, namespacePid),
    within: (pid) => viewOf(shared, pid, uid),
    asUser: (other) => viewOf(shared, namespacePid, other),
  };
}

function statOf(node: Node): FileStat {
  const { kind, mode, uid, gid, mtimeMs, selinux } = node;
  const sizeBytes =
    node.kind === 'file' ? node.sizeBytes : node.kind === 'link' ? Buffer.byteLength(node.target) : 4096;
  return { kind, mode, uid, gid, mtimeMs, selinux, sizeBytes: kind === 'device' || kind === 'socket' ? 0 : sizeBytes };
}

function readers(shared: Shared, walk: Walk, uid: number) {
  return {
    stat(path: string) {
      const node = walk.find(path);
      return node === undefined ? undefined : statOf(node);
    },
    linkStat(path: string) {
      const node = walk.find(path, { followLast: false });
      return node === undefined ? undefined : statOf(node);
    },
    read(path: string): Buffer {
      const node = walk.get(path);
      demand(node, uid, 'read', path);
      if (node.kind === 'directory') throw new FileError('EISDIR', path);
      if (node.kind === 'device') return Buffer.alloc(0);
      if (node.kind !== 'file') throw new FileError('ENXIO', path);
      return contentOf(node);
    },
    list(path: string): string[] {
      const folder = walk.directory(path);
      demand(folder, uid, 'read', path);
      return [...folder.children.keys()].sort();
    },
    resolve: (path: string) => walk.resolve(path),
    readLink(path: string): string {
      const node = walk.get(path, { followLast: false });
      if (node.kind !== 'link') throw new FileError('EINVAL', path);
      return node.target;
    },
    checkAccess(path: string, access: 'read' | 'write' | 'search') {
      demand(walk.get(path), uid, access, path);
    },
    fileSystem: (path: string) => walk.get(path).fileSystem,
    inode: (path: string) => walk.get(path, { followLast: false }).inode,
    leftBytes: () => shared.budget.leftBytes,
  };
}
