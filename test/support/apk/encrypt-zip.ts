import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { CRC_TABLE, crc32, endRecord } from './zip.ts';

export interface EncryptedInput {
  readonly path: string;
  readonly bytes: Buffer;
}

/** How WinZip names the strengths of AES, or the old cipher of PKWARE. */
export type ZipCipher = 'zip-crypto' | 'aes-128' | 'aes-192' | 'aes-256';

const STRENGTHS = { 'aes-128': 1, 'aes-192': 2, 'aes-256': 3 } as const;

/** An archive whose entries are stored and encrypted, as `zip -P` and 7-Zip write it. */
export function encryptedZip(inputs: readonly EncryptedInput[], password: string, cipher: ZipCipher): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of inputs) {
    const data = cipher === 'zip-crypto' ? zipCrypto(bytes, password) : aes(bytes, password, STRENGTHS[cipher]);
    const extra = cipher === 'zip-crypto' ? Buffer.alloc(0) : aesExtra(STRENGTHS[cipher]);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(51, 0);
    common.writeUInt16LE(0x0801, 2);
    common.writeUInt16LE(cipher === 'zip-crypto' ? 0 : 99, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    common.writeUInt16LE(extra.length, 24);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('504b0304', 'hex'), common, name, extra, data);
    central.push(Buffer.from('504b01023300', 'hex'), common, tail, name, extra);
    offset += 30 + name.length + extra.length + data.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...parts, directory, endRecord(inputs.length, directory.length, offset)]);
}

/** APPNOTE.TXT, 6.1: written the other way round than the reader, byte by byte from the plain text. */
function zipCrypto(plain: Buffer, password: string): Buffer {
  const keys = [0x12345678, 0x23456789, 0x34567890];
  const crc = (value: number, byte: number): number => (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] ?? 0);
  const update = (byte: number): void => {
    keys[0] = crc(keys[0] ?? 0, byte);
    keys[1] = (Math.imul((keys[1] ?? 0) + (keys[0] & 0xff), 134775813) + 1) | 0;
    keys[2] = crc(keys[2] ?? 0, (keys[1] >>> 24) & 0xff);
  };
  for (const byte of Buffer.from(password)) update(byte);
  const header = Buffer.alloc(12);
  header.writeUInt8(crc32(plain) >>> 24, 11);
  const encrypted = Buffer.concat([header, plain]);
  for (const [at, byte] of encrypted.entries()) {
    const mask = ((keys[2] ?? 0) | 2) & 0xffff;
    encrypted[at] = byte ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff);
    update(byte);
  }
  return encrypted;
}

function aes(plain: Buffer, password: string, strength: 1 | 2 | 3): Buffer {
  const keyBytes = 8 + strength * 8;
  const salt = Buffer.alloc(4 + strength * 4, 0x5a);
  const keys = pbkdf2Sync(password, salt, 1000, keyBytes * 2 + 2, 'sha1');
  const data = Buffer.from(plain);
  for (let block = 0; block * 16 < data.length; block += 1) {
    const counter = Buffer.alloc(16);
    counter.writeUInt32LE(block + 1, 0);
    const cipher = createCipheriv(`aes-${keyBytes * 8}-ecb`, keys.subarray(0, keyBytes), null).setAutoPadding(false);
    const stream = cipher.update(counter);
    for (let at = block * 16; at < Math.min(data.length, block * 16 + 16); at += 1) {
      data[at] = (data[at] ?? 0) ^ (stream[at - block * 16] ?? 0);
    }
  }
  const mac = createHmac('sha1', keys.subarray(keyBytes, keyBytes * 2))
    .update(data)
    .digest()
    .subarray(0, 10);
  return Buffer.concat([salt, keys.subarray(keyBytes * 2), data, mac]);
}

/** Extra field 0x9901: version 2, vendor AE, strength, and method 0 behind the encryption. */
function aesExtra(strength: number): Buffer {
  return Buffer.from([0x01, 0x99, 7, 0, 2, 0, 0x41, 0x45, strength, 0, 0]);
}
