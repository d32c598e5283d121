import type { AndroidState } from '../android/state.ts';
import type { Program, ProgramIo } from '../system.ts';
import { readOptions } from './answer.ts';

const MODES = ['allow', 'ignore', 'deny', 'default', 'foreground'];

/** `appops get|set|reset [--uid] PKG [OP [MODE]]` and `cmd appops …`. */
export function createAppOps(state: AndroidState): Program {
  return (io) => {
    const { rest: words } = readOptions(io.argv.slice(2), ['--user', '--attribution'], ['--uid']);
    const [name = '', operation, mode] = words;
    const verb = io.argv[1];
    if (verb === 'reset') {
      if (name === '') state.appOps.clear();
      else state.appOps.delete(name);
      io.out(
        name === ''
          ? 'Reset all modes for: all users, all packages\n'
          : `Reset all modes for: user 0, package ${name}\n`,
      );
      return 0;
    }
    if (verb === 'query-op') return queryOp(io, state, name, operation);
    if (verb !== 'get' && verb !== 'set') {
      io.err(`Unknown command: ${verb ?? ''}\n`);
      return 255;
    }
    if (!state.packages.get(name) && !/^\d+$/.test(name)) {
      io.err(`Error: No UID for ${name} in user 0\n`);
      return 255;
    }
    const modes = state.appOps.get(name) ?? new Map<string, string>();
    if (verb === 'get') {
      const wanted = operation === undefined ? [...modes] : [...modes].filter(([one]) => one === shortOp(operation));
      if (wanted.length === 0) io.out(`No operations.\n${operation === undefined ? '' : 'Default mode: allow\n'}`);
      else io.out(wanted.map(([one, value]) => `${one}: ${value}\n`).join(''));
      return 0;
    }
    if (operation === undefined || mode === undefined || !MODES.includes(mode)) {
      io.err(`Error: Mode ${mode ?? 'null'} is not valid; must be one of ${MODES.join(', ')}\n`);
      return 255;
    }
    modes.set(shortOp(operation), mode);
    state.appOps.set(name, modes);
    return 0;
  };
}

function queryOp(io: ProgramIo, state: AndroidState, operation: string, mode: string | undefined): number {
  const found = [...state.appOps].filter(([, modes]) => modes.get(shortOp(operation)) === (mode ?? 'allow'));
  io.out(found.length === 0 ? 'No packages.\n' : found.map(([name]) => `${name}\n`).join(''));
  return 0;
}

/** `android:mock_location` and `MOCK_LOCATION` are one operation. */
function shortOp(text: string): string {
  return text.replace(/^android:/, '').toUpperCase();
}
