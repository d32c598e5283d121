import { describe, expect, it } from 'vitest';
import { oddityLog } from '../../workers/apk/oddities.ts';
import { readResources } from '../../workers/apk/resources.ts';
import { chunk, u32, value } from '../support/apk/binary-xml.ts';
import { resourceTable } from '../support/apk/resource-table.ts';
import { stringPool } from '../support/apk/string-pool.ts';
import { factsOf } from './reading.ts';

const STRINGS = ['zero', 'one', 'two'];
const ENTRY_BYTES = 8;
const CONFIG_BYTES = 64;

interface TypeOptions {
  readonly flags?: number;
  readonly count: number;
  readonly index: Buffer;
  readonly entries: readonly Buffer[];
  readonly locale?: Buffer;
}

/** One type chunk, its index and entries as given; type id 1. */
function typeChunk({ flags = 0, count, index, entries, locale = Buffer.alloc(4) }: TypeOptions): Buffer {
  const config = Buffer.alloc(CONFIG_BYTES);
  config.writeUInt32LE(CONFIG_BYTES, 0);
  locale.copy(config, 8);
  const headerBytes = 20 + CONFIG_BYTES;
  const padded = Buffer.concat([index, Buffer.alloc((4 - (index.length % 4)) % 4)]);
  const head = [Buffer.from([1, flags, 0, 0]), u32(count), u32(headerBytes + padded.length), config];
  return chunk(0x0201, headerBytes, Buffer.concat([...head, padded, ...entries]));
}

function table(types: readonly Buffer[], options: { typeIdOffset?: number; packageId?: number } = {}): Buffer {
  const header = Buffer.alloc(280);
  header.writeUInt32LE(options.packageId ?? 0x7f, 0);
  header.writeUInt32LE(options.typeIdOffset ?? 0, 276);
  const packageChunk = chunk(0x0200, 288, Buffer.concat([header, ...types]));
  return chunk(0x0002, 12, Buffer.concat([u32(1), stringPool(STRINGS, 'utf8'), packageChunk]));
}

const entry = (string: number): Buffer => Buffer.concat([Buffer.from([8, 0, 0, 0]), u32(0), value(0x03, string)]);
const reference = (id: number): Buffer => Buffer.concat([Buffer.from([8, 0, 0, 0]), u32(0), value(0x01, id)]);
/** Android 14: key (16 bits), flags with the type above them, data. */
const compact = (string: number): Buffer => Buffer.concat([Buffer.from([0, 0, 0x08, 0x03]), u32(string)]);

function u16(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 2);
  numbers.forEach((number, at) => bytes.writeUInt16LE(number, at * 2));
  return bytes;
}

function textOf(bytes: Buffer, id: number): string | null {
  return readResources(bytes, oddityLog()).resolve(id)?.text ?? null;
}

