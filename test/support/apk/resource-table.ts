import { chunk, u32, value } from './binary-xml.ts';
import { stringPool } from './string-pool.ts';

/** One resource type with one entry, in one or more languages; the empty code is the default. */
export interface TableType {
  readonly type: string;
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** resources.arsc with package 0x7f: the n-th type has the id 0x7f0n0000. */
export function resourceTable(packageName: string, types: readonly TableType[]): Buffer {
  const strings = [...new Set(types.flatMap((type) => Object.values(type.values)))];
  const bodies = types.flatMap((type, index) => [
    typeSpec(index + 1, Object.keys(type.values).length > 1),
    ...Object.entries(type.values).map(([language, text]) =>
      typeChunk(index + 1, index, language, strings.indexOf(text)),
    ),
  ]);
  const typeNames = stringPool(
    types.map(({ type }) => type),
    'utf8',
  );
  const keyNames = stringPool(
    types.map(({ key }) => key),
    'utf8',
  );
  const header = Buffer.alloc(288 - 8);
  header.writeUInt32LE(0x7f, 0);
  header.write(packageName.slice(0, 127), 4, 'utf16le');
  header.writeUInt32LE(288, 260);
  header.writeUInt32LE(types.length, 264);
  header.writeUInt32LE(288 + typeNames.length, 268);
  header.writeUInt32LE(types.length, 272);
  const packageChunk = chunk(0x0200, 288, Buffer.concat([header, typeNames, keyNames, ...bodies]));
  return chunk(0x0002, 12, Buffer.concat([u32(1), stringPool(strings, 'utf8'), packageChunk]));
}

/** Flag 0x4 (ACONFIGURATION_LOCALE): the value differs by language. */
function typeSpec(id: number, localized: boolean): Buffer {
  return chunk(0x0202, 16, Buffer.concat([Buffer.from([id, 0, 0, 0]), u32(1), u32(localized ? 0x4 : 0)]));
}

function typeChunk(id: number, key: number, language: string, text: number): Buffer {
  const config = Buffer.alloc(64);
  config.writeUInt32LE(64, 0);
  config.write(language, 8, 2, 'latin1');
  const entry = Buffer.concat([Buffer.from([8, 0, 0, 0]), u32(key), value(0x03, text)]);
  const headerBytes = 20 + config.length;
  return chunk(
    0x0201,
    headerBytes,
    Buffer.concat([Buffer.from([id, 0, 0, 0]), u32(1), u32(headerBytes + 4), config, u32(0), entry]),
  );
}
