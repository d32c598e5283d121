import { FileError } from '../../files/file-error.ts';
import type { FileTree } from '../../file-tree.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { forEachArgument, pathOf } from '../inputs.ts';

/** Programs that change files. */
export const FILE_PROGRAMS: Programs = {
  mkdir: (io) => {
    const flags = readFlags(io.argv, 'pm:v');
    const mode = parseInt(flags.value('m') ?? '755', 8);
    return forEachArgument(io, needed(flags.rest), (path) =>
      io.files.makeDirectory(path, { mode, parents: flags.has('p') }),
    );
  },
  rmdir: (io) =>
    forEachArgument(io, needed(readFlags(io.argv, 'p').rest), (path) => {
      if (io.files.linkStat(path)?.kind === 'file') throw new FileError('ENOTDIR', path);
      io.files.remove(path);
    }),
  rm,
  mv,
  cp,
  ln: (io) => {
    const flags = readFlags(io.argv, 'sfnTrv');
    const [target = '', name = ''] = flags.rest;
    if (!flags.has('s')) throw new UsageFault('hard links are not supported');
    const place = into(io, target, name);
    if (flags.has('f') && io.files.linkStat(place) !== undefined) io.files.remove(place);
    io.files.symlink(target, place);
    return 0;
  },
  restorecon: (io) => forEachArgument(io, readFlags(io.argv, 'RFDv').rest, (path) => void found(io.files, path)),
  touch: (io) => {
    const flags = readFlags(io.argv, 'acmt:d:h');
    return forEachArgument(io, needed(flags.rest), (path) => {
      if (io.files.stat(path) !== undefined) io.files.write(path, io.files.read(path));
      else if (!flags.has('c')) io.files.write(path, '');
    });
  },
  mktemp: (io) => {
    const flags = readFlags(io.argv, 'dp:tqu');
    const template = flags.rest[0] ?? 'tmp.XXXXXXXXXX';
    const folder = flags.value('p') ?? io.env.get('TMPDIR') ?? '/data/local/tmp';
    const name = template.replace(/X{3,}$/, (marks) =>
      (io.pid * 2654435761).toString(36).padStart(12, '0').slice(-marks.length),
    );
    const path = template.includes('/') && !flags.has('p') ? pathOf(io, name) : `${folder}/${name}`;
    if (io.files.stat(path) !== undefined) throw new FileError('EEXIST', path);
    if (flags.has('d')) io.files.makeDirectory(path, { mode: 0o700 });
    else io.files.write(path, '', { mode: 0o600 });
    io.out(`${path}\n`);
    return 0;
  },
  readlink: (io) => {
    const flags = readFlags(io.argv, 'femnq');
    return forEachArgument(io, needed(flags.rest), (path) => {
      const resolving = flags.has('f') || flags.has('e') || flags.has('m');
      io.out(`${resolving ? io.files.resolve(path) : io.files.readLink(path)}${flags.has('n') ? '' : '\n'}`);
    });
  },
  realpath: (io) =>
    forEachArgument(io, needed(readFlags(io.argv, 'e').rest), (path) => {
      found(io.files, path);
      io.out(`${io.files.resolve(path)}\n`);
    }),
  sync: () => 0,
};

export function needed(args: readonly string[]): readonly string[] {
  if (args.length === 0) throw new UsageFault('Needs 1 argument');
  return args;
}

/** What a path leads to; throws ENOENT. */
export function found(files: FileTree, path: string) {
  const stat = files.stat(path);
  if (stat === undefined) throw new FileError('ENOENT', path);
  return stat;
}

function rm(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'rRfiv');
  if (flags.rest.length === 0 && flags.has('f')) return Promise.resolve(0);
  const recursive = flags.has('r') || flags.has('R');
  return forEachArgument(io, needed(flags.rest), (path) => {
    const stat = io.files.linkStat(path);
    if (stat === undefined) {
      if (flags.has('f')) return;
      throw new FileError('ENOENT', path);
    }
    if (stat.kind === 'directory' && !recursive) throw new FileError('EISDIR', path);
    removeBelow(io.files, path);
  });
}

/** Entry by entry, so that each folder's permissions count. */
function removeBelow(files: FileTree, path: string): void {
  if (files.linkStat(path)?.kind === 'directory')
    for (const name of files.list(path)) removeBelow(files, `${path}/${name}`);
  files.remove(path);
}

/** The last argument as the place for a file: inside it, where it is a folder. */
function into(io: ProgramIo, source: string, target: string): string {
  const path = pathOf(io, target);
  const name = source.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return io.files.stat(path)?.kind === 'directory' ? `${path}/${name}` : path;
}

function sourcesAndTarget(args: readonly string[], target?: string): { sources: readonly string[]; target: string } {
  const last = target ?? args.at(-1);
  if (last === undefined || (target === undefined && args.length < 2)) throw new UsageFault('Needs 2 arguments');
  return { sources: target === undefined ? args.slice(0, -1) : args, target: last };
}

function mv(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'fint:v');
  const { sources, target } = sourcesAndTarget(flags.rest, flags.value('t'));
  return forEachArgument(io, sources, (path, argument) => {
    const place = into(io, argument, target);
    try {
      io.files.rename(path, place);
    } catch (error) {
      if (!(error instanceof FileError) || error.errno !== 'EXDEV') throw error;
      copy(io.files, path, place, true);
      removeBelow(io.files, path);
    }
  });
}

function cp(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'rRapfdit:vT', { preserve: 'p' });
  const { sources, target } = sourcesAndTarget(flags.rest, flags.value('t'));
  const recursive = flags.has('r') || flags.has('R') || flags.has('a');
  return forEachArgument(io, sources, (path, argument) => {
    if (found(io.files, path).kind === 'directory' && !recursive) {
      io.err(`cp: Skipped dir '${argument}': use -r\n`);
      return;
    }
    copy(io.files, path, into(io, argument, target), flags.has('p') || flags.has('a'));
  });
}

function copy(files: FileTree, from: string, to: string, preserve: boolean): void {
  const stat = found(files, from);
  if (stat.kind === 'directory') {
    if (`${files.resolve(to)}/`.startsWith(`${files.resolve(from)}/`)) throw new FileError('EINVAL', to);
    files.makeDirectory(to, { mode: stat.mode, parents: true });
    for (const name of files.list(from)) copy(files, `${from}/${name}`, `${to}/${name}`, preserve);
  } else files.write(to, files.read(from), { mode: stat.mode });
  if (preserve) files.change(to, { mode: stat.mode, mtimeMs: stat.mtimeMs });
}
