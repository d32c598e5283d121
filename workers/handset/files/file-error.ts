/** What the C library says for each errno name that the handset's files can end in (bionic, strerror). */
const TEXTS = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  ENOTEMPTY: 'Directory not empty',
  EROFS: 'Read-only file system',
  ELOOP: 'Too many symbolic links encountered',
  ENAMETOOLONG: 'File name too long',
  EBUSY: 'Device or resource busy',
  EXDEV: 'Cross-device link',
  EADDRINUSE: 'Address already in use',
  ENXIO: 'No such device or address',
} as const;

export type ErrnoName = keyof typeof TEXTS;

/** Linux's numbers, as they travel in adb's stat v2 (asm-generic/errno.h). */
const NUMBERS: Readonly<Record<ErrnoName, number>> = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EADDRINUSE: 98,
};

/** A system call of the handset failed. The message is the C library's text alone; the path is apart. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly errno: ErrnoName;
  readonly path: string;

  constructor(errno: ErrnoName, path: string) {
    super(TEXTS[errno]);
    this.errno = errno;
    this.path = path;
  }

  get number(): number {
    return NUMBERS[this.errno];
  }
}
