import { Fault, printable } from '../contract/fault.ts';
import { mayActAs, type Actor } from '../contract/person.ts';

const USUAL = 50;
const MOST = 500;

/** How many rows to ask the ledger for: one more than are shown, which tells whether there is another page. */
export function rowsFor(most: number | undefined): number {
  return Math.min(Math.max(1, Math.trunc(most ?? USUAL)), MOST) + 1;
}

/** The rows of one page and the cursor of the next. `rows` holds up to {@link rowsFor} of them, in the order of the list. */
export function cutPage<Row extends { readonly seq: string }>(
  rows: readonly Row[],
  most: number | undefined,
): { page: Row[]; next: string | null } {
  const page = rows.slice(0, rowsFor(most) - 1);
  return { page, next: rows.length > page.length ? (page.at(-1)?.seq ?? null) : null };
}

/** The number in a cursor; null: from the newest. @throws Fault `usage` */
export function afterCursor(cursor: string | null | undefined): string | null {
  if (cursor === undefined || cursor === null) return null;
  if (!/^\d{1,18}$/.test(cursor)) throw new Fault('usage', `no such cursor: ${printable(cursor)}`);
  return cursor;
}

/** For LIKE: the text itself, whatever it holds. */
export function literally(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').replace(/[\\%_]/g, '\\$&');
}

/** The person whose submissions alone may be seen; null where all may. */
export function onlyOf(viewer: Actor | null): string | null {
  return viewer === null || mayActAs(viewer, 'reviewer') ? null : viewer.person;
}

/** The host backwards with a dot at its end: what lies in a domain, and the domain itself, begin alike. */
export function backwards(host: string): string {
  return `${[...host].reverse().join('')}.`;
}
