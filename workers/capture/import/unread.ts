import { printable } from '../../../orchestrator/contract/fault.ts';
import { counted } from './counted.ts';

/** Where the named examples end: a report is read by people. */
const MOST_NAMED = 3;

/** What of a file could not be read: how many lines or entries, how many bytes, and the first few by name. */
export class Unread {
  count = 0;
  bytes = 0;
  readonly #named: string[] = [];

  /** `where` as "line 7", `why` as "ts: a number was expected, found 'x'". */
  add(where: string, why: string, bytes: number): void {
    this.count += 1;
    this.bytes += bytes;
    if (this.#named.length < MOST_NAMED) this.#named.push(`${where} (${printable(why, 120)})`);
  }

  /** One sentence with the first few places; none where everything was read. `noun` as "line" or "entry". */
  notes(noun: string, plural = `${noun}s`): string[] {
    if (this.count === 0) return [];
    const more = this.count - this.#named.length;
    const places = this.#named.join(', ') + (more > 0 ? ` and ${more} more` : '');
    return [`${counted(this.count, noun, plural)} of ${counted(this.bytes, 'byte')} could not be read: ${places}.`];
  }
}
