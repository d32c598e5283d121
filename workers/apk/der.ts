import { Fault } from '../../orchestrator/contract/fault.ts';

/** One element of DER (X.690): its tag byte, its content, and its whole encoding. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  readonly encoded: Buffer;
}

export const DER = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31, context0: 0xa0 } as const;

/** The elements that stand side by side in `bytes`. @throws Fault apk-unsigned */
export function derElements(bytes: Buffer, where: string): DerElement[] {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { headerBytes, size } = derLength(bytes, at, where);
    const end = at + headerBytes + size;
    if (end > bytes.length || elements.length > 1000) throw broken(where, at);
    elements.push({
      tag: bytes.readUInt8(at),
      content: bytes.subarray(at + headerBytes, end),
      encoded: bytes.subarray(at, end),
    });
    at = end;
  }
  return elements;
}

function derLength(bytes: Buffer, at: number, where: string): { headerBytes: number; size: number } {
  if (at + 2 > bytes.length) throw broken(where, at);
  const first = bytes.readUInt8(at + 1);
  if (first < 0x80) return { headerBytes: 2, size: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || at + 2 + count > bytes.length) throw broken(where, at);
  return { headerBytes: 2 + count, size: bytes.readUIntBE(at + 2, count) };
}

function broken(where: string, at: number): Fault {
  return new Fault('apk-unsigned', `${where} is no valid DER at offset ${at}.`);
}

/** Object identifier in dotted form. */
export function oidOf(content: Buffer): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content.subarray(0, 64)) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - Math.min(2, Math.floor(value / 40)) * 40);
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}
