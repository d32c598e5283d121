import { evaluate } from './arithmetic.ts';
import { say, type Builtin, type Context } from './builtin.ts';
import { variable } from './parameter.ts';
import type { ShellState } from './state.ts';

async function read(argv: readonly string[], { state }: Context): Promise<number> {
  const raw = argv.includes('-r');
  const names = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  let line = (await state.descriptors.input?.readLine()) ?? null;
  const ended = line === null;
  while (!raw && line?.endsWith('\\') === true) {
    line = line.slice(0, -1) + ((await state.descriptors.input?.readLine()) ?? '');
  }
  const separators = state.variables.get('IFS') ?? ' \t\n';
  const text = raw ? (line ?? '') : (line ?? '').replace(/\\(.)/g, '$1');
  assignFields(names.length === 0 ? ['REPLY'] : names, text, separators, state);
  return ended ? 1 : 0;
}

function assignFields(names: readonly string[], text: string, separators: string, state: ShellState): void {
  const set = (char: string): boolean => separators.includes(char);
  let rest = text;
  for (const [index, name] of names.entries()) {
    let start = 0;
    while (start < rest.length && set(rest.charAt(start)) && /\s/.test(rest.charAt(start))) start++;
    rest = rest.slice(start);
    if (index === names.length - 1) {
      let end = rest.length;
      while (end > 0 && set(rest.charAt(end - 1)) && /\s/.test(rest.charAt(end - 1))) end--;
      state.variables.set(name, rest.slice(0, end));
      return;
    }
    let end = 0;
    while (end < rest.length && !set(rest.charAt(end))) end++;
    state.variables.set(name, rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
}

function assignArguments(argv: readonly string[], state: ShellState, each: (name: string) => void): number {
  for (const argument of argv.slice(1)) {
    if (argument.startsWith('-')) continue;
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument : argument.slice(0, equals);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`${name}: is not an identifier`);
    each(name);
    if (equals >= 0) state.variables.set(name, argument.slice(equals + 1));
  }
  return 0;
}

function exportVariables(argv: readonly string[], { state }: Context): number {
  if (argv.length === 1 || argv[1] === '-p') {
    for (const name of [...state.exported].sort()) say(state, `${name}=${state.variables.get(name) ?? ''}\n`);
    return 0;
  }
  return assignArguments(argv, state, (name) => state.exported.add(name));
}

function local(argv: readonly string[], { state }: Context): number {
  const scope = state.locals.at(-1);
  return assignArguments(argv, state, (name) => {
    if (scope !== undefined && !scope.has(name)) scope.set(name, state.variables.get(name));
  });
}

function set(argv: readonly string[], { state }: Context): number {
  for (let index = 1; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      state.positional = argv.slice(index + 1);
      return 0;
    }
    if (argument === '-o' || argument === '+o') {
      const flag = { errexit: 'e', nounset: 'u', xtrace: 'x' }[argv[++index] ?? ''];
      if (flag !== undefined) toggle(state, flag, argument === '-o');
    } else if (/^[-+][a-z]+$/.test(argument)) {
      for (const flag of argument.slice(1)) toggle(state, flag, argument.startsWith('-'));
    } else {
      state.positional = argv.slice(index);
      return 0;
    }
  }
  if (argv.length === 1) for (const [name, value] of [...state.variables].sort()) say(state, `${name}=${value}\n`);
  return 0;
}

function toggle(state: ShellState, flag: string, on: boolean): void {
  if (on) state.options.add(flag);
  else state.options.delete(flag);
}

function letArithmetic(argv: readonly string[], { state, expander }: Context): number {
  let value = 0;
  for (const text of argv.slice(1)) {
    value = evaluate(
      text,
      (name) => variable(name, expander),
      (name, set) => state.variables.set(name, set),
    );
  }
  return value === 0 ? 1 : 0;
}

/** What a shell does with its variables, options and arguments. */
export const VARIABLE_BUILTINS: Readonly<Record<string, Builtin>> = {
  read,
  export: exportVariables,
  readonly: (argv, { state }) => assignArguments(argv, state, () => undefined),
  local,
  typeset: local,
  unset: (argv, { state }) => {
    for (const name of argv.slice(1)) {
      state.variables.delete(name);
      state.functions.delete(name);
    }
    return 0;
  },
  set,
  shift: (argv, { state }) => {
    state.positional = state.positional.slice(argv[1] === undefined ? 1 : Number(argv[1]));
    return 0;
  },
  let: letArithmetic,
};
