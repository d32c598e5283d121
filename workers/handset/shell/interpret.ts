import type { AndOr, Command, Pipeline, Redirection, Script } from './ast.ts';
import { Killed, Leave, statusOfAbort } from './ending.ts';
import { runBody } from './compound.ts';
import type { Expander } from './expand.ts';
import { Pipe } from './pipe.ts';
import { redirect, RedirectionFault } from './redirect.ts';
import { complain, statusOf, type ShellSystem } from './shell.ts';
import { copyState, type Descriptors, type ShellState } from './state.ts';

const MOST_SUBSTITUTION_BYTES = 64 << 20;
/** A shell gives way to the rest of the handset after this long, so that `while :; do :; done` starves nobody. */
const TURN_MS = 8;
let turnStartedMs = performance.now();

/** Runs commands one after another. Throws Leave and Killed; returns the last status. */
export async function runList(script: Script, state: ShellState, system: ShellSystem): Promise<number> {
  for (const list of script.lists) {
    await checkpoint(state);
    if (list.background) await runInBackground(list, state, system);
    else await runAndOr(list, state, system);
  }
  return state.status;
}

/** Ends a shell whose client or killer said so, and lets others run. */
export async function checkpoint(state: ShellState): Promise<void> {
  if (performance.now() - turnStartedMs > TURN_MS) {
    await new Promise((resolve) => setImmediate(resolve));
    turnStartedMs = performance.now();
  }
  if (state.signal.aborted) throw state.signal.reason instanceof Killed ? state.signal.reason : new Killed('TERM');
}

async function runAndOr(list: AndOr, state: ShellState, system: ShellSystem): Promise<number> {
  await runPipeline(list.first, state, system);
  let lastRan = list.first;
  for (const { operator, pipeline } of list.rest) {
    if ((operator === '&&') !== (state.status === 0)) continue;
    await runPipeline(pipeline, state, system);
    lastRan = pipeline;
  }
  const lastInList = list.rest.at(-1)?.pipeline ?? list.first;
  if (state.status !== 0 && state.options.has('e') && lastRan === lastInList && !lastRan.negated) {
    throw new Leave('exit', state.status);
  }
  return state.status;
}

async function runPipeline(pipeline: Pipeline, state: ShellState, system: ShellSystem): Promise<number> {
  const [first, ...more] = pipeline.commands;
  if (first === undefined) return state.status;
  const status = more.length === 0 ? await runCommand(first, state, system) : await runPiped(pipeline, state, system);
  state.status = pipeline.negated ? Number(status === 0) : status;
  return state.status;
}

/** All commands of a pipe run at once, each in a subshell. */
async function runPiped(pipeline: Pipeline, state: ShellState, system: ShellSystem): Promise<number> {
  let { input } = state.descriptors;
  const running: Promise<number>[] = [];
  for (const [index, command] of pipeline.commands.entries()) {
    const outputs = new Map(state.descriptors.outputs);
    const between = index < pipeline.commands.length - 1 ? new Pipe() : null;
    if (between !== null) outputs.set(1, between);
    const source = input;
    const own = index > 0;
    running.push(
      runSubshell(
        state,
        system,
        { input: source, outputs },
        (shell) => runCommand(command, shell, system),
        between,
      ).finally(() => {
        between?.end();
        if (own) source?.break();
      }),
    );
    input = between;
  }
  // All of them end before the pipe does, also when one could not be started.
  await Promise.allSettled(running);
  const statuses = await Promise.all(running);
  return statuses.at(-1) ?? 0;
}

/** Runs in a copy of the shell; `exit` ends only the copy. */
export async function runSubshell(
  state: ShellState,
  system: ShellSystem,
  descriptors: Descriptors,
  run: (shell: ShellState) => Promise<number>,
  stdout: Pipe | null = null,
  parent: AbortSignal = state.signal,
): Promise<number> {
  const task = system.tasks.start(
    { parentPid: state.pid, uid: state.uid, name: 'sh', commandLine: 'sh' },
    parent,
    state.session.quota,
  );
  const shell = copyState(state, { signal: task.signal, descriptors, parentPid: state.parentPid });
  if (stdout !== null) stdout.onBroken = () => task.kill('PIPE');
  try {
    return await run(shell);
  } catch (error) {
    return statusOf(error, shell);
  } finally {
    task.end();
  }
}

/**
 * Starts a list in the background. A single command's redirections are opened first: one that lets go of the client's
 * outputs outlives its client, as under adbd, and one that does not keeps the client's stream open.
 */
async function runInBackground(list: AndOr, state: ShellState, system: ShellSystem): Promise<void> {
  const [only, ...others] = list.first.commands;
  const single = list.rest.length === 0 && others.length === 0 && !list.first.negated ? only : undefined;
  const plain: Descriptors = { input: Pipe.holding(Buffer.alloc(0)), outputs: state.descriptors.outputs };
  const opened = await open(single?.redirections ?? [], copyState(state, { descriptors: plain }), system);
  state.status = 0;
  if (opened === null) return;
  const toClient = [...opened.outputs.values()].some((sink) => state.session.clientSinks.has(sink));
  const task = system.tasks.start(
    { parentPid: state.pid, uid: state.uid, name: 'sh', commandLine: 'sh' },
    toClient ? state.signal : system.signal,
    state.session.quota,
  );
  const shell = copyState(state, { signal: task.signal, descriptors: plain });
  const work =
    single === undefined
      ? runAndOr({ ...list, background: false }, shell, system)
      : runBody(single, opened, expanderOf(shell, system), system);
  const running = work
    .catch((error: unknown) => (task.signal.aborted ? statusOfAbort(task.signal) : statusOf(error, shell)))
    .finally(() => {
      task.end();
      state.session.stragglers.delete(running);
    });
  if (toClient) state.session.stragglers.add(running);
  state.background.set(task.pid, running);
  state.lastBackgroundPid = task.pid;
}

/** Opens redirections; null where one was refused, which the shell has then said. */
async function open(
  redirections: readonly Redirection[],
  state: ShellState,
  system: ShellSystem,
): Promise<Descriptors | null> {
  if (redirections.length === 0) return state.descriptors;
  try {
    return await redirect(redirections, expanderOf(state, system));
  } catch (error) {
    if (!(error instanceof RedirectionFault)) throw error;
    complain(state, error.message);
    return null;
  }
}

/** One command with its redirections. */
export async function runCommand(command: Command, state: ShellState, system: ShellSystem): Promise<number> {
  const descriptors = await open(command.redirections, state, system);
  state.status = descriptors === null ? 1 : await runBody(command, descriptors, expanderOf(state, system), system);
  return state.status;
}

export function expanderOf(state: ShellState, system: ShellSystem): Expander {
  return {
    state,
    clock: system.clock,
    substitute: async (script) => {
      const output = new Pipe(Infinity);
      const outputs = new Map(state.descriptors.outputs).set(1, output);
      const { input } = state.descriptors;
      state.status = await runSubshell(
        state,
        system,
        { input, outputs },
        (shell) => runList(script, shell, system),
        output,
      );
      output.end();
      if (output.bufferedBytes > MOST_SUBSTITUTION_BYTES) throw new Error('internal error: cannot allocate memory');
      const text = (await output.read())?.toString('utf8') ?? '';
      return text.replace(/\0/g, '').replace(/\n+$/, '');
    },
  };
}
