/**
 * Text as a column of PostgreSQL can hold it: U+0000 and halves of surrogate pairs become U+FFFD, and what is longer
 * than `most` characters is cut, with a mark, and never through the middle of a character.
 */
export function columnText(text: string, most = Number.POSITIVE_INFINITY): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  // The encoder writes U+FFFD for what is no character (WHATWG Encoding, "UTF-8 encoder" on scalar values).
  return Buffer.from(cut.replaceAll('\u0000', '\ufffd'), 'utf8').toString('utf8');
}

export function columnTextOrNull(text: string | null, most?: number): string | null {
  return text === null ? null : columnText(text, most);
}
