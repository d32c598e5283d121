import { Fault } from '../../../orchestrator/contract/fault.ts';

/** The tables of a dex file that are looked at (source.android.com/docs/core/runtime/dex-format). */
export interface Dex {
  readonly bytes: Buffer;
  readonly strings: number;
  readonly classes: number;
  /** Java packages of the classes that are defined here, dotted, each once for each class. */
  packages(): Generator<string>;
  /** Offsets of the first byte behind the length of each string, in order. */
  stringOffsets(): Generator<number>;
}

const HEADER_BYTES = 0x70;
const ENDIAN_TAG = 0x12345678;
const CLASS_DEF_BYTES = 32;
const NO_PACKAGE = '';
/** Several times what the largest apps have in one file; a hostile table may name one long string for each entry. */
const MOST_STRINGS = 1_000_000;
const MOST_CLASSES = 300_000;

/**
 * Opens the string, type and class tables; code is not parsed, checksum and signature are not compared. Every offset
 * is checked before it is followed; what leaves the file is left out.
 * @throws Fault apk-malformed where the header contradicts the file
 */
export function openDex(bytes: Buffer, where: string): Dex {
  const broken = (why: string): Fault => new Fault('apk-malformed', `${where} ${why}.`);
  if (bytes.length < HEADER_BYTES) throw broken(`has ${bytes.length} bytes, fewer than the header of a dex file`);
  if (!/^dex\n0\d\d\0$/.test(bytes.toString('latin1', 0, 8))) throw broken('does not begin as a dex file does');
  if (bytes.readUInt32LE(40) !== ENDIAN_TAG) throw broken('has bytes in an order that Android does not run');
  const table = (at: number, itemBytes: number, what: string): { count: number; offset: number } => {
    const count = bytes.readUInt32LE(at);
    const offset = bytes.readUInt32LE(at + 4);
    if (count > 0 && offset + count * itemBytes > bytes.length) throw broken(`has a table of ${what} that leaves it`);
    return { count, offset };
  };
  const strings = table(56, 4, 'strings');
  const types = table(64, 4, 'types');
  const classes = table(96, CLASS_DEF_BYTES, 'classes');

  /** Behind the ULEB128 length of a string; null where the file ends before it. */
  const dataOf = (index: number): number | null => {
    if (index >= strings.count) return null;
    let at = bytes.readUInt32LE(strings.offset + index * 4);
    for (let length = 0; length < 5; length += 1, at += 1) {
      const byte = bytes[at];
      if (byte === undefined) return null;
      if (byte < 0x80) return at + 1;
    }
    return null;
  };
  return {
    bytes,
    strings: strings.count,
    classes: classes.count,
    *packages() {
      for (let index = 0; index < Math.min(classes.count, MOST_CLASSES); index += 1) {
        const type = bytes.readUInt32LE(classes.offset + index * CLASS_DEF_BYTES);
        if (type >= types.count) continue;
        const at = dataOf(bytes.readUInt32LE(types.offset + type * 4));
        if (at !== null) yield packageAt(bytes, at);
      }
    },
    *stringOffsets() {
      for (let index = 0; index < Math.min(strings.count, MOST_STRINGS); index += 1) {
        const at = dataOf(index);
        if (at !== null) yield at;
      }
    },
  };
}

const LETTER_L = 0x4c;
const SLASH = 0x2f;
const MOST_NAME_BYTES = 500;

/** The package of the descriptor `Lcom/example/App;`: `com.example`. */
function packageAt(bytes: Buffer, at: number): string {
  if (bytes[at] !== LETTER_L) return NO_PACKAGE;
  let slash = at;
  for (let next = at + 1; next < at + MOST_NAME_BYTES; next += 1) {
    const byte = bytes[next];
    if (byte === SLASH) slash = next;
    else if (byte === 0 || byte === undefined) break;
  }
  return slash === at ? NO_PACKAGE : bytes.toString('utf8', at + 1, slash).replaceAll('/', '.');
}
