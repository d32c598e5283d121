import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import { userName } from '../android/base-processes.ts';
import type { AndroidState } from '../android/state.ts';
import type { Program, ProgramIo } from '../system.ts';

interface Row {
  readonly pid: number;
  readonly parentPid: number;
  readonly uid: number;
  readonly name: string;
  readonly args: string;
  readonly state: string;
}

const HELP = `usage: ps [-AadefLlnwZ] [-gG GROUP,] [-k FIELD,] [-o FIELD,] [-p PID,] [-t TTY,] [-uU USER,]

List processes.

Which processes to show (-gGuUpPt selections may be comma separated lists):

-A	All
-a	Has terminal not session leader
-d	All but session leaders
-e	Synonym for -A
-P	Parent PIDs
-p	PIDs
-u	USERs (effective)

Output modifiers:
-o	Show FIELDs
`;

const WITH_VALUE = 'gGkoOpPstTuU';
const DEFAULT_FIELDS = ['USER', 'PID', 'PPID', 'VSZ', 'RSS', 'WCHAN', 'ADDR', 'S', 'NAME'];

/** `ps` of toybox: -A, -e, -f, -o FIELDS, -p PIDS, -P PARENTS, -u USERS. */
export function createPs(state: AndroidState): Program {
  return (io) => {
    const options = new Map<string, string>();
    const args = io.argv.slice(1);
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? '';
      if (word === '--help') {
        io.out(HELP);
        return 0;
      }
      if (!word.startsWith('-')) {
        options.set('p', word);
        continue;
      }
      for (let letter = 1; letter < word.length; letter++) {
        const name = word.charAt(letter);
        if (!WITH_VALUE.includes(name)) {
          options.set(name, '');
          continue;
        }
        const rest = word.slice(letter + 1);
        const value = rest === '' ? (args[++at] ?? '') : rest;
        const before = options.get(name);
        options.set(name, before === undefined ? value : `${before},${value}`);
        break;
      }
    }
    const fields =
      options
        .get('o')
        ?.split(',')
        .map((field) => field.replace(/=.*$/, '').toUpperCase()) ?? fieldsOf(options);
    const unknown = fields.find((field) => !Object.hasOwn(FIELDS, field));
    if (unknown !== undefined) {
      io.err(`ps: bad -o ${unknown}\n`);
      return 1;
    }
    const rows = allRows(state).filter((row) => wanted(row, options, io));
    io.out(table(fields, rows, !(options.get('o') ?? '').includes('=')));
    return rows.length === 0 ? 1 : 0;
  };
}

function fieldsOf(options: ReadonlyMap<string, string>): string[] {
  return options.has('f') ? ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'] : DEFAULT_FIELDS;
}

function wanted(row: Row, options: ReadonlyMap<string, string>, io: ProgramIo): boolean {
  const pids = options.get('p')?.split(',');
  const parents = options.get('P')?.split(',');
  const users = (options.get('u') ?? options.get('U'))?.split(',');
  if (pids) return pids.includes(String(row.pid));
  if (parents) return parents.includes(String(row.parentPid));
  if (users) return users.includes(userName(row.uid)) || users.includes(String(row.uid));
  if (options.has('A') || options.has('e') || options.has('a') || options.has('d')) return true;
  return row.uid === io.uid;
}

/** Processes of the system and of apps, and what the shell runs. */
export function allRows(state: AndroidState): Row[] {
  const processes = state.processes.list().map((one) => ({
    pid: one.pid,
    parentPid: one.parentPid,
    uid: one.uid,
    name: one.name,
    args: one.name,
    state: one.frozen ? 'D' : 'S',
  }));
  const known = new Set(processes.map((row) => row.pid));
  const tasks = state.parts.tasks.list().map((one) => ({
    pid: one.pid,
    parentPid: one.parentPid,
    uid: one.uid,
    name: one.name,
    args: one.commandLine,
    state: one.name === 'ps' ? 'R' : 'S',
  }));
  return [...processes, ...tasks.filter((row) => !known.has(row.pid))].sort((a, b) => a.pid - b.pid);
}

interface Field {
  readonly title: string;
  readonly widthChars: number;
  readonly right: boolean;
  of(row: Row): string;
}

const field = (title: string, widthChars: number, right: boolean, of: (row: Row) => string): Field => ({
  title,
  widthChars,
  right,
  of,
});

const FIELDS: Readonly<Record<string, Field>> = {
  USER: field('USER', 12, false, (row) => userName(row.uid)),
  UID: field('UID', 12, false, (row) => userName(row.uid)),
  PID: field('PID', 6, true, (row) => String(row.pid)),
  PPID: field('PPID', 6, true, (row) => String(row.parentPid)),
  VSZ: field('VSZ', 7, true, (row) => (row.parentPid === 1 ? '42000' : '1300000')),
  RSS: field('RSS', 6, true, (row) => (row.parentPid === 1 ? '6000' : '90000')),
  WCHAN: field('WCHAN', 10, false, () => '0'),
  ADDR: field('ADDR', 10, true, () => '0'),
  S: field('S', 1, false, (row) => row.state),
  STAT: field('STAT', 4, false, (row) => row.state),
  C: field('C', 1, true, () => '0'),
  STIME: field('STIME', 5, false, () => '00:00'),
  TTY: field('TTY', 8, false, () => '?'),
  TIME: field('TIME', 8, true, () => '00:00:00'),
  NAME: field('NAME', 27, false, (row) => row.name),
  COMM: field('COMM', 27, false, (row) => row.name.slice(-15)),
  CMD: field('CMD', 27, false, (row) => row.args),
  CMDLINE: field('CMDLINE', 27, false, (row) => row.args),
  ARGS: field('ARGS', 27, false, (row) => row.args),
};

function table(fields: readonly string[], rows: readonly Row[], withTitles: boolean): string {
  const columns = fields.map((name) => lookUp(FIELDS, name)).filter((one) => one !== undefined);
  const line = (values: readonly string[]): string =>
    `${values
      .map((value, at) => {
        const column = columns[at];
        const last = at === values.length - 1;
        if (!column || last) return value;
        return column.right ? value.padStart(column.widthChars) : value.padEnd(column.widthChars);
      })
      .join(' ')}\n`;
  const head = withTitles ? line(columns.map((one) => (one.title === 'NAME' ? 'NAME'.padEnd(27) : one.title))) : '';
  return head + rows.map((row) => line(columns.map((one) => one.of(row)))).join('');
}

/** `pidof NAME…`: pids, the newest first, as toybox prints them; status 1 where there is none. */
export function createPidof(state: AndroidState): Program {
  return (io) => {
    const single = io.argv.includes('-s');
    const names = io.argv.slice(1).filter((word) => !word.startsWith('-'));
    const pids = allRows(state)
      .filter((row) => names.includes(row.name))
      .map((row) => row.pid)
      .reverse();
    if (pids.length === 0) return 1;
    io.out(`${(single ? pids.slice(0, 1) : pids).join(' ')}\n`);
    return 0;
  };
}

/** `pgrep [-f] [-l] PATTERN`. */
export function createPgrep(state: AndroidState): Program {
  return (io) => {
    const [pattern] = io.argv.slice(1).filter((word) => !word.startsWith('-'));
    const withNames = io.argv.includes('-l');
    const found = allRows(state).filter(
      (row) => row.pid !== io.pid && (row.name.includes(pattern ?? '') || row.args.includes(pattern ?? '')),
    );
    io.out(found.map((row) => `${row.pid}${withNames ? ` ${row.name}` : ''}\n`).join(''));
    return found.length > 0 ? 0 : 1;
  };
}
