/** What the standard fonts of PDF can show beside ASCII and Latin-1: code page 1252, rows 80 and 90 (PDF 32000-1, D.2). */
const BEYOND_LATIN_1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** Signs of our own sentences that those fonts lack, in ASCII. */
const PLAIN: Readonly<Record<string, string>> = {
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
  '≈': '~',
  '−': '-',
  '→': '->',
  '←': '<-',
  '✓': '+',
  '✗': 'x',
  '\u2009': ' ',
  '\u202f': ' ',
};

/**
 * Text as the standard fonts of PDF show it. Every other character becomes its escape, `\u4e2d` or `\u{1f600}`: never
 * a wrong letter, never nothing. Control characters and such that change the direction of text are among them.
 */
export function winAnsi(text: string, most = 4000): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return Array.from(cut, show).join('');
}

function show(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const isLatin = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff && code !== 0xad);
  if (isLatin || BEYOND_LATIN_1.includes(char)) return char;
  return PLAIN[char] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`);
}
