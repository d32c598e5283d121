// In: host names of one registrable domain. Out: the largest family of siblings that differ only in one generated
// label, as a pattern and its members.

export interface NamePattern {
  /** As in `*.example.net`. */
  readonly pattern: string;
  /** Indices of the names given. */
  readonly members: readonly number[];
}

interface Name {
  readonly host: string;
  readonly port: number;
  /** True where too few beats went there to judge the name alone. */
  readonly scarce: boolean;
}

/** Fewer siblings than this show no habit of making names up. */
const LEAST_SIBLINGS = 3;
/** Names with more labels than this below their domain are left out: one label of many is no name of a host. */
const MOST_LABELS = 8;

/**
 * Siblings have the same port and the same labels but one, and that one looks made by a program. Where at least three
 * do, a scarcely used sibling of a length between theirs belongs to them too: of random letters, some read like words.
 */
export function namePattern(names: readonly Name[], domain: string): NamePattern | null {
  const families = new Map<string, { index: number; label: string }[]>();
  names.forEach(({ host, port }, index) => {
    if (!host.endsWith(`.${domain}`)) return;
    const labels = host.slice(0, -domain.length - 1).split('.');
    if (labels.length > MOST_LABELS) return;
    labels.forEach((label, at) => {
      const pattern = [...labels.slice(0, at), '*', ...labels.slice(at + 1), domain].join('.');
      const key = `${pattern}:${port}`;
      const family = families.get(key) ?? [];
      if (family.length === 0) families.set(key, family);
      family.push({ index, label });
    });
  });
  let best: NamePattern | null = null;
  for (const [key, family] of families) {
    const members = generated(family, names);
    if (members.length < LEAST_SIBLINGS || members.length <= (best?.members.length ?? 0)) continue;
    best = { pattern: key.slice(0, key.lastIndexOf(':')), members };
  }
  return best;
}

function generated(family: readonly { index: number; label: string }[], names: readonly Name[]): number[] {
  const made = family.filter(({ label }) => looksGenerated(label));
  if (made.length < LEAST_SIBLINGS) return [];
  const lengths = made.map(({ label }) => label.length);
  const shortest = lengths.reduce((a, b) => Math.min(a, b));
  const longest = lengths.reduce((a, b) => Math.max(a, b));
  return family
    .filter(({ index, label }) => {
      const fits = label.length >= shortest && label.length <= longest && names[index]!.scarce;
      return looksGenerated(label) || fits;
    })
    .map(({ index }) => index);
}

/** A number in it (a counter, hex, base 32), or six letters and more that nobody could say: hardly a vowel. */
export function looksGenerated(label: string): boolean {
  if (/\d/.test(label)) return true;
  if (!/^[a-z]{6,}$/.test(label)) return false;
  const vowels = label.replace(/[^aeiouy]/g, '').length;
  return vowels < 0.2 * label.length || /[^aeiouy]{4}/.test(label);
}
