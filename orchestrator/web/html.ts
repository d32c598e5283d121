/** Markup that is safe to send: only {@link html} and {@link trusted} make it, so text can never become markup. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Part = Html | string | number | boolean | null | undefined | readonly Part[];

/** A template whose values are escaped unless they are {@link Html}; false, null and undefined print nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const between = unindented(strings);
  let text = between[0] ?? '';
  for (let index = 0; index < values.length; index += 1) text += render(values[index]) + (between[index + 1] ?? '');
  return new Html(text);
}

/** By template: each is written once in the source, and filled thousands of times for a report with many beats. */
const UNINDENTED = new WeakMap<TemplateStringsArray, readonly string[]>();

/** How far a line of the source is indented says nothing in a page, and would be a quarter of it. Values stay as they are. */
function unindented(strings: TemplateStringsArray): readonly string[] {
  let known = UNINDENTED.get(strings);
  if (known === undefined) {
    known = strings.map((part) => part.replace(/\n\s*/g, '\n'));
    UNINDENTED.set(strings, known);
  }
  return known;
}

/** Marks text of our own (a style sheet, a number format) as markup. Never call it with text from a report. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(value: Part): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || value === false || value === true) return '';
  if (typeof value === 'object') return value.map(render).join('');
  if (typeof value === 'number') return String(value);
  return escapeHtml(String(value));
}

/** Printable ASCII without the five characters that mean something in markup: nearly all text there is. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

/**
 * Escapes for element text and quoted attributes, in HTML and SVG alike. Control and bidirectional characters are made
 * visible first: text of an APK must not reorder the page around it (Unicode TR 36, section 2.9).
 */
export function escapeHtml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