describe('an entry of the resource table is found', () => {
  const two = [entry(1), entry(2)];
  it.each<[string, Buffer, Record<string, string | null>]>([
    [
      'in a dense type',
      table([typeChunk({ count: 2, index: Buffer.concat([u32(0), u32(16)]), entries: two })]),
      { '0x7f010000': 'one', '0x7f010001': 'two', '0x7f010002': null, '0x7f020000': null },
    ],
    [
      'in a dense type with a hole',
      table([typeChunk({ count: 2, index: Buffer.concat([u32(0xffffffff), u32(0)]), entries: [entry(2)] })]),
      { '0x7f010000': null, '0x7f010001': 'two' },
    ],
    [
      'in a sparse type',
      table([typeChunk({ flags: 1, count: 2, index: u16(3, 0, 900, 16 / 4), entries: two })]),
      { '0x7f010003': 'one', '0x7f010384': 'two', '0x7f010004': null },
    ],
    [
      'by offsets of sixteen bits',
      table([typeChunk({ flags: 2, count: 3, index: u16(0xffff, 0, 16 / 4), entries: two })]),
      { '0x7f010000': null, '0x7f010001': 'one', '0x7f010002': 'two' },
    ],
    [
      'in its compact form',
      table([
        typeChunk({ count: 2, index: Buffer.concat([u32(0), u32(ENTRY_BYTES)]), entries: [compact(1), compact(2)] }),
      ]),
      { '0x7f010000': 'one', '0x7f010001': 'two' },
    ],
    [
      'in a split whose types begin behind those of the base',
      table([typeChunk({ count: 1, index: u32(0), entries: [entry(1)] })], { typeIdOffset: 0x20 }),
      { '0x7f210000': 'one', '0x7f010000': null },
    ],
    [
      'through references, also to its own package as 0',
      table([
        typeChunk({
          count: 3,
          index: Buffer.concat([u32(0), u32(16), u32(32)]),
          entries: [reference(0x7f010002), reference(0x00010002), entry(2)],
        }),
      ]),
      { '0x7f010000': 'two', '0x7f010001': 'two' },
    ],
    [
      'not where references go round',
      table([
        typeChunk({
          count: 2,
          index: Buffer.concat([u32(0), u32(16)]),
          entries: [reference(0x7f010001), reference(0x7f010000)],
        }),
      ]),
      { '0x7f010000': null },
    ],
    [
      'not where it leaves its chunk',
      table([typeChunk({ count: 1, index: u32(4000), entries: [entry(1)] })]),
      { '0x7f010000': null },
    ],
  ])('%s', (_case, bytes, expected) => {
    const found = Object.keys(expected).map((id) => [id, textOf(bytes, Number(id))]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});

describe('locales', () => {
  it.each<[string, Buffer, string | null]>([
    ['none', Buffer.alloc(4), null],
    ['a language', Buffer.from('de\0\0', 'latin1'), 'de'],
    ['a language and a region', Buffer.from('ptBR', 'latin1'), 'pt-BR'],
    // ResTable_config packs three letters into fifteen bits: fil is 5, 8, 11 from the lowest on, with the top bit set.
    ['a language of three letters', Buffer.from([0x80 | (11 << 2) | (8 >> 3), ((8 & 7) << 5) | 5, 0, 0]), 'fil'],
    ['letters that are none', Buffer.from('\x01\x02\0\0', 'latin1'), null],
  ])('%s', (_case, locale, expected) => {
    const bytes = table([typeChunk({ count: 1, index: u32(0), entries: [entry(1)], locale })]);
    const resources = readResources(bytes, oddityLog());
    expect(resources.texts(0x7f010000)).toEqual([{ locale: expected, text: 'one' }]);
    expect(resources.locales).toEqual(expected === null ? [] : [expected]);
  });

  it('give the label in each language, the default first', async () => {
    const facts = await factsOf({
      packageName: 'org.example.labels',
      label: 'Lampe',
      labels: { en: 'Torch', de: 'Taschenlampe' },
    });
    expect(facts.label).toBe('Torch');
    expect(facts.details?.labels).toEqual([
      { locale: null, text: 'Lampe' },
      { locale: 'de', text: 'Taschenlampe' },
      { locale: 'en', text: 'Torch' },
    ]);
    expect(facts.details?.locales).toEqual(['de', 'en']);
  });
});

describe('strings', () => {
  it('beyond the basic plane are read from the surrogates that aapt2 writes into UTF-8', () => {
    const bytes = resourceTable('a.b', [{ type: 'string', key: 'k', values: { '': 'x123456y' } }]);
    // U+1F526 as two surrogates of three bytes each: six bytes where six digits stood.
    bytes.set(Buffer.from('eda0bdedb4a6', 'hex'), bytes.indexOf('123456'));
    expect(textOf(bytes, 0x7f010000)).toBe('x\u{1f526}y');
  });

  it('with half a surrogate become a replacement character', () => {
    const bytes = resourceTable('a.b', [{ type: 'string', key: 'k', values: { '': 'x123y' } }]);
    bytes.set(Buffer.from('eda0bd', 'hex'), bytes.indexOf('123'));
    expect(textOf(bytes, 0x7f010000)).toBe('x\ufffdy');
  });
});

it('a table that is asked without end is refused', () => {
  const types = Array.from({ length: 3000 }, () => typeChunk({ count: 0, index: Buffer.alloc(0), entries: [] }));
  const resources = readResources(table(types), oddityLog());
  expect(() => {
    for (let id = 0; id < 1000; id += 1) resources.resolve(0x7f010000 + id);
  }).toThrow('resources.arsc was asked over 2000000 times.');
});
