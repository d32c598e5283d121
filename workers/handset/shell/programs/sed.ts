import type { ProgramIo, Programs } from '../../system.ts';
import { readFlags } from '../flags.ts';
import { linesAsTheyCome, linesOf, pathOf } from '../inputs.ts';
import { parseScript, type Address, type Edit } from './sed-script.ts';

export const SED_PROGRAMS: Programs = { sed };

/** sed with `s`, `y`, `p`, `d`, `q`, `=`, `a`, `i`, `c`, addresses and ranges. */
async function sed(io: ProgramIo): Promise<number> {
  const flags = readFlags(io.argv, 'nrEie:f:s');
  const rest = [...flags.rest];
  const scripts = flags.has('e') ? flags.values('e') : [rest.shift() ?? ''];
  const edits = parseScript(scripts.join('\n'), flags.has('r') || flags.has('E'));
  const quiet = flags.has('n');
  if (rest.length === 0) {
    await run(edits, linesAsTheyCome(io.stdin), quiet, (text) => io.out(text), io);
    return 0;
  }
  for (const name of rest) {
    const path = pathOf(io, name);
    let edited = '';
    const out = flags.has('i') ? (text: string): void => void (edited += text) : (text: string): void => io.out(text);
    await run(edits, linesOf(io.files.read(path)), quiet, out, io);
    if (flags.has('i')) io.files.write(path, edited);
  }
  return 0;
}

async function run(
  edits: readonly Edit[],
  lines: Iterable<string> | AsyncIterable<string>,
  quiet: boolean,
  out: (text: string) => void,
  io: ProgramIo,
): Promise<void> {
  const state = { number: 0, last: false };
  // One line of look-ahead, so that `$` is known.
  let held: string | null = null;
  const step = (line: string): boolean => {
    state.number++;
    const { text, after, quit } = apply(edits, line, state, out);
    if (text !== null && !quiet) out(`${text}\n`);
    out(after);
    return quit;
  };
  for await (const line of lines) {
    if (held !== null && step(held)) return;
    held = line;
    await io.drained();
  }
  state.last = true;
  if (held !== null) step(held);
}

function apply(
  edits: readonly Edit[],
  line: string,
  state: { number: number; last: boolean },
  out: (text: string) => void,
) {
  let text = line;
  let after = '';
  for (const edit of edits) {
    if (selects(edit, text, state) === edit.negated) continue;
    const { action } = edit;
    switch (action.kind) {
      case 's': {
        const replaced = substitute(text, action);
        if (replaced !== null && action.print) out(`${replaced}\n`);
        text = replaced ?? text;
        break;
      }
      case 'y':
        text = [...text]
          .map((char) => (action.from.includes(char) ? action.to.charAt(action.from.indexOf(char)) : char))
          .join('');
        break;
      case 'p':
        out(`${text}\n`);
        break;
      case '=':
        out(`${state.number}\n`);
        break;
      case 'i':
        out(`${action.text}\n`);
        break;
      case 'a':
        after += `${action.text}\n`;
        break;
      case 'c':
        out(`${action.text}\n`);
        return { text: null, after, quit: false };
      case 'd':
        return { text: null, after, quit: false };
      case 'q':
        return { text, after, quit: true };
    }
  }
  return { text, after, quit: false };
}

function selects(edit: Edit, text: string, state: { number: number; last: boolean }): boolean {
  if (edit.from === null) return true;
  if (edit.to === null) return meets(edit.from, text, state);
  if (edit.active) {
    const over =
      typeof edit.to === 'object' && 'line' in edit.to ? state.number >= edit.to.line : meets(edit.to, text, state);
    if (over) edit.active = false;
    return true;
  }
  if (!meets(edit.from, text, state)) return false;
  edit.active = !(typeof edit.to === 'object' && 'line' in edit.to && edit.to.line <= state.number);
  return true;
}

function meets(address: Address, text: string, state: { number: number; last: boolean }): boolean {
  if (address === 'last') return state.last;
  if ('line' in address) return state.number === address.line;
  address.pattern.lastIndex = 0;
  return address.pattern.test(text);
}

function substitute(
  text: string,
  { pattern, replacement, nth, all }: Extract<Edit['action'], { kind: 's' }>,
): string | null {
  let seen = 0;
  let changed = false;
  const result = text.replace(pattern, (...found: unknown[]) => {
    const whole = String(found[0]);
    if (++seen < nth || (!all && seen > nth)) return whole;
    changed = true;
    return replacement.replace(/\\([0-9nt&\\/])|&/g, (mark, escaped: string | undefined) => {
      if (escaped === undefined) return whole;
      if (escaped === 'n') return '\n';
      if (escaped === 't') return '\t';
      if (!/[0-9]/.test(escaped)) return escaped;
      const group = found[Number(escaped)];
      return typeof group === 'string' ? group : mark === '\\0' ? whole : '';
    });
  });
  return changed ? result : null;
}
