import { groupsOf, userId, userName } from '../../files/permission.ts';
import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags, UsageFault } from '../flags.ts';
import { readAll } from '../pipe.ts';
import { quoteAll } from './print.ts';

interface SeLinux {
  enforcing: boolean;
}

/** Programs about who one is, and that run others as someone or somewhere else. */
export function identityPrograms(permissive: boolean, programs: () => Programs): Programs {
  const selinux: SeLinux = { enforcing: !permissive };
  return {
    id: (io) => id(io),
    whoami: (io) => {
      io.out(`${userName(io.uid)}\n`);
      return 0;
    },
    groups: (io) => {
      io.out(`${[io.uid, ...groupsOf(io.uid)].map(userName).join(' ')}\n`);
      return 0;
    },
    su: (io) => su(io),
    env: (io) => env(io),
    printenv: (io) => env(io),
    which: (io) => which(io, programs()),
    uname: (io) => uname(io),
    hostname: (io) => {
      io.out('sim64x\n');
      return 0;
    },
    getenforce: (io) => {
      io.out(selinux.enforcing ? 'Enforcing\n' : 'Permissive\n');
      return 0;
    },
    setenforce: (io) => {
      if (io.uid !== 0) throw new UsageFault("Couldn't set enforcing status: Permission denied");
      selinux.enforcing = !/^(0|permissive)$/i.test(io.argv[1] ?? '');
      return 0;
    },
    nsenter: (io) => nsenter(io),
    nohup: (io) => io.run(quoteAll(io.argv.slice(1))),
    setsid: (io) => io.run(quoteAll(io.argv.slice(1))),
    nice: (io) => io.run(quoteAll(readFlags(io.argv, '+n:').rest)),
    sh: (io) => sh(io),
  };
}

function contextOf(uid: number): string {
  if (uid === 0) return 'u:r:su:s0';
  return uid >= 10_000 ? 'u:r:untrusted_app:s0' : 'u:r:shell:s0';
}

function id(io: ProgramIo): number {
  const flags = readFlags(io.argv, 'ugnGZ');
  const show = (value: number): string => (flags.has('n') ? userName(value) : String(value));
  const uid = flags.rest[0] === undefined ? io.uid : userId(flags.rest[0]);
  if (uid === undefined) throw new UsageFault(`no user '${flags.rest[0] ?? ''}'`);
  const named = (value: number): string => `${value}(${userName(value)})`;
  if (flags.has('u') || flags.has('g')) io.out(`${show(uid)}\n`);
  else if (flags.has('G')) io.out(`${[uid, ...groupsOf(uid)].map(show).join(' ')}\n`);
  else if (flags.has('Z')) io.out(`${contextOf(uid)}\n`);
  else {
    const groups = groupsOf(uid).length === 0 ? [uid] : groupsOf(uid);
    io.out(`uid=${named(uid)} gid=${named(uid)} groups=${groups.map(named).join(',')} context=${contextOf(uid)}\n`);
  }
  return 0;
}

/** AOSP's su (system/extras/su): `su [WHO[,GID…] [COMMAND…]]`, for root and shell only. There is no `-c`. */
async function su(io: ProgramIo): Promise<number> {
  if (io.uid !== 0 && io.uid !== 2000) throw new UsageFault('not allowed');
  const [, who = 'root', ...command] = io.argv;
  const [user = ''] = who.split(',');
  const uid = userId(user);
  if (uid === undefined) throw new UsageFault(`invalid uid/gid '${who}'`);
  if (command.length > 0) return io.run(quoteAll(command), { uid, stdin: io.stdin });
  return io.run((await readAll(io.stdin)).toString('utf8'), { uid });
}

async function sh(io: ProgramIo): Promise<number> {
  const [, first, ...rest] = io.argv;
  if (first === undefined || first === '-') return io.run((await readAll(io.stdin)).toString('utf8'));
  const flags = /^-[a-z]*c[a-z]*$/.test(first) ? first : null;
  if (flags !== null) {
    const set = flags.replace(/[-c]/g, '');
    const [text = '', name, ...positional] = rest;
    const prefix = set === '' ? '' : `set -${set}\n`;
    const args = name === undefined ? '' : `set -- ${quoteAll(positional)}\n`;
    return io.run(`${prefix}${args}${text}`, { stdin: io.stdin });
  }
  const path = first.startsWith('/') ? first : `${io.cwd}/${first}`;
  return io.run(`set -- ${quoteAll(rest)}\n${io.files.read(path).toString('utf8')}`, { stdin: io.stdin });
}

function env(io: ProgramIo): number | Promise<number> {
  const flags = readFlags(io.argv, '+iu:0');
  const changed = new Map(flags.has('i') ? [] : io.env);
  for (const name of flags.values('u')) changed.delete(name);
  const command = [...flags.rest];
  for (let word = command[0]; word !== undefined && /^[A-Za-z_]\w*=/.test(word); word = command[0]) {
    command.shift();
    changed.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
  }
  if (command.length > 0) return io.run(quoteAll(command), { stdin: io.stdin, env: changed });
  for (const [name, value] of changed) io.out(`${name}=${value}\n`);
  return 0;
}

function which(io: ProgramIo, programs: Programs): number {
  const flags = readFlags(io.argv, 'a');
  let status = 0;
  for (const name of flags.rest) {
    if (name in programs) io.out(`/system/bin/${name}\n`);
    else status = 1;
  }
  return status;
}

function uname(io: ProgramIo): number {
  const flags = readFlags(io.argv, 'asnrvmo');
  const parts = {
    s: 'Linux',
    n: 'localhost',
    r: '6.1.23-android14-sleeptalk-simulated',
    v: '#1 SMP PREEMPT',
    m: 'x86_64',
    o: 'Toybox',
  };
  const letters = (Object.keys(parts) as (keyof typeof parts)[]).filter(
    (letter) => flags.has('a') || flags.has(letter),
  );
  io.out(`${(letters.length === 0 ? (['s'] as const) : letters).map((letter) => parts[letter]).join(' ')}\n`);
  return 0;
}

/** `nsenter --mount=/proc/PID/ns/mnt -- COMMAND`, `nsenter -t PID -m COMMAND`. */
function nsenter(io: ProgramIo): Promise<number> {
  const flags = readFlags(
    io.argv.map((word) => (word === '--mount' ? '-m' : word.startsWith('--mount=') ? `-M${word.slice(8)}` : word)),
    '+t:mM:FGin',
    { target: 't' },
  );
  const file = flags.value('M');
  const pidText = file === undefined ? flags.value('t') : /^\/proc\/(\d+|self)\/ns\/mnt$/.exec(file)?.[1];
  if (pidText === undefined)
    throw new UsageFault(file === undefined ? 'Needs -t or --mount=FILE' : `${file}: No such file or directory`);
  if (pidText !== 'self' && io.files.stat(`/proc/${pidText}`) === undefined) {
    throw new UsageFault(`/proc/${pidText}/ns/mnt: No such file or directory`);
  }
  if (io.uid !== 0) throw new UsageFault(`/proc/${pidText}/ns/mnt: Permission denied`);
  const command = flags.rest.length === 0 ? ['sh'] : flags.rest;
  return io.run(quoteAll(command), { stdin: io.stdin, namespacePid: pidText === 'self' ? 1 : Number(pidText) });
}
