import type { AndroidState } from '../android/state.ts';
import type { Program, ProgramIo } from '../system.ts';

/** Signals by number and name; those that are not here do nothing to a process of this handset. */
const ENDING: ReadonlySet<string> = new Set([
  '1',
  '2',
  '3',
  '6',
  '9',
  '11',
  '15',
  'HUP',
  'INT',
  'QUIT',
  'ABRT',
  'KILL',
  'SEGV',
  'TERM',
]);

/** `kill [-SIGNAL|-s SIGNAL] PID…`: an app's owner and root may. */
export function createKill(state: AndroidState): Program {
  return (io) => {
    const args = io.argv.slice(1);
    let signal = 'TERM';
    if (args[0] === '-l') {
      io.out('HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM\n');
      return 0;
    }
    if (args[0] === '-s') signal = args.splice(0, 2)[1] ?? 'TERM';
    else if (args[0]?.startsWith('-') === true) signal = (args.shift() ?? '').slice(1);
    signal = signal.toUpperCase().replace(/^SIG/, '');
    let status = 0;
    for (const word of args) {
      const why = killOne(io, state, word, signal);
      if (why === null) continue;
      io.err(`kill: ${word}: ${why}\n`);
      status = 1;
    }
    return status;
  };
}

/** `killall NAME`, `pkill PATTERN`. */
export function createKillByName(state: AndroidState, exact: boolean): Program {
  return (io) => {
    const words = io.argv.slice(1).filter((word) => !word.startsWith('-'));
    const signal = io.argv.includes('-0') ? '0' : 'TERM';
    const found = [...state.processes.list(), ...state.parts.tasks.list()].filter((one) =>
      words.some((word) => (exact ? one.name === word : one.name.includes(word)) && one.pid !== io.pid),
    );
    for (const one of found) killOne(io, state, String(one.pid), signal);
    if (found.length === 0 && exact) io.err(`killall: ${words.join(' ')}: No such process\n`);
    return found.length > 0 ? 0 : 1;
  };
}

/** Null where it was done, else why not. */
function killOne(io: ProgramIo, state: AndroidState, word: string, signal: string): string | null {
  const pid = Number(word);
  if (!Number.isInteger(pid)) return 'arguments must be process or job IDs';
  const process = state.processes.get(pid);
  if (!process) {
    const task = state.parts.tasks.list().find((one) => one.pid === pid);
    if (!task) return 'No such process';
    if (io.uid !== 0 && task.uid !== io.uid) return 'Operation not permitted';
    return state.parts.tasks.kill(pid, signal) ? null : 'No such process';
  }
  if (io.uid !== 0 && process.uid !== io.uid) return 'Operation not permitted';
  if (ENDING.has(signal) && pid !== 1) state.processes.died(pid, `signal ${signal}`);
  return null;
}
