import { createHash } from 'node:crypto';
import type { HelloParts } from './hello.ts';

/** What carried the hello. */
export type HelloTransport = 'tcp' | 'quic';

/**
 * JA4 of a TLS client (FoxIO, "JA4: TLS Client Fingerprinting", technical_details/JA4.md, BSD 3-clause).
 * Two fingerprints are equal where the same TLS library was set up the same way.
 */
export function ja4(hello: HelloParts, transport: HelloTransport): string {
  const ciphers = hello.ciphers.filter((value) => !isGrease(value));
  const extensions = hello.extensions.filter((value) => !isGrease(value));
  const signatures = hello.signatureAlgorithms.filter((value) => !isGrease(value));
  const a = [
    transport === 'quic' ? 'q' : 't',
    version(hello),
    hello.extensions.includes(0) ? 'd' : 'i',
    count(ciphers),
    count(extensions),
    alpnEnds(hello.alpn[0]),
  ].join('');
  const hashed = extensions.filter((value) => value !== 0 && value !== 16);
  const named = sorted(hashed) + (signatures.length > 0 ? `_${signatures.map(hex).join(',')}` : '');
  return `${a}_${digest(sorted(ciphers))}_${hashed.length === 0 ? digest('') : digest(named)}`;
}

/** GREASE values (RFC 8701): 0x0a0a, 0x1a1a, … 0xfafa. */
function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
]);

/** The highest version offered; supported_versions outranks the legacy field. */
function version(hello: HelloParts): string {
  const offered = hello.supportedVersions.filter((value) => !isGrease(value));
  const highest = offered.length > 0 ? Math.max(...offered) : hello.legacyVersion;
  return VERSIONS.get(highest) ?? '00';
}

function count(values: readonly number[]): string {
  return String(Math.min(99, values.length)).padStart(2, '0');
}

/** First and last character of the first ALPN value; of its hex form where either is not alphanumeric. */
function alpnEnds(alpn: Buffer | undefined): string {
  if (!alpn || alpn.length === 0) return '00';
  const text = alpn.toString('latin1');
  const ends = text.charAt(0) + text.charAt(text.length - 1);
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends;
  const digits = alpn.toString('hex');
  return digits.charAt(0) + digits.charAt(digits.length - 1);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function sorted(values: readonly number[]): string {
  return values.map(hex).sort().join(',');
}

function digest(text: string): string {
  return text === '' ? '000000000000' : createHash('sha256').update(text).digest('hex').slice(0, 12);
}
