import { printable } from '../contract/fault.ts';
import type { Allowance } from '../contract/review.ts';

type Column = readonly [name: string, value: (allowance: Allowance) => string | number | boolean | null];

const COLUMNS: readonly Column[] = [
  ['package', (one) => one.package],
  ['label', (one) => one.label],
  ['signers', (one) => one.signers.join(' ')],
  ['versionCode', (one) => one.versionCode],
  ['versionName', (one) => one.versionName],
  ['sha256', (one) => one.sha256],
  ['function', (one) => one.function],
  ['state', (one) => one.state],
  ['verdict', (one) => one.verdict],
  ['override', (one) => one.override],
  ['approvedBy', (one) => one.approvedBy.map(({ name }) => name).join('; ')],
  ['reason', (one) => one.reason],
  ['since', (one) => one.since],
  ['until', (one) => one.until],
  ['endedAt', (one) => one.ended?.at ?? null],
  ['endedBecause', (one) => one.ended?.reason ?? null],
  ['report', (one) => one.report],
  ['id', (one) => one.id],
];

/**
 * The allowlist as CSV (RFC 4180: comma, CRLF, quotes doubled), a line for each allowance in the order given, UTF-8.
 * A spreadsheet opens such a file, so text that it would take for a formula begins with an apostrophe here (OWASP, CSV
 * injection), and control and direction-changing characters are shown as escapes.
 */
export function allowlistCsv(allowances: readonly Allowance[]): string {
  const lines = [
    COLUMNS.map(([name]) => name),
    ...allowances.map((allowance) => COLUMNS.map(([, value]) => field(value(allowance)))),
  ];
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('');
}

/** The same as JSON; characters that change the direction of text are escaped, so that no viewer is led astray. */
export function allowlistJson(allowances: readonly Allowance[]): string {
  const text = JSON.stringify({ schema: 'sleeptalk-allowlist-1', allowances }, null, 2);
  // printable() would escape the line breaks of the layout too; inside strings JSON has escaped those already.
  const lines = text.split('\n').map((line) => printable(line, Infinity));
  return `${lines.join('\n')}\n`;
}

function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? unformulated(printable(value, Infinity)) : String(value);
  return /[",;\s']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet also looks past leading spaces, and takes full-width signs for the plain ones. */
function unformulated(text: string): string {
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/.test(text) ? `'${text}` : text;
}
