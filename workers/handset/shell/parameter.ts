import { patternRegExp, patternSource, type Piece } from './glob.ts';
import type { Expander } from './expand.ts';

/** The expansion failed in a way that ends the shell, such as `${x:?gone}`. */
export class ExpansionFault extends Error {
  override readonly name = 'ExpansionFault';
}

/** `${name#pat}` and its kin. The suffix forms try every start, because a regular expression matches leftmost first. */
export function trim(text: string, operator: string, pieces: readonly Piece[]): string {
  if (operator.startsWith('#')) {
    const source = patternSource(pieces, operator === '#');
    return text.replace(new RegExp(`^(?:${source})`, 's'), '');
  }
  const whole = patternRegExp(pieces);
  const starts = [...Array(text.length + 1).keys()];
  if (operator === '%') starts.reverse();
  const start = starts.find((from) => whole.test(text.slice(from)));
  return start === undefined ? text : text.slice(0, start);
}

export function required(name: string, expander: Expander): string {
  const value = lookup(name, expander);
  if (value === undefined && expander.state.options.has('u')) throw new ExpansionFault(`${name}: parameter not set`);
  return value ?? '';
}

export function variable(name: string, expander: Expander): string {
  return lookup(name, expander) ?? '';
}

export function lookup(name: string, { state, clock }: Expander): string | undefined {
  switch (name) {
    case '?':
      return String(state.status);
    case '$':
      return String(state.pid);
    case '!':
      return state.lastBackgroundPid === 0 ? '' : String(state.lastBackgroundPid);
    case '#':
      return String(state.positional.length);
    case '@':
    case '*':
      return state.positional.join(' ');
    case '-':
      return [...state.options].join('');
    case '0':
      return state.name;
    case 'PWD':
      return state.cwd;
    case 'PPID':
      return String(state.parentPid);
    case 'RANDOM':
      // A glibc-like step over device time: the handset makes no claim to good shell randomness.
      return String((Math.imul(Math.trunc(clock.elapsedMs() * 1000) | 0, 1103515245) >>> 16) & 0x7fff);
    case 'SECONDS':
      return String(Math.trunc(clock.elapsedMs() / 1000));
    case 'EPOCHREALTIME':
      return (clock.nowMs() / 1000).toFixed(6);
    default:
      return /^[1-9]/.test(name) ? state.positional[Number(name) - 1] : state.variables.get(name);
  }
}
