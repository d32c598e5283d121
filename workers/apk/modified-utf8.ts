/**
 * UTF-8 as Java and aapt2 write it: characters beyond the basic plane as two surrogates of three bytes each, and NUL as
 * c0 80 (source.android.com/docs/core/runtime/dex-format, "MUTF-8"). Plain UTF-8 decodes as itself; bytes that are
 * neither become U+FFFD.
 */
export function decodeModifiedUtf8(bytes: Buffer): string {
  if (!isModified(bytes)) return bytes.toString('utf8');
  const units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const second = (bytes[at + 1] ?? 0) & 0x3f;
    const third = (bytes[at + 2] ?? 0) & 0x3f;
    if (first < 0x80) {
      units.push(first);
      at += 1;
    } else if ((first & 0xe0) === 0xc0) {
      units.push(((first & 0x1f) << 6) | second);
      at += 2;
    } else if ((first & 0xf0) === 0xe0) {
      units.push(((first & 0x0f) << 12) | (second << 6) | third);
      at += 3;
    } else {
      units.push(0xfffd);
      at += 1;
    }
  }
  let text = '';
  for (let at = 0; at < units.length; at += 8192) text += String.fromCharCode(...units.slice(at, at + 8192));
  return text.replace(LONE_SURROGATE, '\ufffd');
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Whether there is a surrogate (ed a0 … ed bf) or a NUL of two bytes (c0 80). */
function isModified(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    if ((bytes[at + 1] ?? 0) >= 0xa0) return true;
  }
  return bytes.includes(0xc0);
}
