import { FileError } from './file-error.ts';

/** One file system of the handset: what it is called in `mount`, whether it takes writes, how much it holds. */
export interface FileSystem {
  readonly device: string;
  readonly type: string;
  readOnly: boolean;
  usedBytes: number;
  readonly mostBytes: number;
  /** Told before it grows; throws ENOSPC where all file systems together are full. */
  readonly reserve: (bytes: number, path: string) => void;
}

interface NodeBase {
  readonly inode: number;
  readonly fileSystem: FileSystem;
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  selinux: string;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
}

export interface FileNode extends NodeBase {
  readonly kind: 'file';
  chunks: Buffer[];
  sizeBytes: number;
  /** Content that is made when it is read (/proc). */
  serve: (() => string | Uint8Array) | null;
}

export interface LinkNode extends NodeBase {
  readonly kind: 'link';
  readonly target: string;
}

export interface SpecialNode extends NodeBase {
  readonly kind: 'socket' | 'device';
}

export type Node = DirectoryNode | FileNode | LinkNode | SpecialNode;

export interface Owner {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly selinux: string;
}

let inodesMade = 1;

export function makeDirectoryNode(fileSystem: FileSystem, owner: Owner): DirectoryNode {
  return { kind: 'directory', inode: inodesMade++, fileSystem, ...owner, children: new Map() };
}

export function makeFileNode(fileSystem: FileSystem, owner: Owner): FileNode {
  return { kind: 'file', inode: inodesMade++, fileSystem, ...owner, chunks: [], sizeBytes: 0, serve: null };
}

export function makeLinkNode(fileSystem: FileSystem, owner: Owner, target: string): LinkNode {
  return { kind: 'link', inode: inodesMade++, fileSystem, ...owner, target };
}

export function makeSpecialNode(fileSystem: FileSystem, owner: Owner, kind: 'socket' | 'device'): SpecialNode {
  return { kind, inode: inodesMade++, fileSystem, ...owner };
}

/** A file system of that size, its share taken from the whole handset's budget. */
export function makeFileSystem(
  device: string,
  type: string,
  options: { readOnly: boolean; mostBytes: number; budget: { leftBytes: number } },
): FileSystem {
  const fileSystem: FileSystem = {
    device,
    type,
    readOnly: options.readOnly,
    usedBytes: 0,
    mostBytes: options.mostBytes,
    reserve(bytes, path) {
      if (bytes > 0 && (fileSystem.usedBytes + bytes > options.mostBytes || bytes > options.budget.leftBytes)) {
        throw new FileError('ENOSPC', path);
      }
      fileSystem.usedBytes += bytes;
      options.budget.leftBytes -= bytes;
    },
  };
  return fileSystem;
}

/** The bytes of a file as they are now. */
export function contentOf(file: FileNode): Buffer {
  if (file.serve !== null) {
    const served = file.serve();
    return typeof served === 'string' ? Buffer.from(served) : Buffer.from(served);
  }
  const [only] = file.chunks;
  if (file.chunks.length === 1 && only !== undefined) return only;
  const whole = Buffer.concat(file.chunks, file.sizeBytes);
  file.chunks = [whole];
  return whole;
}

/** Replaces the content, or appends to it. */
export function fill(file: FileNode, bytes: Buffer, path: string, append: boolean): void {
  const growth = append ? bytes.length : bytes.length - file.sizeBytes;
  file.fileSystem.reserve(growth, path);
  if (append) file.chunks.push(bytes);
  else file.chunks = [bytes];
  file.sizeBytes += growth;
}

/** Gives back the room of everything below. */
export function release(node: Node): void {
  if (node.kind === 'file') node.fileSystem.reserve(-node.sizeBytes, '');
  if (node.kind === 'directory') for (const child of node.children.values()) release(child);
}
