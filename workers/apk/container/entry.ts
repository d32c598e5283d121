import { Fault, printable } from '../../../orchestrator/contract/fault.ts';
import { inflate } from '../unpack.ts';
import type { ZipArchive, ZipEntry } from '../zip.ts';
import { readLocalHeader } from '../zip-local.ts';
import { aesField, decryptWinZipAes } from './winzip-aes.ts';
import { decryptZipCrypto } from './zip-crypto.ts';

/** The password under which analysts share malware. */
export const PASSWORD = 'infected';

const STORED = 0;
const DEFLATED = 8;
const AES = 99;
const ENCRYPTED_FLAG = 0x1;
const DESCRIPTOR_FLAG = 0x8;

/**
 * The content of an entry of a container, decrypted where it is encrypted. Unlike in an APK the mark of encryption
 * counts here, and an unknown method is refused: people made this archive, for programs that read archives.
 * @throws Fault apk-malformed, apk-too-large, container-locked
 */
export function containerEntry(archive: ZipArchive, entry: ZipEntry, mostBytes: number): Buffer {
  const name = printable(entry.path);
  if (entry.uncompressedBytes > mostBytes) {
    throw new Fault('apk-too-large', `${name} has ${entry.uncompressedBytes} bytes; ${mostBytes} are allowed.`);
  }
  const { dataOffset, extraBytes } = readLocalHeader(archive, entry);
  const raw = archive.view.slice(dataOffset, entry.compressedBytes);
  const encrypted = (entry.flags & ENCRYPTED_FLAG) !== 0;
  const aes = entry.method === AES ? aesField(archive.view.slice(dataOffset - extraBytes, extraBytes)) : null;
  const packed = encrypted ? decrypt(archive, entry, raw, aes?.strength ?? null) : raw;
  const method = aes?.method ?? entry.method;
  if (method === DEFLATED) return inflate(entry, packed);
  if (method !== STORED) throw new Fault('apk-malformed', `${name} is compressed by the unknown method ${method}.`);
  if (packed.length !== entry.uncompressedBytes) {
    throw new Fault('apk-malformed', `${name} has ${packed.length} bytes, not ${entry.uncompressedBytes}.`);
  }
  return packed;
}

function decrypt(archive: ZipArchive, entry: ZipEntry, raw: Buffer, strength: number | null): Buffer {
  if (strength !== null) return decryptWinZipAes(raw, PASSWORD, strength, entry.path);
  // With a data descriptor the CRC was not known beforehand, so the time of change serves as the check (Info-ZIP).
  const streamed = (entry.flags & DESCRIPTOR_FLAG) !== 0;
  const check = streamed ? archive.view.u8(entry.headerOffset + 11) : entry.crc32 >>> 24;
  return decryptZipCrypto(raw, PASSWORD, check, entry.path);
}
