const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
};

/** Backslash escapes as `printf` and `$'…'` know them: \n \t \0101 \101 \x41. */
export function unescapeC(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)/gs, (whole: string, code: string) => {
    if (code.startsWith('x') && code.length > 1) return String.fromCharCode(parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(parseInt(code, 8) & 0xff);
    return ESCAPES[code] ?? ('\\"\''.includes(code) ? code : whole);
  });
}

/** The same as bytes, so that `\\377` is one byte and not a character. */
export function unescapeBytes(text: string): Buffer {
  return Buffer.from(unescapeC(Buffer.from(text).toString('latin1')), 'latin1');
}
