import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonPicker, type PickedElement, type Wanted } from '../../workers/capture/import/json-pick.ts';

const value: Wanted = { kind: 'value' };
const LIST: Wanted = {
  kind: 'object',
  fields: { list: { kind: 'list', of: { kind: 'object', fields: { a: value, b: { kind: 'weight' } } } } },
};

/** Feeds a document in pieces of so many bytes. */
function pick(text: string, pieceBytes: number, wanted: Wanted = LIST): { picker: JsonPicker; found: PickedElement[] } {
  const found: PickedElement[] = [];
  const picker = new JsonPicker(wanted, (element) => found.push(element));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) picker.write(bytes.subarray(at, at + pieceBytes));
  return { picker, found };
}

/** What JSON.parse says of the same: the value of `a`, and the string values anywhere in `b`. */
function expected(element: unknown): unknown {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  const { a, b } = element as { a?: unknown; b?: unknown };
  const strings = (within: unknown): string[] =>
    typeof within === 'string'
      ? [JSON.stringify(within).slice(1, -1)]
      : typeof within === 'object' && within !== null
        ? Object.values(within).flatMap(strings)
        : [];
  const container = typeof b === 'object' && b !== null;
  return {
    ...(typeof a === 'object' && a !== null ? {} : a === undefined ? {} : { a }),
    ...(container ? { b: { count: strings(b).length, bytes: Buffer.byteLength(strings(b).join('')) } } : {}),
  };
}

describe('picking values out of a JSON document', () => {
  it('finds what JSON.parse finds, whatever the document and wherever it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.record({ a: fc.jsonValue(), b: fc.jsonValue(), c: fc.jsonValue() }), fc.jsonValue())),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2),
        (list, pieceBytes, indent) => {
          const text = JSON.stringify({ x: [{ list: [1] }], list, y: '\\"' }, null, indent);
          const { picker, found } = pick(text, pieceBytes);
          expect(picker.damage).toBeNull();
          expect(picker.done).toBe(true);
          const parsed = (JSON.parse(text) as { list: unknown[] }).list;
          expect(
            found.map(({ value: element }) => (element === undefined ? undefined : { ...(element as object) })),
          ).toEqual(parsed.map(expected));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says of any text what JSON.parse says: a document or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string({ unit: fc.constantFrom(...'[]{},:"\\ 0-1.eE+truefalsn') }),
          fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'[]{},:"\\ x')).map(([text, at, sign]) => {
            const place = at % (text.length + 1);
            return text.slice(0, place) + sign + text.slice(place + 1);
          }),
        ),
        fc.integer({ min: 1, max: 9 }),
        (text, pieceBytes) => {
          // A scalar alone ends only with the text, which a HAR never is.
          const wrapped = `[${text}]`;
          let valid = true;
          try {
            JSON.parse(wrapped);
          } catch {
            valid = false;
          }
          const { picker } = pick(wrapped, pieceBytes, { kind: 'list', of: value });
          const accepted = picker.damage === null && picker.done;
          // Strings are skipped unread: control characters and unknown escapes in them are let pass.
          if (valid) expect(accepted).toBe(true);
          else if (accepted) expect(wrapped).toMatch(/"/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps the beginning of a long string, and counts what it does not keep', () => {
    const long = 'é'.repeat(100_000);
    const { found } = pick(JSON.stringify({ list: [{ a: long, b: [long] }] }), 1000);
    const element = found[0]!.value as { a: string; b: unknown };
    expect(element.a).toBe(long.slice(0, 2048));
    expect(element.b).toEqual({ count: 1, bytes: 200_000 });
  });

  it('knows a quote behind backslashes for what it is, wherever the text is cut', () => {
    for (const string of ['\\', '"', '\\"', '\\\\"', 'a\\\\', '"\\\\\\"']) {
      for (const pieceBytes of [1, 2, 3, 5]) {
        const { picker, found } = pick(JSON.stringify({ skip: string, list: [{ a: string }] }), pieceBytes);
        expect(picker.done).toBe(true);
        expect(found[0]!.value).toEqual({ a: string });
      }
    }
  });

  it('stops where more brackets stand open than any HAR has', () => {
    const { picker } = pick('['.repeat(100_000), 4096);
    expect(picker.damage).toEqual({ atByte: 1000, why: 'more than 1000 brackets stand open' });
  });

  it('is not led astray by keys of the language', () => {
    const { found } = pick('{"list":[{"__proto__":{"a":1},"constructor":2,"a":3}]}', 7);
    expect(found[0]!.value).toEqual({ a: 3 });
  });

  it('says which bytes of the document an element took', () => {
    const { picker, found } = pick('{"list":[ {"a":1}, 7,null ]}', 3);
    expect(found.map(({ index, bytes }) => [index, bytes])).toEqual([
      [1, 7],
      [2, 1],
      [3, 4],
    ]);
    expect(picker.usedBytes).toBe(25);
  });
});
