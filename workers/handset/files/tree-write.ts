import type { FileTree } from '../file-tree.ts';
import { FileError } from './file-error.ts';
import { fill, makeDirectoryNode, makeFileNode, makeLinkNode, release, type DirectoryNode } from './node.ts';
import { demand, ROOT_UID, SHELL_UID } from './permission.ts';
import type { Shared } from './tree.ts';
import { namesOf, type Walk } from './walk.ts';

export function writers(shared: Shared, walk: Walk, uid: number) {
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

function toBuffer(bytes: Uint8Array | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
