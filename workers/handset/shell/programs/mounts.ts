import { FileError } from '../../files/file-error.ts';
import type { OwnedTree } from '../../files/tree.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { complainOf, forEachArgument, pathOf } from '../inputs.ts';

/** File systems that are there without a mount command: device, path, type. */
const FIXED = ['/', '/data', '/dev', '/proc', '/sys', '/apex', '/mnt', '/storage'];

/** Programs about mounts and room. The tree of a program's own namespace is an OwnedTree (shell.ts, openShell). */
export const MOUNT_PROGRAMS: Programs = {
  mount: (io) => mount(io),
  umount: (io) => {
    const flags = readFlags(io.argv, 'lfart:');
    if (io.uid !== 0) throw new UsageFault(`${flags.rest[0] ?? ''}: Operation not permitted`);
    return forEachArgument(io, flags.rest, (path) => io.files.unmount(path));
  },
  df: (io) => df(io),
  du: (io) => du(io),
  remount: (io) => remount(io),
};

function treeOf(io: ProgramIo): OwnedTree {
  return io.files as OwnedTree;
}

function mount(io: ProgramIo): number {
  const flags = readFlags(
    io.argv.map((word) => ({ '--bind': '-B', '--rbind': '-B' })[word] ?? word),
    'arwt:o:Bvf',
  );
  const options = flags.values('o').flatMap((list) => list.split(','));
  const [source, target] = flags.rest;
  if (source === undefined) return list(io);
  if (options.includes('remount')) return remountOne(io, target ?? source, options.includes('rw') || flags.has('w'));
  if (target === undefined) throw new UsageFault(`bad /etc/fstab: No such file or directory`);
  const type = flags.value('t');
  const bind = flags.has('B') || options.includes('bind') || options.includes('rbind');
  if (io.uid !== 0) return refuse(io, source, target, 'Permission denied');
  if (!bind && type !== 'tmpfs') return refuse(io, source, target, 'Invalid argument');
  const place = pathOf(io, target);
  try {
    io.files.mount(bind ? 'bind' : 'tmpfs', place, bind ? pathOf(io, source) : null);
    const mode = options.find((option) => option.startsWith('mode='));
    if (!bind && mode !== undefined) io.files.change(place, { mode: parseInt(mode.slice('mode='.length), 8) });
    return 0;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return refuse(io, source, target, error.message);
  }
}

/** toybox's words for a refused mount (toys/lsb/mount.c). */
function refuse(io: ProgramIo, source: string, target: string, why: string): number {
  io.err(`mount: '${source}'->'${target}': ${why}\n`);
  return 1;
}

function remountOne(io: ProgramIo, target: string, writable: boolean): number {
  const fileSystem = treeOf(io).fileSystem(pathOf(io, target));
  if (io.uid !== 0) return refuse(io, fileSystem.device, target, 'Permission denied');
  if (writable && fileSystem.readOnly) {
    // A verified image cannot be made writable without -writable-system.
    io.err(`mount: '${fileSystem.device}' is read-only\n`);
    return 1;
  }
  return 0;
}

/** What `adb remount` runs (AOSP fs_mgr, remount). */
function remount(io: ProgramIo): number {
  if (io.uid !== 0) {
    io.out('Not running as root. Try "adb root" first.\n');
    return 1;
  }
  if (treeOf(io).fileSystem('/system').readOnly) {
    io.out('Device must be started with -writable-system\nremount failed\n');
    return 1;
  }
  io.out('remount succeeded\n');
  return 0;
}

function list(io: ProgramIo): number {
  const tree = treeOf(io);
  for (const path of FIXED) {
    const { device, type, readOnly } = tree.fileSystem(path);
    io.out(`${device} on ${path} type ${type} (${readOnly ? 'ro' : 'rw'},seclabel,relatime)\n`);
  }
  for (const { target, fileSystem } of tree.mounts()) {
    io.out(`${fileSystem.device} on ${target} type ${fileSystem.type} (rw,seclabel,relatime)\n`);
  }
  return 0;
}

function df(io: ProgramIo): number {
  const flags = readFlags(io.argv, 'hkaPHi');
  const tree = treeOf(io);
  const paths = flags.rest.length === 0 ? [...FIXED, ...tree.mounts().map(({ target }) => target)] : flags.rest;
  const size = (bytes: number): string => (flags.has('h') ? human(bytes) : String(Math.ceil(bytes / 1024)));
  io.out(`Filesystem      ${flags.has('h') ? '     Size' : '1K-blocks'}    Used Available Use% Mounted on\n`);
  let status = 0;
  for (const path of paths) {
    try {
      const { device, usedBytes, mostBytes } = tree.fileSystem(pathOf(io, path));
      const free = Math.min(tree.leftBytes(), mostBytes - usedBytes);
      const percent = Math.ceil((100 * usedBytes) / Math.max(1, usedBytes + free));
      const columns = [size(usedBytes + free).padStart(9), size(usedBytes).padStart(7), size(free).padStart(9)];
      io.out(`${device.padEnd(15)} ${columns.join(' ')} ${String(percent).padStart(3)}% ${path}\n`);
    } catch (error) {
      complainOf(io, path, error);
      status = 1;
    }
  }
  return status;
}

function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)}${units[unit] ?? ''}`;
}

function du(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'shkad:cmx');
  const show = (kilobytes: number, path: string): void =>
    io.out(`${flags.has('h') ? human(kilobytes * 1024) : kilobytes}\t${path}\n`);
  const visit = (path: string, shown: string, depth: number): number => {
    const stat = io.files.linkStat(path);
    if (stat === undefined) throw new FileError('ENOENT', path);
    let kilobytes = Math.ceil(stat.sizeBytes / 4096) * 4;
    if (stat.kind === 'directory') {
      for (const name of io.files.list(path)) kilobytes += visit(`${path}/${name}`, `${shown}/${name}`, depth + 1);
    }
    if (depth === 0 || (!flags.has('s') && (flags.has('a') || stat.kind === 'directory'))) show(kilobytes, shown);
    return kilobytes;
  };
  const args = flags.rest.length === 0 ? ['.'] : flags.rest;
  return forEachArgument(io, args, (path, argument) => void visit(path, argument, 0));
}
