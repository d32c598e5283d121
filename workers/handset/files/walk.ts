import { FileError } from './file-error.ts';
import { makeDirectoryNode, type DirectoryNode, type Node } from './node.ts';
import { demand } from './permission.ts';

const MOST_LINKS = 40;
const MOST_PATH_CHARS = 4096;
const MOST_NAME_CHARS = 255;

interface FindOptions {
  /** False: the last component is not followed where it is a symbolic link. */
  readonly followLast?: boolean;
}

/** Finds nodes by path, as one user in one mount namespace. */
export interface Walk {
  /** Undefined where it is absent; throws where it may not be known (EACCES) or a parent is no folder. */
  find(path: string, options?: FindOptions): Node | undefined;
  get(path: string, options?: FindOptions): Node;
  directory(path: string): DirectoryNode;
  /** The folder that holds a path, and the last name. `make`: missing folders are made, unchecked. */
  place(path: string, options?: { make: true; mtimeMs: number }): { parent: DirectoryNode; name: string };
  resolve(path: string): string;
  isMountPoint(parent: DirectoryNode, name: string): boolean;
}

export function namesOf(path: string): string[] {
  if (!path.startsWith('/')) throw new FileError('ENOENT', path);
  if (path.length > MOST_PATH_CHARS || path.includes('\0')) throw new FileError('ENAMETOOLONG', path);
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

interface Step {
  readonly name: string;
  readonly node: Node;
}

export function createWalk(root: DirectoryNode, seen: (node: Node) => Node, uid: number): Walk {
  /** Walks; `trail` are the folders passed, so that `..` is the real parent. Ends early at an absent last name. */
  const follow = (path: string, followLast: boolean, budget: { links: number }, from: readonly Step[]): Step[] => {
    let trail: Step[] = path.startsWith('/') ? [] : [...from];
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    for (const [index, name] of names.entries()) {
      if (name.length > MOST_NAME_CHARS) throw new FileError('ENAMETOOLONG', path);
      const last = index === names.length - 1;
      if (name === '..') {
        trail = trail.slice(0, -1);
        continue;
      }
      const folder = trail.at(-1)?.node ?? seen(root);
      if (folder.kind !== 'directory') throw new FileError('ENOTDIR', path);
      demand(folder, uid, 'search', path);
      const child = folder.children.get(name);
      if (child === undefined) throw new Absent(path, last ? { trail, name } : null);
      const node = seen(child);
      if (node.kind === 'link' && (!last || followLast)) {
        if (budget.links++ >= MOST_LINKS) throw new FileError('ELOOP', path);
        trail = follow(node.target, true, budget, trail);
      } else {
        trail = [...trail, { name, node }];
      }
    }
    return trail;
  };

  const trailTo = (path: string, followLast = true): Step[] => {
    namesOf(path);
    return follow(path, followLast, { links: 0 }, []);
  };
  const get = (path: string, options: FindOptions = {}): Node =>
    trailTo(path, options.followLast ?? true).at(-1)?.node ?? seen(root);

  const directory = (path: string): DirectoryNode => {
    const node = get(path);
    if (node.kind !== 'directory') throw new FileError('ENOTDIR', path);
    return node;
  };
  const pathOf = (trail: readonly Step[]): string => `/${trail.map((step) => step.name).join('/')}`;

  return {
    get,
    directory,
    find(path, options) {
      try {
        return get(path, options);
      } catch (error) {
        if (error instanceof FileError && error.errno === 'ENOENT') return undefined;
        throw error;
      }
    },
    place(path, options) {
      const names = namesOf(path);
      const name = names.at(-1);
      if (name === undefined || name === '..') throw new FileError('EBUSY', path);
      const above = names.slice(0, -1);
      if (options === undefined) return { parent: directory(`/${above.join('/')}`), name };
      let parent = directory('/');
      for (const [index, part] of above.entries()) {
        if (!parent.children.has(part)) {
          const { mode, gid, selinux, fileSystem } = parent;
          const owner = { mode, uid: parent.uid, gid, selinux, mtimeMs: options.mtimeMs };
          parent.children.set(part, makeDirectoryNode(fileSystem, owner));
        }
        parent = directory(`/${above.slice(0, index + 1).join('/')}`);
      }
      return { parent, name };
    },
    resolve(path) {
      try {
        return pathOf(trailTo(path));
      } catch (error) {
        if (error instanceof Absent && error.at !== null) {
          return pathOf([...error.at.trail, { name: error.at.name, node: root }]);
        }
        throw error;
      }
    },
    isMountPoint(parent, name) {
      const child = parent.children.get(name);
      return child !== undefined && seen(child) !== child;
    },
  };
}

/** ENOENT that remembers where the walk ended, if only the last name was missing. */
class Absent extends FileError {
  readonly at: { readonly trail: readonly Step[]; readonly name: string } | null;
  constructor(path: string, at: { trail: readonly Step[]; name: string } | null) {
    super('ENOENT', path);
    this.at = at;
  }
}
