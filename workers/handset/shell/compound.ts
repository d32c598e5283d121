import type { Command, CommandBody, Script } from './ast.ts';
import { evaluate } from './arithmetic.ts';
import { meets } from './condition.ts';
import { Leave } from './ending.ts';
import { expandPattern, expandText, expandWords, type Expander } from './expand.ts';
import { variable } from './parameter.ts';
import { checkpoint, runList, runSubshell } from './interpret.ts';
import type { ShellSystem } from './shell.ts';
import { runSimple } from './simple.ts';
import type { Descriptors, ShellState } from './state.ts';

/** Runs the body of a command, its descriptors being open. */
export async function runBody(
  { body }: Command,
  descriptors: Descriptors,
  expander: Expander,
  system: ShellSystem,
): Promise<number> {
  const { state } = expander;
  if (body.kind === 'simple') return runSimple(body, descriptors, expander, system);
  if (body.kind === 'subshell') {
    return runSubshell(state, system, descriptors, (shell) => runList(body.body, shell, system));
  }
  const outer = state.descriptors;
  state.descriptors = descriptors;
  try {
    return await runInShell(body, expander, system);
  } finally {
    state.descriptors = outer;
  }
}

async function runInShell(
  body: Exclude<CommandBody, { kind: 'simple' | 'subshell' }>,
  expander: Expander,
  system: ShellSystem,
): Promise<number> {
  const { state } = expander;
  const run = (script: Script): Promise<number> => runList(script, state, system);
  switch (body.kind) {
    case 'group':
      return run(body.body);
    case 'if':
      for (const branch of body.branches) {
        if ((await condition(branch.condition, state, system)) === 0) return runBranch(branch.body, state, system);
      }
      return body.otherwise === null ? 0 : runBranch(body.otherwise, state, system);
    case 'while':
    case 'until':
      return loop(state, async () => {
        const met = (await condition(body.condition, state, system)) === 0;
        if (met !== (body.kind === 'while')) return false;
        await run(body.body);
        return true;
      });
    case 'for': {
      const values = body.words === null ? [...state.positional] : await expandWords(body.words, expander);
      const remaining = values.values();
      return loop(state, async () => {
        const next = remaining.next();
        if (next.done === true) return false;
        state.variables.set(body.name, next.value);
        await run(body.body);
        return true;
      });
    }
    case 'case': {
      const subject = await expandText(body.subject, expander);
      for (const arm of body.arms) {
        for (const pattern of arm.patterns) {
          if ((await expandPattern(pattern, expander)).test(subject)) return runBranch(arm.body, state, system);
        }
      }
      return 0;
    }
    case 'function':
      state.functions.set(body.name, body.body);
      return 0;
    case 'condition':
      return (await meets(body.condition, expander)) ? 0 : 1;
    case 'arithmetic': {
      const text = await expandText(body.expression, expander);
      const value = evaluate(
        text,
        (name) => variable(name, expander),
        (name, set) => state.variables.set(name, set),
      );
      return value === 0 ? 1 : 0;
    }
  }
}

async function runBranch(script: Script, state: ShellState, system: ShellSystem): Promise<number> {
  state.status = 0;
  return runList(script, state, system);
}

/** A condition may fail without `set -e` ending the shell. */
async function condition(script: Script, state: ShellState, system: ShellSystem): Promise<number> {
  const strict = state.options.delete('e');
  try {
    return await runList(script, state, system);
  } finally {
    if (strict) state.options.add('e');
  }
}

/** Turns a loop until `step` says no, minding `break` and `continue`. */
async function loop(state: ShellState, step: () => Promise<boolean>): Promise<number> {
  let status = 0;
  for (;;) {
    await checkpoint(state);
    try {
      if (!(await step())) return status;
      status = state.status;
    } catch (error) {
      if (!(error instanceof Leave) || error.what === 'exit' || error.what === 'return') throw error;
      if (error.value > 1) throw new Leave(error.what, error.value - 1);
      if (error.what === 'break') return 0;
    }
  }
}
