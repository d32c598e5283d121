import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { Assignment, CommandBody } from './ast.ts';
import { BUILTINS } from './builtins.ts';
import { Leave } from './ending.ts';
import { expandText, expandWords, type Expander } from './expand.ts';
import { runCommand } from './interpret.ts';
import { findProgram, runProgram } from './program.ts';
import { complain, runCommandLine, type ShellSystem } from './shell.ts';
import type { Descriptors, ShellState } from './state.ts';

const MOST_CALLS = 200;

/** Assignments, a function, a builtin, or a program. */
export async function runSimple(
  body: Extract<CommandBody, { kind: 'simple' }>,
  descriptors: Descriptors,
  expander: Expander,
  system: ShellSystem,
): Promise<number> {
  const { state } = expander;
  const argv = await expandWords(body.words, expander);
  if (state.options.has('x')) trace(argv, state);
  const [name] = argv;
  if (name === undefined) {
    state.status = 0;
    for (const { name: variableName, value } of body.assignments) {
      state.variables.set(variableName, await expandText(value, expander));
    }
    return state.status;
  }
  const assigned = await assignmentsOf(body.assignments, expander);
  const callable = state.functions.get(name);
  const builtin = lookUp(BUILTINS, name);
  if (callable === undefined && builtin === undefined) {
    return runExternal(argv, assigned, descriptors, state, system);
  }
  const outer = state.descriptors;
  state.descriptors = descriptors;
  const hidden = [...assigned.keys()].map((key) => [key, state.variables.get(key)] as const);
  for (const [key, value] of assigned) state.variables.set(key, value);
  try {
    if (callable !== undefined) {
      return await call(argv, state, () => runCommand(callable, state, system));
    }
    return (await builtin?.(argv, { state, expander, system, outer })) ?? 0;
  } finally {
    // `exec >file` is the one builtin whose redirections stay.
    if (name !== 'exec' || argv.length > 1) state.descriptors = outer;
    for (const [key, value] of hidden) restore(state, key, value);
  }
}

/** Runs a program, or a script of the handset's files. */
export async function runExternal(
  argv: readonly string[],
  assigned: ReadonlyMap<string, string>,
  descriptors: Descriptors,
  state: ShellState,
  system: ShellSystem,
): Promise<number> {
  const environment = new Map<string, string>();
  for (const key of state.exported) environment.set(key, state.variables.get(key) ?? '');
  for (const [key, value] of assigned) environment.set(key, value);
  const found = findProgram(argv[0] ?? '', state, system);
  switch (found.kind) {
    case 'program':
      return runProgram(found.program, argv, environment, descriptors, state, system);
    case 'script':
      return runCommandLine(system, found.text, {
        ...state,
        descriptors,
        environment,
        parentPid: state.pid,
        depth: state.depth + 1,
        name: found.path,
        positional: argv.slice(1),
      });
    case 'missing': {
      const outer = state.descriptors;
      state.descriptors = descriptors;
      complain(state, found.message);
      state.descriptors = outer;
      return found.status;
    }
  }
}

async function assignmentsOf(assignments: readonly Assignment[], expander: Expander): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const { name, value } of assignments) values.set(name, await expandText(value, expander));
  return values;
}

async function call(argv: readonly string[], state: ShellState, run: () => Promise<number>): Promise<number> {
  if (state.locals.length >= MOST_CALLS) throw new Error('function nesting too deep');
  const { positional } = state;
  state.positional = argv.slice(1);
  state.locals.push(new Map());
  try {
    return await run();
  } catch (error) {
    if (error instanceof Leave && error.what === 'return') return error.value;
    throw error;
  } finally {
    state.positional = positional;
    for (const [name, value] of state.locals.pop() ?? []) restore(state, name, value);
  }
}

function restore(state: ShellState, name: string, value: string | undefined): void {
  if (value === undefined) state.variables.delete(name);
  else state.variables.set(name, value);
}

function trace(argv: readonly string[], state: ShellState): void {
  state.descriptors.outputs.get(2)?.write(Buffer.from(`+ ${argv.join(' ')}\n`));
}
