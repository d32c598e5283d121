import { userName } from '../../files/permission.ts';
import type { FileStat } from '../../file-tree.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { digits, localFields } from '../../time-zone.ts';
import { readFlags, type Flags } from '../flags.ts';
import { complainOf, pathOf } from '../inputs.ts';

/** `ls` and `stat`; `zone` names the device's time zone. */
export function listPrograms(zone: () => string): Programs {
  return { ls: (io) => ls(io, zone), stat: (io) => stat(io, zone) };
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
}

function ls(io: ProgramIo, zone: () => string): number {
  const flags = readFlags(io.argv, 'laAdZ1RrtShnipqFCxmuckLH', { color: 'q' });
  const args = flags.rest.length === 0 ? ['.'] : flags.rest;
  const files: Entry[] = [];
  const folders: Entry[] = [];
  let status = 0;
  for (const name of args) {
    const path = pathOf(io, name);
    try {
      const follow = !flags.has('l') && !flags.has('d');
      const found = follow ? (io.files.stat(path) ?? io.files.linkStat(path)) : io.files.linkStat(path);
      if (found === undefined) {
        io.err(`ls: ${name}: No such file or directory\n`);
        status = 1;
      } else if (found.kind === 'directory' && !flags.has('d')) folders.push({ name, path, stat: found });
      else if (found.kind === 'link' && name.endsWith('/')) folders.push({ name, path, stat: found });
      else files.push({ name, path, stat: found });
    } catch (error) {
      complainOf(io, name, error);
      status = 1;
    }
  }
  print(io, ordered(files, flags), flags, zone, false);
  for (const [index, folder] of folders.entries()) {
    if (args.length > 1 || flags.has('R')) io.out(`${index > 0 || files.length > 0 ? '\n' : ''}${folder.name}:\n`);
    if (!listFolder(io, folder, flags, zone)) status = 1;
  }
  return status;
}

function listFolder(io: ProgramIo, folder: Entry, flags: Flags, zone: () => string): boolean {
  try {
    const base = folder.path === '/' ? '' : folder.path;
    const names = io.files
      .list(folder.path)
      .filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'));
    const entries = (flags.has('a') ? ['.', '..', ...names] : names).flatMap((name): Entry[] => {
      const stat = io.files.linkStat(`${base}/${name}`);
      return stat === undefined ? [] : [{ name, path: `${base}/${name}`, stat }];
    });
    print(io, ordered(entries, flags), flags, zone, true);
    if (!flags.has('R')) return true;
    return entries
      .filter(({ name, stat }) => stat.kind === 'directory' && name !== '.' && name !== '..')
      .map((entry) => {
        io.out(`\n${folder.name}/${entry.name}:\n`);
        return listFolder(io, { ...entry, name: `${folder.name}/${entry.name}` }, flags, zone);
      })
      .every(Boolean);
  } catch (error) {
    complainOf(io, folder.name, error);
    return false;
  }
}

function ordered(entries: readonly Entry[], flags: Flags): Entry[] {
  const sorted = entries.toSorted((a, b) => {
    if (flags.has('t')) return b.stat.mtimeMs - a.stat.mtimeMs;
    if (flags.has('S')) return b.stat.sizeBytes - a.stat.sizeBytes;
    return a.name < b.name ? -1 : 1;
  });
  return flags.has('r') ? sorted.reverse() : sorted;
}

function print(io: ProgramIo, entries: readonly Entry[], flags: Flags, zone: () => string, isFolder: boolean): void {
  if (flags.has('l') || flags.has('n')) {
    if (isFolder) io.out(`total ${entries.reduce((sum, { stat }) => sum + Math.ceil(stat.sizeBytes / 4096) * 4, 0)}\n`);
    const owner = flags.has('n') ? String : userName;
    const width = Math.max(0, ...entries.map(({ stat }) => String(stat.sizeBytes).length));
    for (const { name, path, stat } of entries) {
      const columns = [
        modeText(stat),
        stat.kind === 'directory' ? '2' : '1',
        owner(stat.uid).padEnd(6),
        owner(stat.gid).padEnd(6),
        ...(flags.has('Z') ? [stat.selinux] : []),
        String(stat.sizeBytes).padStart(width),
        minuteText(stat.mtimeMs, zone()),
        name + (stat.kind === 'link' ? ` -> ${io.files.readLink(path)}` : ''),
      ];
      io.out(`${columns.join(' ')}\n`);
    }
    return;
  }
  for (const { name, stat } of entries) {
    const mark = (flags.has('F') || flags.has('p')) && stat.kind === 'directory' ? '/' : '';
    io.out(`${flags.has('Z') ? `${stat.selinux} ` : ''}${name}${mark}\n`);
  }
}

const KIND_CHARS: Readonly<Record<FileStat['kind'], string>> = {
  file: '-',
  directory: 'd',
  link: 'l',
  socket: 's',
  device: 'c',
};

/** `drwxrwx--x`. */
function modeText({ kind, mode }: FileStat): string {
  const bits = [...'rwxrwxrwx'].map((char, index) => ((mode >> (8 - index)) & 1 ? char : '-'));
  const special = (index: number, bit: number, yes: string, no: string): void => {
    if ((mode & bit) !== 0) bits[index] = bits[index] === 'x' ? yes : no;
  };
  special(2, 0o4000, 's', 'S');
  special(5, 0o2000, 's', 'S');
  special(8, 0o1000, 't', 'T');
  return KIND_CHARS[kind] + bits.join('');
}

function minuteText(atMs: number, zone: string): string {
  return localFields(zone, atMs).toISOString().slice(0, 16).replace('T', ' ');
}

function stat(io: ProgramIo, zone: () => string): number {
  const flags = readFlags(io.argv, 'c:Lft', { format: 'c' });
  let status = 0;
  for (const name of flags.rest) {
    const path = pathOf(io, name);
    try {
      const found = flags.has('L') ? io.files.stat(path) : io.files.linkStat(path);
      if (found === undefined) {
        io.err(`stat: '${name}': No such file or directory\n`);
        status = 1;
      } else io.out(`${statText(flags.value('c') ?? DEFAULT_FORMAT, name, found, zone())}\n`);
    } catch (error) {
      complainOf(io, `'${name}'`, error);
      status = 1;
    }
  }
  return status;
}

const DEFAULT_FORMAT = `  File: %n
  Size: %s\t Blocks: %b\t IO Blocks: 4096\t%F
Access: (0%a/%A)\tUid: (%u/%U)\tGid: (%g/%G)
Modify: %y`;

const KIND_NAMES: Readonly<Record<FileStat['kind'], string>> = {
  file: 'regular file',
  directory: 'directory',
  link: 'symbolic link',
  socket: 'socket',
  device: 'character device',
};

function statText(format: string, name: string, found: FileStat, zone: string): string {
  const full = localFields(zone, found.mtimeMs);
  const values: Record<string, string> = {
    n: name,
    N: `'${name}'`,
    s: String(found.sizeBytes),
    b: String(Math.ceil(found.sizeBytes / 512)),
    F: KIND_NAMES[found.kind],
    a: found.mode.toString(8),
    A: modeText(found),
    u: String(found.uid),
    U: userName(found.uid),
    g: String(found.gid),
    G: userName(found.gid),
    C: found.selinux,
    Y: String(Math.trunc(found.mtimeMs / 1000)),
    y: `${full.toISOString().slice(0, 19).replace('T', ' ')}.${digits(full.getUTCMilliseconds(), 3)}000000`,
    '%': '%',
  };
  return format.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole).replaceAll('\\n', '\n');
}
