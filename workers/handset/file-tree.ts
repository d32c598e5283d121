export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'socket' | 'device';
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly selinux: string;
}

/** The handset's files, in memory. Paths are absolute; symbolic links are followed. Throws FileError with an errno name. */
export interface FileTree {
  stat(path: string): FileStat | undefined;
  read(path: string): Buffer;
  write(
    path: string,
    bytes: Uint8Array | string,
    how?: { mode?: number; uid?: number; gid?: number; mtimeMs?: number },
  ): void;
  list(path: string): string[];
  makeDirectory(path: string, how?: { mode?: number; parents?: boolean }): void;
  remove(path: string, how?: { recursive?: boolean }): void;
  rename(from: string, to: string): void;
  change(path: string, what: { mode?: number; uid?: number; gid?: number; mtimeMs?: number; selinux?: string }): void;
  /** tmpfs hides what was there; bind shows another folder. `namespacePid` absent: the init namespace. */
  mount(kind: 'tmpfs' | 'bind', target: string, source: string | null, namespacePid?: number): void;
  unmount(target: string, namespacePid?: number): void;
  /** A file whose content is made when it is read, such as /proc/uptime. */
  serve(path: string, content: () => string | Uint8Array): void;
  /** The tree as a process in another mount namespace sees it. A pid without its own namespace shares init's. */
  within(namespacePid: number): FileTree;
  /** Gives a process its own copy of the mounts of its parent (CLONE_NEWNS), as zygote does for each app. */
  cloneNamespace(parentPid: number, pid: number): void;
  dropNamespace(pid: number): void;
  /** The tree with the permission checks of that uid; 0 is root and passes them all. */
  asUser(uid: number): FileTree;
  /** Where the symbolic links of a path end; the last component may be absent. */
  resolve(path: string): string;
  /** The link itself, not what it points to. */
  linkStat(path: string): FileStat | undefined;
  readLink(path: string): string;
  symlink(target: string, path: string): void;
}
