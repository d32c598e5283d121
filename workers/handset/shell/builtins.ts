import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { FileError } from '../files/file-error.ts';
import { VARIABLE_BUILTINS } from './builtin-variables.ts';
import { say, type Builtin, type Context } from './builtin.ts';
import { test } from './condition.ts';
import { Leave } from './ending.ts';
import { runList } from './interpret.ts';
import { parseScript } from './parse.ts';
import { findProgram } from './program.ts';
import { complain } from './shell.ts';
import { runExternal } from './simple.ts';
import { absolute, type ShellState } from './state.ts';
import { unescapeBytes } from './escape.ts';

function statusArgument(argv: readonly string[], state: ShellState): number {
  const text = argv[1];
  return text === undefined ? state.status : Number(text) & 0xff;
}

/** `echo` of mksh: escapes are understood unless -E (mksh(1)). */
function echo(argv: readonly string[], { state }: Context): number {
  let index = 1;
  let newline = '\n';
  let escapes = true;
  for (; /^-[neE]+$/.test(argv[index] ?? ''); index++) {
    for (const flag of (argv[index] ?? '').slice(1)) {
      if (flag === 'n') newline = '';
      else escapes = flag === 'e';
    }
  }
  const text = argv.slice(index).join(' ');
  const [shown = '', cut] = escapes ? text.split(/\\c/, 2) : [text];
  const bytes = escapes ? unescapeBytes(shown) : Buffer.from(shown);
  state.descriptors.outputs.get(1)?.write(Buffer.concat([bytes, Buffer.from(cut === undefined ? newline : '')]));
  return 0;
}

function cd(argv: readonly string[], { state }: Context): number {
  const target =
    argv[1] === '-' ? (state.variables.get('OLDPWD') ?? '/') : (argv[1] ?? state.variables.get('HOME') ?? '/');
  const path = absolute(state.cwd, target);
  try {
    const stat = state.files.stat(path);
    if (stat === undefined) throw new FileError('ENOENT', path);
    if (stat.kind !== 'directory') throw new FileError('ENOTDIR', path);
    state.files.checkAccess(path, 'search');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    complain(state, `cd: ${path}: ${error.message}`);
    return 2;
  }
  state.variables.set('OLDPWD', state.cwd);
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  state.cwd = `/${names.join('/')}`;
  return 0;
}

function testBuiltin(argv: readonly string[], { state, expander }: Context): number {
  const bracket = argv[0] === '[';
  try {
    if (bracket && argv.at(-1) !== ']') throw new Error('missing ]');
    return test(argv.slice(1, bracket ? -1 : undefined), state, expander) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(state, `${argv[0] ?? 'test'}: ${error.message}`);
    return 2;
  }
}

async function exec(argv: readonly string[], { state, system }: Context): Promise<number> {
  const command = argv.slice(argv[1] === '--' ? 2 : 1);
  if (command.length === 0) return 0;
  throw new Leave('exit', await runExternal(command, new Map(), state.descriptors, state, system));
}

async function source(argv: readonly string[], { state, system }: Context): Promise<number> {
  const path = absolute(state.cwd, argv[1] ?? '');
  const text = state.files.read(path).toString('utf8');
  return runList(parseScript(text), state, system);
}

async function wait(argv: readonly string[], { state }: Context): Promise<number> {
  const pids = argv.length > 1 ? argv.slice(1).map(Number) : [...state.background.keys()];
  let status = 0;
  for (const pid of pids) {
    status = (await state.background.get(pid)) ?? 127;
    state.background.delete(pid);
  }
  return argv.length > 1 ? status : 0;
}

function whatIs(name: string, { state, system }: Context): string | null {
  if (state.functions.has(name)) return `${name} is a function`;
  if (Object.hasOwn(BUILTINS, name)) return `${name} is a shell builtin`;
  const found = findProgram(name, state, system);
  if (found.kind === 'missing') return null;
  return `${name} is ${name.includes('/') ? name : `/system/bin/${name}`}`;
}

async function command(argv: readonly string[], context: Context): Promise<number> {
  const [, flag, name = ''] = argv;
  if (flag === '-v' || flag === '-V') {
    const answer = whatIs(name, context);
    if (answer === null) return 1;
    const short = answer.includes(' is /') ? answer.slice(answer.indexOf(' is ') + 4) : name;
    say(context.state, `${flag === '-V' ? answer : short}\n`);
    return 0;
  }
  const builtin = flag === undefined ? undefined : lookUp(BUILTINS, flag);
  if (builtin !== undefined) return builtin(argv.slice(1), context);
  return runExternal(argv.slice(1), new Map(), context.state.descriptors, context.state, context.system);
}

function type(argv: readonly string[], context: Context): number {
  let status = 0;
  for (const name of argv.slice(1)) {
    const answer = whatIs(name, context);
    say(context.state, `${answer ?? `${name} not found`}\n`);
    if (answer === null) status = 1;
  }
  return status;
}

function trap(argv: readonly string[], { state }: Context): number {
  const names = argv.slice(2);
  if (names.includes('EXIT') || names.includes('0')) state.exitTrap = argv[1] === '-' ? null : (argv[1] ?? null);
  // Signals end a shell of the handset at once, so that their traps never run.
  return 0;
}

/** What a shell does itself. */
export const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...VARIABLE_BUILTINS,
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo,
  cd,
  pwd: (_argv, { state }) => {
    say(state, `${state.cwd}\n`);
    return 0;
  },
  test: testBuiltin,
  '[': testBuiltin,
  exec,
  eval: (argv, { state, system }) => runList(parseScript(argv.slice(1).join(' ')), state, system),
  '.': source,
  source,
  wait,
  command,
  type,
  whence: type,
  trap,
  exit: (argv, { state }) => {
    throw new Leave('exit', statusArgument(argv, state));
  },
  return: (argv, { state }) => {
    throw new Leave('return', statusArgument(argv, state));
  },
  break: (argv) => {
    throw new Leave('break', Number(argv[1] ?? 1));
  },
  continue: (argv) => {
    throw new Leave('continue', Number(argv[1] ?? 1));
  },
};
