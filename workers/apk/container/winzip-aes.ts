import { createCipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { Fault, printable } from '../../../orchestrator/contract/fault.ts';

/** By the strength that the extra field names: key and salt in bytes. */
const STRENGTHS: ReadonlyMap<number, { readonly keyBytes: 16 | 24 | 32; readonly saltBytes: number }> = new Map([
  [1, { keyBytes: 16, saltBytes: 8 }],
  [2, { keyBytes: 24, saltBytes: 12 }],
  [3, { keyBytes: 32, saltBytes: 16 }],
]);
const EXTRA_ID = 0x9901;
const ROUNDS = 1000;
const CHECK_BYTES = 2;
const MAC_BYTES = 10;
const BLOCK_BYTES = 16;

export interface AesField {
  readonly strength: number;
  /** The compression method that method 99 hides. */
  readonly method: number;
}

/** The AES field among the extra fields of an entry, or null. */
export function aesField(extra: Buffer): AesField | null {
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === EXTRA_ID && size >= 7 && at + 11 <= extra.length) {
      return { strength: extra.readUInt8(at + 8), method: extra.readUInt16LE(at + 9) };
    }
    at += 4 + size;
  }
  return null;
}

/**
 * WinZip's AES (winzip.com, "AES Encryption Information", AE-1 and AE-2): salt, two bytes to check the password, the
 * data under AES in counter mode with a little-endian counter from 1 on, and ten bytes of HMAC-SHA1 over them.
 * @throws Fault container-locked, apk-malformed
 */
export function decryptWinZipAes(encrypted: Buffer, password: string, strength: number, path: string): Buffer {
  const sizes = STRENGTHS.get(strength);
  const name = printable(path);
  if (sizes === undefined || encrypted.length < sizes.saltBytes + CHECK_BYTES + MAC_BYTES) {
    throw new Fault('apk-malformed', `${name} is encrypted in a way that WinZip does not describe.`);
  }
  const { keyBytes, saltBytes } = sizes;
  const salt = encrypted.subarray(0, saltBytes);
  const keys = pbkdf2Sync(password, salt, ROUNDS, keyBytes * 2 + CHECK_BYTES, 'sha1');
  if (!keys.subarray(keyBytes * 2).equals(encrypted.subarray(saltBytes, saltBytes + CHECK_BYTES))) {
    throw new Fault('container-locked', `${name} is encrypted with another password than "${password}".`);
  }
  const data = encrypted.subarray(saltBytes + CHECK_BYTES, encrypted.length - MAC_BYTES);
  const mac = createHmac('sha1', keys.subarray(keyBytes, keyBytes * 2))
    .update(data)
    .digest()
    .subarray(0, MAC_BYTES);
  if (!timingSafeEqual(mac, encrypted.subarray(encrypted.length - MAC_BYTES))) {
    throw new Fault('apk-malformed', `${name} was changed after it was encrypted.`);
  }
  return counterMode(data, keys.subarray(0, keyBytes));
}

const PIECE_BLOCKS = 65_536;

/** Node's counter mode counts in big-endian, so the counter blocks are encrypted by themselves and laid over the data. */
function counterMode(data: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  const plain = Buffer.from(data);
  const pieceBytes = PIECE_BLOCKS * BLOCK_BYTES;
  for (let start = 0; start < plain.length; start += pieceBytes) {
    const size = Math.min(pieceBytes, plain.length - start);
    const counters = Buffer.alloc(Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
    for (let block = 0; block * BLOCK_BYTES < size; block += 1) {
      counters.writeUInt32LE(start / BLOCK_BYTES + block + 1, block * BLOCK_BYTES);
    }
    const stream = cipher.update(counters);
    for (let at = 0; at < size; at += 1) plain[start + at] = (plain[start + at] ?? 0) ^ (stream[at] ?? 0);
  }
  return plain;
}
