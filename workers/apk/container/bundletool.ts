import { viewOf, type ByteView } from '../bytes.ts';

/** One set of splits that bundletool made for one kind of device. */
export interface Variant {
  readonly number: number;
  /** Paths in the archive, in the order of the table. */
  readonly paths: string[];
}

const LENGTH_DELIMITED = 2;
const MOST_FIELDS = 100_000;

/**
 * Variants of a `toc.pb` (BuildApksResult of bundletool's commands.proto: variant = 1; Variant: apk_set = 2,
 * variant_number = 3; ApkSet: apk_description = 2; ApkDescription: path = 2). Anything else is stepped over.
 * @throws Fault apk-malformed
 */
export function readToc(bytes: Buffer): Variant[] {
  const budget = { fields: 0 };
  const inside = (message: Buffer): Field[] => fieldsOf(message, budget);
  return inside(bytes).flatMap(({ number, content }) => {
    if (number !== 1 || content === null) return [];
    const fields = inside(content);
    const paths = fields
      .filter((field) => field.number === 2)
      .flatMap((set) => inside(set.content ?? Buffer.alloc(0)))
      .filter((field) => field.number === 2)
      .flatMap((description) => inside(description.content ?? Buffer.alloc(0)))
      .filter((field) => field.number === 2)
      .map((path) => (path.content ?? Buffer.alloc(0)).toString('utf8'));
    return [{ number: fields.find((field) => field.number === 3)?.value ?? 0, paths }];
  });
}

interface Field {
  readonly number: number;
  readonly value: number;
  readonly content: Buffer | null;
}

/** Fields of one message (protobuf.dev, "Encoding"). */
function fieldsOf(message: Buffer, budget: { fields: number }): Field[] {
  const view = viewOf(message, 'toc.pb', 'apk-malformed');
  const fields: Field[] = [];
  let at = 0;
  while (at < message.length && budget.fields < MOST_FIELDS) {
    budget.fields += 1;
    const tag = varint(view, at);
    const wire = tag.value & 7;
    at = tag.end;
    let value = 0;
    let content: Buffer | null = null;
    if (wire === 0) ({ value, end: at } = varint(view, at));
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === LENGTH_DELIMITED) {
      const length = varint(view, at);
      content = view.slice(length.end, length.value);
      at = length.end + length.value;
    } else break; // groups have not been written for twenty years
    fields.push({ number: Math.floor(tag.value / 8), value, content });
  }
  return fields;
}

function varint(view: ByteView, from: number): { value: number; end: number } {
  let value = 0;
  for (let at = from; at < from + 10; at += 1) {
    const byte = view.u8(at);
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value, end: from + 10 };
}
