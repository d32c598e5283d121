import type { FileTree } from '../file-tree.ts';

/** A run of text; quoted text stands for itself, unquoted `*`, `?` and `[` are patterns. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

const MOST_MATCHES = 100_000;

export function isPattern(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => !piece.quoted && /[*?[]/.test(piece.text));
}

/** The pattern as a regular expression's source, unanchored. `*` is lazy where asked (`${x#pat}`). */
export function patternSource(pieces: readonly Piece[], lazy = false): string {
  return pieces.map((piece) => (piece.quoted ? escapeRegExp(piece.text) : globSource(piece.text, lazy))).join('');
}

/** Matches a whole text. */
export function patternRegExp(pieces: readonly Piece[]): RegExp {
  return new RegExp(`^(?:${patternSource(pieces)})$`, 's');
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function globSource(glob: string, lazy: boolean): string {
  let source = '';
  for (let index = 0; index < glob.length; index++) {
    const char = glob.charAt(index);
    const close = char === '[' ? glob.indexOf(']', index + 2) : -1;
    if (char === '*') source += source.endsWith('.*') ? '' : lazy ? '.*?' : '.*';
    else if (char === '?') source += '.';
    else if (close > 0) {
      const inner = glob.slice(index + 1, close).replace(/[\\\]^]/g, '\\$&');
      source +=
        inner.startsWith('!') || inner.startsWith('\\^') ? `[^${inner.replace(/^(!|\\\^)/, '')}]` : `[${inner}]`;
      index = close;
    } else source += escapeRegExp(char);
  }
  return source;
}

/** Paths that match, sorted; the text itself where nothing does. */
export function expandGlob(pieces: readonly Piece[], cwd: string, files: FileTree): string[] {
  const literal = pieces.map((piece) => piece.text).join('');
  const components = splitComponents(pieces);
  const absolute = literal.startsWith('/');
  let found = [absolute ? '/' : ''];
  for (const component of components) {
    found = found.flatMap((base) => matchIn(base, component, cwd, files)).slice(0, MOST_MATCHES);
  }
  return found.length === 0 ? [literal] : found.sort();
}

function matchIn(base: string, component: readonly Piece[], cwd: string, files: FileTree): string[] {
  const join = (name: string): string => (base === '' || base.endsWith('/') ? `${base}${name}` : `${base}/${name}`);
  const absoluteOf = (path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`);
  if (!isPattern(component)) {
    const path = join(component.map((piece) => piece.text).join(''));
    return exists(files, absoluteOf(path)) ? [path] : [];
  }
  const pattern = patternRegExp(component);
  const hiddenToo = component[0]?.text.startsWith('.') ?? false;
  return namesIn(files, absoluteOf(base === '' ? '.' : base))
    .filter((name) => (hiddenToo || !name.startsWith('.')) && pattern.test(name))
    .map(join);
}

function splitComponents(pieces: readonly Piece[]): Piece[][] {
  const components: Piece[][] = [[]];
  for (const piece of pieces) {
    for (const [index, text] of piece.text.split('/').entries()) {
      if (index > 0) components.push([]);
      if (text !== '') components.at(-1)?.push({ text, quoted: piece.quoted });
    }
  }
  return components.filter((component) => component.length > 0);
}

function exists(files: FileTree, path: string): boolean {
  try {
    return files.linkStat(path) !== undefined;
  } catch {
    return false; // A folder that may not be searched matches nothing, as in mksh.
  }
}

function namesIn(files: FileTree, path: string): string[] {
  try {
    return files.list(path);
  } catch {
    return []; // A folder that may not be read, or is none, matches nothing, as in mksh.
  }
}
