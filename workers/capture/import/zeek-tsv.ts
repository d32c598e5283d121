import { ZEEK_FIELDS, ZEEK_NEEDED, zeekRow, type ZeekField, type ZeekRow } from './zeek-row.ts';

/** What one line of a Zeek log is: a connection, nothing to read, a row of another log, or what was wrong with it. */
export type ZeekLine =
  { readonly row: ZeekRow } | { readonly nothing: true } | { readonly otherLog: string } | { readonly wrong: string };

const NOTHING: ZeekLine = { nothing: true };

/**
 * A reader of the lines of a TSV log (writers/Ascii in Zeek's sources): columns may stand in any order, and the header
 * lines may come again where logs of several hours were put together.
 */
export function zeekTsvReader(): (text: string, ended: boolean) => ZeekLine {
  let separator = '\t';
  let unset = '-';
  let empty = '(empty)';
  let path = 'conn';
  let width = 0;
  let places: ReadonlyMap<ZeekField, number> = new Map();
  let missing: readonly ZeekField[] = ZEEK_NEEDED;
  let lastIsRead = false;

  const header = (text: string): ZeekLine => {
    // `#separator` is parted from its value by a space, all that follow by the separator itself.
    const given = /^#separator (.+)$/.exec(text)?.[1];
    if (given !== undefined) {
      separator = unescaped(given);
      return NOTHING;
    }
    const [name = '', ...values] = text.split(separator);
    if (name === '#unset_field') unset = values[0] ?? unset;
    else if (name === '#empty_field') empty = values[0] ?? empty;
    else if (name === '#path') path = values[0] ?? path;
    else if (name === '#fields') {
      width = values.length;
      places = new Map(
        ZEEK_FIELDS.flatMap((field) => (values.includes(field) ? [[field, values.indexOf(field)]] : [])),
      );
      missing = ZEEK_NEEDED.filter((field) => !places.has(field));
      lastIsRead = [...places.values()].includes(width - 1);
    }
    return NOTHING;
  };

  return (text, ended) => {
    if (text === '') return NOTHING;
    if (text.startsWith('#')) return header(text);
    if (path !== 'conn') return { otherLog: path };
    if (width === 0) return { wrong: 'it stands before any #fields' };
    if (missing.length > 0) return { wrong: `#fields lacks ${missing.join(', ')}` };
    const values = text.split(separator);
    if (values.length !== width)
      return { wrong: `${width} fields as in #fields were expected, found ${values.length}` };
    // Zeek ends each line; where the end is missing, the last number may be half of one.
    if (!ended && lastIsRead) return { wrong: 'the line is cut' };
    const row = zeekRow((field) => {
      const place = places.get(field);
      const value = place === undefined ? undefined : values[place]!;
      if (value === undefined || value === unset || value === empty) return undefined;
      return value.includes('\\x') ? unescaped(value) : value;
    });
    return typeof row === 'string' ? { wrong: row } : { row };
  };
}

/** `\x09` as Zeek writes bytes that would be mistaken for something else. */
function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
