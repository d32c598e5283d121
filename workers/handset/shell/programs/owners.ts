import { userId } from '../../files/permission.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { forEachArgument } from '../inputs.ts';
import { found, needed } from './files.ts';

/** Programs that change whose a file is, and who may do what with it. */
export const OWNER_PROGRAMS: Programs = {
  chmod: (io) => {
    const flags = readFlags(
      io.argv.map((word) => word.replace(/^-([rwx]+)$/, 'a-$1')),
      '+Rvf',
    );
    const [mode = '', ...names] = flags.rest;
    return overAll(io, names, flags.has('R'), (path, stat) =>
      io.files.change(path, { mode: changedMode(mode, stat.mode, stat.kind === 'directory') }),
    );
  },
  chown: (io) => changeOwner(io),
  chgrp: (io) => {
    const flags = readFlags(io.argv, 'Rhf');
    const [group = '', ...names] = flags.rest;
    return overAll(io, names, flags.has('R'), (path) => io.files.change(path, { gid: idOf(group) }));
  },
  chcon: (io) => {
    const flags = readFlags(io.argv, 'Rhv');
    const [label = '', ...names] = flags.rest;
    return overAll(io, names, flags.has('R'), (path) => io.files.change(path, { selinux: label }));
  },
};

type Found = ReturnType<typeof found>;

function overAll(
  io: ProgramIo,
  names: readonly string[],
  recursive: boolean,
  run: (path: string, stat: Found) => void,
): Promise<number> {
  const visit = (path: string): void => {
    const stat = found(io.files, path);
    run(path, stat);
    if (recursive && stat.kind === 'directory') for (const name of io.files.list(path)) visit(`${path}/${name}`);
  };
  return forEachArgument(io, needed(names), visit);
}

function changeOwner(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'Rhfv');
  const [owner = '', ...names] = flags.rest;
  const [user = '', group = ''] = owner.split(/[:.]/);
  const change = {
    ...(user === '' ? {} : { uid: idOf(user) }),
    ...(group === '' ? {} : { gid: idOf(group) }),
  };
  return overAll(io, names, flags.has('R'), (path) => io.files.change(path, change));
}

function idOf(name: string): number {
  const id = userId(name);
  if (id === undefined) throw new UsageFault(`bad user '${name}'`);
  return id;
}

/** `644`, `u+x,go-w`, `a=rX`. */
function changedMode(text: string, mode: number, isFolder: boolean): number {
  if (/^[0-7]{1,4}$/.test(text)) return parseInt(text, 8);
  let result = mode;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (match === null) throw new UsageFault(`bad mode '${text}'`);
    const who = match[1] === '' || match[1]?.includes('a') === true ? 'ugo' : (match[1] ?? '');
    let bits = 0;
    for (const letter of match[3] ?? '') {
      bits |= { r: 4, w: 2, x: 1, X: isFolder || (mode & 0o111) !== 0 ? 1 : 0 }[letter] ?? 0;
    }
    const mask = [...who].reduce((sum, one) => sum | (7 << ({ u: 6, g: 3, o: 0 }[one] ?? 0)), 0);
    const spread = mask & (bits * 0o111);
    if (match[2] === '+') result |= spread;
    else if (match[2] === '-') result &= ~spread;
    else result = (result & ~mask) | spread;
  }
  return result;
}
