import { printable } from '../../../orchestrator/contract/fault.ts';

/** A log of a scan names millions. */
const MOST_NAMES = 10_000;
const LONGEST_NAME = 100;
const MOST_LISTED = 5;

/** Counts of names: so many of them, each so long, and kept apart from the line that it was cut from. */
export class Tally {
  total = 0;
  /** True where more names came than are kept: they are in the total only. */
  full = false;
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  add(given: string): void {
    this.total += 1;
    const name = given.slice(0, LONGEST_NAME);
    const count = this.#counts.get(name);
    if (count !== undefined) this.#counts.set(name, count + 1);
    else if (this.#counts.size < MOST_NAMES) this.#counts.set(Buffer.from(name).toString(), 1);
    else this.full = true;
  }

  first(): string | null {
    for (const name of this.#counts.keys()) return name;
    return null;
  }

  /** Most frequent first. */
  ranked(): (readonly [string, number])[] {
    return [...this.#counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }
}

/** "a (40), b (12) and 3 more". */
export function listed(tally: Tally): string {
  const named = tally.ranked().slice(0, MOST_LISTED);
  const more = tally.size - named.length;
  return (
    named.map(([name, count]) => `${printable(name, 60)} (${count})`).join(', ') + (more > 0 ? ` and ${more} more` : '')
  );
}
