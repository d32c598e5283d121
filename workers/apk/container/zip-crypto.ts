import { Fault, printable } from '../../../orchestrator/contract/fault.ts';

/** CRC-32 by bytes (RFC 1952, section 8). */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const HEADER_BYTES = 12;

/**
 * Traditional PKWARE encryption (APPNOTE.TXT 6.1): three keys of 32 bits, stirred by each plain byte. `check` is the
 * last byte of the twelve in front, by which the password is known to be wrong in 255 of 256 cases.
 * @throws Fault container-locked
 */
export function decryptZipCrypto(encrypted: Buffer, password: string, check: number, path: string): Buffer {
  let key0 = 0x12345678;
  let key1 = 0x23456789;
  let key2 = 0x34567890;
  const stir = (byte: number): void => {
    key0 = (key0 >>> 8) ^ (CRC[(key0 ^ byte) & 0xff] ?? 0);
    key1 = (Math.imul(key1 + (key0 & 0xff), 134775813) + 1) | 0;
    key2 = (key2 >>> 8) ^ (CRC[(key2 ^ (key1 >>> 24)) & 0xff] ?? 0);
  };
  for (const byte of Buffer.from(password, 'latin1')) stir(byte);
  const plain = Buffer.allocUnsafe(encrypted.length);
  for (let at = 0; at < encrypted.length; at += 1) {
    const mask = (key2 | 2) & 0xffff;
    const byte = (encrypted[at] ?? 0) ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff);
    plain[at] = byte;
    stir(byte);
  }
  if (encrypted.length < HEADER_BYTES || plain[HEADER_BYTES - 1] !== check) {
    throw new Fault('container-locked', `${printable(path)} is encrypted with another password than "${password}".`);
  }
  return plain.subarray(HEADER_BYTES);
}
