import type { Piece } from './glob.ts';
import type { Expander } from './expand.ts';

export type Chunk = Piece | 'field-break';

/** A chunk of an unquoted expansion is marked for splitting by being wrapped. */
interface Splittable extends Piece {
  readonly splittable?: true;
}

export function splittable(text: string, quoted: boolean): Splittable {
  return quoted ? { text, quoted } : { text, quoted: false, splittable: true };
}

/** Field splitting at blanks and newlines (or IFS); an empty unquoted expansion makes no field. */
export function split(chunks: readonly Chunk[], expander: Expander): Piece[][] {
  const separators = expander.state.variables.get('IFS') ?? ' \t\n';
  const fields: Piece[][] = [];
  let field: Piece[] | null = null;
  const close = (): void => {
    if (field !== null) fields.push(field);
    field = null;
  };
  for (const chunk of chunks) {
    if (chunk === 'field-break') {
      close();
      continue;
    }
    if (!('splittable' in chunk) || separators === '') {
      field = [...(field ?? []), chunk];
      continue;
    }
    for (const run of runsOf(chunk.text, separators)) {
      if (run === null) close();
      else field = [...(field ?? []), { text: run, quoted: false }];
    }
  }
  close();
  return fields;
}

/** Texts, and null for each separator between them. */
function runsOf(text: string, separators: string): (string | null)[] {
  const runs: (string | null)[] = [];
  let run = '';
  for (const char of text) {
    if (!separators.includes(char)) {
      run += char;
      continue;
    }
    if (run !== '') runs.push(run);
    runs.push(null);
    run = '';
  }
  if (run !== '') runs.push(run);
  return runs;
}
