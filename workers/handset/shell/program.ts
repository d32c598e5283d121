import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { FileError } from '../files/file-error.ts';
import type { Program, ProgramIo } from '../system.ts';
import { Killed, statusOfAbort } from './ending.ts';
import { runCommandLine, type ShellSystem } from './shell.ts';
import { NOWHERE, Pipe } from './pipe.ts';
import { absolute, type Descriptors, type ShellState } from './state.ts';

/** What a name stands for, when it is neither a function nor a builtin. */
export type Found =
  | { readonly kind: 'program'; readonly program: Program }
  | { readonly kind: 'script'; readonly text: string; readonly path: string }
  | { readonly kind: 'missing'; readonly status: 126 | 127; readonly message: string };

const PROGRAM_FOLDERS = /^\/(system\/(x?bin)|system_ext\/bin|product\/bin|vendor\/bin|bin|apex\/[^/]+\/bin)\/([^/]+)$/;

/** Finds a program by name or path: the handset's own, or a script in its files. */
export function findProgram(name: string, state: ShellState, system: ShellSystem): Found {
  const missing = (status: 126 | 127, why: string): Found => ({
    kind: 'missing',
    status,
    message: `${name}: ${why}`,
  });
  const known = (plain: string): Program | undefined => lookUp(system.programs(), plain);
  if (!name.includes('/')) {
    const program = known(name);
    return program === undefined ? missing(127, 'inaccessible or not found') : { kind: 'program', program };
  }
  const path = absolute(state.cwd, name);
  const inFolder = PROGRAM_FOLDERS.exec(path)?.[3];
  const program = inFolder === undefined ? undefined : known(inFolder);
  if (program !== undefined) return { kind: 'program', program };
  try {
    const stat = state.files.stat(path);
    if (stat === undefined) return missing(127, 'inaccessible or not found');
    if (stat.kind === 'directory') return missing(126, "can't execute: Is a directory");
    if ((stat.mode & 0o111) === 0) return missing(126, "can't execute: Permission denied");
    const bytes = state.files.read(path);
    if (bytes.includes(0))
      return missing(126, `not executable: magic ${bytes.subarray(0, 2).toString('hex').toUpperCase()}`);
    return { kind: 'script', text: bytes.toString('utf8'), path };
  } catch (error) {
    if (error instanceof FileError) return missing(126, `can't execute: ${error.message}`);
    throw error;
  }
}

/** Runs one program to its end and returns its exit status. Whatever it throws becomes text and a status. */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  environment: ReadonlyMap<string, string>,
  descriptors: Descriptors,
  state: ShellState,
  system: ShellSystem,
): Promise<number> {
  const task = system.tasks.start(
    { parentPid: state.pid, uid: state.uid, name: argv[0] ?? '', commandLine: argv.join(' ') },
    state.signal,
    state.session.quota,
  );
  const out = descriptors.outputs.get(1) ?? NOWHERE;
  const err = descriptors.outputs.get(2) ?? NOWHERE;
  const stdin = descriptors.input ?? Pipe.holding(Buffer.alloc(0));
  const write = (sink: typeof out, text: string | Uint8Array): void =>
    sink.write(
      typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength),
    );
  const unwatch = watchBroken(out, () => task.kill('PIPE'));
  const io: ProgramIo = {
    argv,
    stdin,
    signal: task.signal,
    uid: state.uid,
    pid: task.pid,
    env: environment,
    cwd: state.cwd,
    files: state.files,
    out: (text) => write(out, text),
    err: (text) => write(err, text),
    drained: () => out.drained(),
    run: (commandLine, options = {}) =>
      runCommandLine(system, commandLine, {
        uid: options.uid ?? state.uid,
        namespacePid: options.namespacePid ?? state.namespacePid,
        cwd: state.cwd,
        environment: options.env ?? environment,
        parentPid: task.pid,
        signal: task.signal,
        session: state.session,
        depth: state.depth + 1,
        descriptors: options.stdin === undefined ? descriptors : { ...descriptors, input: pipeFrom(options.stdin) },
      }),
  };
  try {
    return await untilAborted(Promise.resolve(program(io)), task.signal);
  } catch (error) {
    if (task.signal.aborted) return statusOfAbort(task.signal);
    if (error instanceof Killed) return error.status;
    io.err(`${argv[0] ?? ''}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    unwatch();
    task.end();
    await out.drained();
  }
}

/** A program that does not look at its signal is left behind rather than waited for. */
function untilAborted(program: Promise<number>, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(statusOfAbort(signal));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    program.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function watchBroken(sink: unknown, onBroken: () => void): () => void {
  if (!(sink instanceof Pipe)) return () => undefined;
  const before = sink.onBroken;
  sink.onBroken = onBroken;
  return () => {
    sink.onBroken = before;
  };
}

function pipeFrom(stream: AsyncIterable<Buffer>): Pipe {
  if (stream instanceof Pipe) return stream;
  const pipe = new Pipe();
  const pump = async (): Promise<void> => {
    for await (const chunk of stream) {
      await pipe.drained();
      pipe.write(chunk);
    }
  };
  // A source that fails ends early: the reader sees the end of its input.
  void pump()
    .catch(() => undefined)
    .finally(() => pipe.end());
  return pipe;
}
