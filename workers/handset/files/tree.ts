import type { FileStat, FileTree } from '../file-tree.ts';
import { FileError } from './file-error.ts';
import { INIT_NAMESPACE, Mounts, type Mount } from './mounts.ts';
import {
  contentOf,
  fill,
  makeDirectoryNode,
  makeFileNode,
  makeFileSystem,
  makeLinkNode,
  release,
  type DirectoryNode,
  type FileSystem,
  type Node,
} from './node.ts';
import { demand, ROOT_UID, SHELL_UID } from './permission.ts';
import { createWalk, namesOf, type Walk } from './walk.ts';

/** All that the handset keeps in files, over all its file systems. */
export const MOST_BYTES = 1 << 30;
const TMPFS_BYTES = 64 << 20;

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

interface Shared {
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

function writers(shared: Shared, walk: Walk, uid: number) {
  const ownerIn = (parent: DirectoryNode, mode: number) => ({
    mode,
    uid,
    gid: (parent.mode & 0o2000) === 0 ? uid : parent.gid,
    mtimeMs: shared.nowMs(),
    selinux: parent.selinux,
  });
  /** The folder of a path and the last name, checked for writing. */
  const place = (path: string): { parent: DirectoryNode; name: string } => {
    const { parent, name } = walk.place(path);
    demand(parent, uid, 'write', path);
    demand(parent, uid, 'search', path);
    return { parent, name };
  };
  const put = (path: string, bytes: Buffer, append: boolean, mode = 0o644): void => {
    const existing = walk.find(path);
    if (existing !== undefined) {
      demand(existing, uid, 'write', path);
      if (existing.kind === 'directory') throw new FileError('EISDIR', path);
      if (existing.kind === 'device') return;
      if (existing.kind !== 'file') throw new FileError('ENXIO', path);
      if (existing.serve !== null) throw new FileError('EACCES', path);
      fill(existing, bytes, path, append);
      existing.mtimeMs = shared.nowMs();
      return;
    }
    const { parent, name } = place(walk.resolve(path));
    const file = makeFileNode(parent.fileSystem, ownerIn(parent, mode));
    fill(file, bytes, path, false);
    parent.children.set(name, file);
    parent.mtimeMs = shared.nowMs();
  };

  const tree = {
    write(path: string, bytes: Uint8Array | string, how: Parameters<FileTree['write']>[2] = {}) {
      put(path, toBuffer(bytes), false, how.mode);
      const { mode, uid: owner, gid, mtimeMs } = how;
      const node = walk.get(path);
      if (mode !== undefined) node.mode = mode & 0o7777;
      if (owner !== undefined) node.uid = owner;
      if (gid !== undefined) node.gid = gid;
      if (mtimeMs !== undefined) node.mtimeMs = mtimeMs;
    },
    append(path: string, bytes: Uint8Array) {
      put(path, toBuffer(bytes), true);
    },
    makeDirectory(path: string, how: { mode?: number; parents?: boolean } = {}): void {
      const existing = walk.find(path);
      if (existing !== undefined) {
        if (how.parents === true && existing.kind === 'directory') return;
        throw new FileError('EEXIST', path);
      }
      const names = namesOf(path);
      if (how.parents === true && names.length > 1) tree.makeDirectory(`/${names.slice(0, -1).join('/')}`, how);
      const { parent, name } = place(path);
      parent.children.set(name, makeDirectoryNode(parent.fileSystem, ownerIn(parent, how.mode ?? 0o755)));
    },
    symlink(target: string, path: string) {
      const { parent, name } = place(path);
      if (parent.children.has(name)) throw new FileError('EEXIST', path);
      parent.children.set(name, makeLinkNode(parent.fileSystem, ownerIn(parent, 0o777), target));
    },
    remove(path: string, how: { recursive?: boolean } = {}) {
      const node = walk.get(path, { followLast: false });
      const { parent, name } = place(path);
      if (walk.isMountPoint(parent, name)) throw new FileError('EBUSY', path);
      if ((parent.mode & 0o1000) !== 0 && uid !== ROOT_UID && node.uid !== uid && parent.uid !== uid) {
        throw new FileError('EPERM', path);
      }
      if (node.kind === 'directory' && node.children.size > 0 && how.recursive !== true) {
        throw new FileError('ENOTEMPTY', path);
      }
      release(node);
      parent.children.delete(name);
    },
    rename(from: string, to: string) {
      const node = walk.get(from, { followLast: false });
      const source = place(from);
      const target = place(to);
      if (source.parent.fileSystem !== target.parent.fileSystem) throw new FileError('EXDEV', to);
      if (node.kind === 'directory' && `${walk.resolve(to)}/`.startsWith(`${walk.resolve(from)}/`)) {
        throw new FileError('EINVAL', to);
      }
      const hidden = target.parent.children.get(target.name);
      if (hidden === node) return;
      if (hidden?.kind === 'directory') throw new FileError(hidden.children.size > 0 ? 'ENOTEMPTY' : 'EISDIR', to);
      if (hidden !== undefined) release(hidden);
      source.parent.children.delete(source.name);
      target.parent.children.set(target.name, node);
    },
    change(path: string, what: Parameters<FileTree['change']>[1]) {
      const node = walk.get(path);
      if (uid !== ROOT_UID && node.uid !== uid) throw new FileError('EPERM', path);
      if (node.fileSystem.readOnly) throw new FileError('EROFS', path);
      if (uid !== ROOT_UID && ((what.uid ?? node.uid) !== node.uid || what.selinux !== undefined)) {
        throw new FileError(uid === SHELL_UID && what.selinux !== undefined ? 'EACCES' : 'EPERM', path);
      }
      if (what.mode !== undefined) node.mode = what.mode & 0o7777;
      if (what.uid !== undefined) node.uid = what.uid;
      if (what.gid !== undefined) node.gid = what.gid;
      if (what.mtimeMs !== undefined) node.mtimeMs = what.mtimeMs;
      if (what.selinux !== undefined) node.selinux = what.selinux;
    },
  };
  return tree;
}

function mounters(shared: Shared, walk: Walk, viewPid: number) {
  return {
    mount(kind: 'tmpfs' | 'bind', target: string, source: string | null, namespacePid = viewPid) {
      const seeing = createWalk(shared.root, (node) => shared.mounts.seen(node, namespacePid), ROOT_UID);
      const over = seeing.get(target);
      const owner = { mode: 0o755, uid: 0, gid: 0, mtimeMs: shared.nowMs(), selinux: 'u:object_r:tmpfs:s0' };
      const room = { readOnly: false, mostBytes: TMPFS_BYTES, budget: shared.budget };
      const root =
        kind === 'tmpfs' ? makeDirectoryNode(makeFileSystem('tmpfs', 'tmpfs', room), owner) : seeing.get(source ?? '');
      if ((over.kind === 'directory') !== (root.kind === 'directory')) throw new FileError('ENOTDIR', target);
      const at = seeing.resolve(target);
      shared.mounts.add({ kind, over, root, target: at, fileSystem: root.fileSystem }, namespacePid);
    },
    unmount(target: string, namespacePid = viewPid) {
      const seeing = createWalk(shared.root, (node) => shared.mounts.seen(node, namespacePid), ROOT_UID);
      shared.mounts.remove(seeing.get(target), seeing.resolve(target), namespacePid);
    },
    mounts: () => shared.mounts.of(viewPid),
    newFileSystem: (device: string, type: string) =>
      makeFileSystem(device, type, { readOnly: false, mostBytes: MOST_BYTES, budget: shared.budget }),
    unmountAll: () => shared.mounts.clear(),
    cloneNamespace: (parentPid: number, pid: number) => shared.mounts.clone(parentPid, pid),
    dropNamespace: (pid: number) => shared.mounts.drop(pid),
    serve(path: string, content: () => string | Uint8Array) {
      const { parent, name } = walk.place(path, { make: true, mtimeMs: shared.nowMs() });
      const owner = { mode: 0o444, uid: 0, gid: 0, mtimeMs: shared.nowMs(), selinux: parent.selinux };
      const file = makeFileNode(parent.fileSystem, owner);
      file.serve = content;
      parent.children.set(name, file);
    },
    plant(path: string, make: (fileSystem: FileSystem) => Node) {
      const { parent, name } = walk.place(path, { make: true, mtimeMs: shared.nowMs() });
      parent.children.set(name, make(parent.fileSystem));
    },
  };
}

function toBuffer(bytes: Uint8Array | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
