import type { FileTree } from '../file-tree.ts';
import type { Condition } from './ast.ts';
import { expandPattern, expandText, type Expander } from './expand.ts';
import { variable } from './parameter.ts';
import { absolute, type ShellState } from './state.ts';

/** `[[ … ]]`. */
export async function meets(condition: Condition, expander: Expander): Promise<boolean> {
  const { state } = expander;
  switch (condition.kind) {
    case 'not':
      return !(await meets(condition.of, expander));
    case 'and':
      return (await meets(condition.left, expander)) && (await meets(condition.right, expander));
    case 'or':
      return (await meets(condition.left, expander)) || (await meets(condition.right, expander));
    case 'word':
      return (await expandText(condition.word, expander)) !== '';
    case 'unary':
      return unary(condition.operator, await expandText(condition.word, expander), state);
    case 'binary': {
      const left = await expandText(condition.left, expander);
      if (condition.operator === '=~') return new RegExp(await expandText(condition.right, expander)).test(left);
      if (['==', '=', '!='].includes(condition.operator)) {
        return (await expandPattern(condition.right, expander)).test(left) === (condition.operator !== '!=');
      }
      const right = await expandText(condition.right, expander);
      return binary(condition.operator, left, right, state);
    }
  }
}

/** `test` and `[`: the arguments without the brackets. Throws on a malformed expression (status 2). */
export function test(args: readonly string[], state: ShellState, expander: Expander): boolean {
  const cursor = { index: 0 };
  if (args.length === 0) return false;
  const result = parseOr(args, cursor, state, expander);
  if (cursor.index < args.length) throw new Error(`${args[cursor.index] ?? ''}: unexpected operator/operand`);
  return result;
}

interface Cursor {
  index: number;
}

function parseOr(args: readonly string[], cursor: Cursor, state: ShellState, expander: Expander): boolean {
  let left = parseAnd(args, cursor, state, expander);
  while (args[cursor.index] === '-o') {
    cursor.index++;
    const right = parseAnd(args, cursor, state, expander);
    left ||= right;
  }
  return left;
}

function parseAnd(args: readonly string[], cursor: Cursor, state: ShellState, expander: Expander): boolean {
  let left = parseOne(args, cursor, state, expander);
  while (args[cursor.index] === '-a') {
    cursor.index++;
    const right = parseOne(args, cursor, state, expander);
    left &&= right;
  }
  return left;
}

const BINARY = /^(=|==|!=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

function parseOne(args: readonly string[], cursor: Cursor, state: ShellState, expander: Expander): boolean {
  const left = args.length - cursor.index;
  const first = args[cursor.index++];
  if (first === undefined) throw new Error('argument expected');
  const second = args[cursor.index];
  if (second !== undefined && left >= 3 && BINARY.test(second)) {
    cursor.index += 2;
    return binary(second, first, args[cursor.index - 1] ?? '', state);
  }
  if (first === '!' && left > 1) return !parseOne(args, cursor, state, expander);
  if (first === '(' && left > 2) {
    const inner = parseOr(args, cursor, state, expander);
    if (args[cursor.index++] !== ')') throw new Error("missing ')'");
    return inner;
  }
  if (/^-[a-zA-Z]$/.test(first) && second !== undefined) {
    cursor.index++;
    if (first === '-v') return variable(second, expander) !== '';
    return unary(first, second, state);
  }
  return first !== '';
}

function unary(operator: string, text: string, state: ShellState): boolean {
  switch (operator) {
    case '-n':
      return text !== '';
    case '-z':
      return text === '';
    case '-t':
      return false;
    default:
      return fileTest(operator, absolute(state.cwd, text), state);
  }
}

function fileTest(operator: string, path: string, state: ShellState): boolean {
  const files: FileTree = state.files;
  try {
    const stat = operator === '-L' || operator === '-h' ? files.linkStat(path) : files.stat(path);
    if (stat === undefined) return false;
    switch (operator) {
      case '-e':
      case '-a':
        return true;
      case '-f':
        return stat.kind === 'file';
      case '-d':
        return stat.kind === 'directory';
      case '-L':
      case '-h':
        return stat.kind === 'link';
      case '-S':
        return stat.kind === 'socket';
      case '-c':
        return stat.kind === 'device';
      case '-s':
        return stat.sizeBytes > 0;
      case '-r':
        state.files.checkAccess(path, 'read');
        return true;
      case '-w':
        state.files.checkAccess(path, 'write');
        return true;
      case '-x':
        if (stat.kind !== 'directory' && (stat.mode & 0o111) === 0) return false;
        state.files.checkAccess(path, 'search');
        return true;
      default:
        return false;
    }
  } catch {
    return false; // What may not be looked at tests false, as access(2) failing does.
  }
}

function binary(operator: string, left: string, right: string, state: ShellState): boolean {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef': {
      const [a, b] = [left, right].map((path) => state.files.stat(absolute(state.cwd, path)));
      if (operator === '-ef') return a !== undefined && state.files.inode(left) === state.files.inode(right);
      const [newer, older] = operator === '-nt' ? [a, b] : [b, a];
      return newer !== undefined && newer.mtimeMs > (older?.mtimeMs ?? -Infinity);
    }
    default:
      return compare(operator, integer(left), integer(right));
  }
}

function compare(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error(`${text}: unexpected operator/operand`);
  return Number(text);
}
