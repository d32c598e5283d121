import { printable } from '../../../orchestrator/contract/fault.ts';
import { install } from '../android/install.ts';
import type { InstallOptions, InstallParts } from '../android/install.ts';
import type { Program, ProgramIo } from '../system.ts';
import { readBytes, readOptions, throwException } from './answer.ts';
import { FLAGS, installOptions, MOST_APK_BYTES, readApk, sizeOf, WITH_VALUE } from './install-arguments.ts';

const MOST_SESSIONS = 50;

interface Session {
  readonly options: InstallOptions;
  readonly inherit: string | null;
  readonly files: { fileName: string; bytes: Buffer }[];
}

/** install, install-create, -write, -commit, -abandon and their siblings of PackageManagerShellCommand. */
export function createPmInstall(parts: InstallParts): Record<string, Program> {
  const sessions = new Map<number, Session>();
  let nextSession = 295_587_018;

  const finish = async (io: ProgramIo, files: Session['files'], options: InstallOptions): Promise<number> => {
    const result = await install(files, options, parts, io.signal);
    if ('failure' in result) {
      io.out(`Failure [${result.failure}]\n`);
      return 1;
    }
    io.out('Success\n');
    return 0;
  };

  const installOne: Program = async (io) => {
    const { given, rest, unknown } = readOptions(io.argv.slice(2), WITH_VALUE, FLAGS);
    if (unknown !== null) return unknownOption(io, 'install', unknown);
    const options = installOptions(given, io.uid);
    const path = rest[0];
    if (path === undefined || path === '-') {
      const sizeBytes = sizeOf(given.get('-S'));
      if (sizeBytes === null) {
        io.err('Error: must either specify a package size or an APK file\n');
        return 1;
      }
      const bytes = await readBytes(io.stdin, sizeBytes);
      if (bytes.length < sizeBytes) return truncated(io);
      return finish(io, [{ fileName: 'base.apk', bytes }], options);
    }
    const files = rest.map((one) => readApk(io, one));
    const missing = rest.find((_, index) => files[index] === null);
    if (missing !== undefined) return unreadable(io, missing);
    return finish(
      io,
      files.filter((one) => one !== null),
      options,
    );
  };

  const create: Program = (io) => {
    const { given, unknown } = readOptions(io.argv.slice(2), WITH_VALUE, FLAGS);
    if (unknown !== null) return unknownOption(io, 'install-create', unknown);
    if (sessions.size >= MOST_SESSIONS) {
      return throwException(
        io,
        'install-create',
        `java.lang.IllegalStateException: Too many active sessions for UID ${io.uid}`,
      );
    }
    const id = nextSession++;
    sessions.set(id, { options: installOptions(given, io.uid), inherit: given.get('-p') ?? null, files: [] });
    io.out(`Success: created install session [${id}]\n`);
    return 0;
  };

  const write: Program = async (io) => {
    const { given, rest } = readOptions(io.argv.slice(2), ['-S'], []);
    const [id, name, path] = rest;
    const session = sessions.get(Number(id));
    if (!session) return noSession(io, 'install-write', id);
    if (name === undefined) {
      io.err('Error: must specify a split name\n');
      return 1;
    }
    let bytes: Buffer;
    if (path === undefined || path === '-') {
      const sizeBytes = sizeOf(given.get('-S'));
      if (sizeBytes === null) {
        io.err('Error: must specify a APK size\n');
        return 1;
      }
      bytes = await readBytes(io.stdin, sizeBytes);
      if (bytes.length < sizeBytes) return truncated(io);
    } else {
      const file = readApk(io, path);
      if (file === null) return unreadable(io, path);
      bytes = file.bytes;
    }
    const total = session.files.reduce((sum, file) => sum + file.bytes.length, bytes.length);
    if (total > MOST_APK_BYTES) {
      io.err('Error: failed to write; no space left on device\n');
      return 1;
    }
    session.files.push({ fileName: printable(name), bytes });
    io.out(`Success: streamed ${bytes.length} bytes\n`);
    return 0;
  };

  const commit: Program = async (io) => {
    const { rest } = readOptions(io.argv.slice(2), ['--staged-ready-timeout'], FLAGS);
    const id = Number(rest[0]);
    const session = sessions.get(id);
    if (!session) return noSession(io, 'install-commit', rest[0]);
    sessions.delete(id);
    const inherited = inheritedFiles(parts, session.inherit);
    return finish(io, [...inherited, ...session.files], session.options);
  };

  const abandon: Program = (io) => {
    if (!sessions.delete(Number(io.argv[2]))) return noSession(io, 'install-abandon', io.argv[2]);
    io.out('Success\n');
    return 0;
  };

  return {
    install: installOne,
    'install-create': create,
    'install-write': write,
    'install-commit': commit,
    'install-abandon': abandon,
    'install-destroy': abandon,
    'get-install-location': (io) => (io.out('0[auto]\n'), 0),
    'set-install-location': () => 0,
  };
}

/** With `-p` the session adds to what is installed. */
function inheritedFiles(parts: InstallParts, name: string | null): Session['files'] {
  const old = name === null ? undefined : parts.packages.get(name);
  if (!old || old.system) return [];
  return old.paths.map((path) => ({ fileName: path.slice(path.lastIndexOf('/') + 1), bytes: parts.files.read(path) }));
}

function truncated(io: ProgramIo): number {
  io.out('Failure [INSTALL_FAILED_INVALID_APK: the stream ended before the announced size]\n');
  return 1;
}

function unreadable(io: ProgramIo, path: string): number {
  io.err(`Error: Unable to open file: ${path}\nConsider using a file under /data/local/tmp/\n`);
  io.err(`Error: Can't open file: ${path}\n`);
  return 1;
}

function noSession(io: ProgramIo, command: string, id: string | undefined): number {
  if (id === undefined || !/^\d+$/.test(id)) {
    return throwException(io, command, `java.lang.NumberFormatException: For input string: "${id ?? ''}"`);
  }
  return throwException(io, command, `java.lang.SecurityException: Caller has no access to session ${id}`);
}

function unknownOption(io: ProgramIo, command: string, option: string): number {
  return throwException(io, command, `java.lang.IllegalArgumentException: Unknown option ${option}`);
}
