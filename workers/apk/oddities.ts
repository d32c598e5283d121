import type { Oddity } from '../../orchestrator/contract/apk.ts';
import { printable } from '../../orchestrator/contract/fault.ts';

/** Kinds of oddity, each explained in docs/apk-reader.md. */
export const ODDITY_KINDS = [
  'zip-several-disks',
  'zip-uncounted-entries',
  'zip-gap',
  'zip-encrypted-flag',
  'zip-unknown-method',
  'zip-local-header',
  'zip-data-descriptor',
  'zip-overlap',
  'zip-extra-field',
  'zip-path',
  'zip-comment',
  'xml-type',
  'xml-unknown-chunk',
  'xml-trailing-bytes',
  'xml-attribute-size',
  'xml-string-pool',
  'xml-misnamed-attribute',
  'xml-namespace',
  'resources-damaged',
  'manifest-repeated',
  'launch-name',
  'network-config',
  'signature-broken',
  'signature-too-old',
  'dex-damaged',
] as const;
export type OddityKind = (typeof ODDITY_KINDS)[number];

/** Collects what is odd about one file, a few of each kind: a thousand equal lies say no more than ten. */
export interface OddityLog {
  add(kind: OddityKind, where: string, detail: string): void;
  /** In the order of the reading; hostile text is made printable. */
  all(): Oddity[];
}

const MOST_OF_A_KIND = 10;
const MOST_CHARACTERS = 400;

export function oddityLog(): OddityLog {
  const found: Oddity[] = [];
  const counts = new Map<OddityKind, number>();
  return {
    add(kind, where, detail) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count > MOST_OF_A_KIND) return;
      found.push({ kind, where: printable(where), detail: printable(detail, MOST_CHARACTERS) });
    },
    all() {
      const more = [...counts].flatMap(([kind, count]): Oddity[] =>
        count > MOST_OF_A_KIND
          ? [{ kind, where: 'the whole file', detail: `${count - MOST_OF_A_KIND} further oddities of this kind.` }]
          : [],
      );
      return [...found, ...more];
    },
  };
}
