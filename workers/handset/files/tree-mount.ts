import { FileError } from './file-error.ts';
import { makeDirectoryNode, makeFileNode, makeFileSystem, type FileSystem, type Node } from './node.ts';
import { ROOT_UID } from './permission.ts';
import { MOST_BYTES, type Shared } from './tree.ts';
import { createWalk, type Walk } from './walk.ts';

const TMPFS_BYTES = 64 << 20;

export function mounters(shared: Shared, walk: Walk, viewPid: number) {
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
