import { ja4, type HelloTransport } from './ja4.ts';

/** What a TLS ClientHello says in the clear (RFC 8446, 4.1.2), read before anything answers it. */
export interface ClientHello {
  /** As it stood on the wire; hostile. Null where the app named no server. */
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly ja4: string;
  /** Extension 0xfe0d: the name above may be a cover name, or the extension may be GREASE. */
  readonly encryptedHello: boolean;
}

export interface HelloParts {
  readonly legacyVersion: number;
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly supportedVersions: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly alpn: readonly Buffer[];
  readonly serverName: string | null;
}

export type HelloReading =
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-hello' };

/** A hello of post-quantum size is below 4 kB; anything near this is hostile. */
const LONGEST_HELLO = 65_536;

/** Reads a hello that may be spread over several TLS records and TCP segments. Never throws. */
export function readClientHello(bytes: Buffer): HelloReading {
  if (bytes.length === 0) return { kind: 'incomplete' };
  const fragments: Buffer[] = [];
  let gathered = 0;
  let wanted = 4;
  for (let at = 0; ;) {
    if (bytes.length >= at + 1 && bytes[at] !== 0x16) return { kind: 'not-hello' };
    if (bytes.length >= at + 2 && bytes[at + 1] !== 3) return { kind: 'not-hello' };
    if (bytes.length < at + 5) return { kind: 'incomplete' };
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > 16_384) return { kind: 'not-hello' };
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    fragments.push(fragment);
    gathered += fragment.length;
    if (wanted === 4 && gathered >= 4) {
      const head = Buffer.concat(fragments);
      if (head[0] !== 1) return { kind: 'not-hello' };
      wanted = 4 + head.readUIntBE(1, 3);
      if (wanted > LONGEST_HELLO) return { kind: 'not-hello' };
    }
    if (gathered >= wanted && wanted > 4) break;
    if (fragment.length < length) return { kind: 'incomplete' };
    at += 5 + length;
  }
  return readHelloMessage(Buffer.concat(fragments), 'tcp');
}

/** Reads a hello that is not in records: the handshake message alone, as QUIC carries it (RFC 9001, 4). Never throws. */
export function readHelloMessage(message: Buffer, transport: HelloTransport): HelloReading {
  if (message.length >= 1 && message[0] !== 1) return { kind: 'not-hello' };
  if (message.length < 4) return { kind: 'incomplete' };
  const wanted = 4 + message.readUIntBE(1, 3);
  if (wanted > LONGEST_HELLO) return { kind: 'not-hello' };
  if (message.length < wanted) return { kind: 'incomplete' };
  const parts = readParts(message.subarray(4, wanted));
  if (!parts) return { kind: 'not-hello' };
  const hello = {
    serverName: parts.serverName,
    alpn: parts.alpn.slice(0, 16).map((name) => name.toString('latin1')),
    ja4: ja4(parts, transport),
    encryptedHello: parts.extensions.includes(0xfe0d),
  };
  return { kind: 'hello', hello };
}

function readParts(body: Buffer): HelloParts | null {
  try {
    const reader = new Reader(body);
    const legacyVersion = reader.uint(2);
    reader.take(32); // random
    reader.vector(1); // legacy session id
    const ciphers = numbers(reader.vector(2), 2);
    reader.vector(1); // compression methods
    const found = new Map<number, Buffer>();
    const extensions: number[] = [];
    if (!reader.done) {
      const list = new Reader(reader.vector(2));
      while (!list.done) {
        const type = list.uint(2);
        extensions.push(type);
        found.set(type, list.vector(2));
      }
    }
    const inner = (type: number): Reader => new Reader(found.get(type) ?? Buffer.alloc(0));
    return {
      legacyVersion,
      ciphers,
      extensions,
      supportedVersions: found.has(43) ? numbers(inner(43).vector(1), 2) : [],
      signatureAlgorithms: found.has(13) ? numbers(inner(13).vector(2), 2) : [],
      alpn: found.has(16) ? vectors(inner(16).vector(2)) : [],
      serverName: found.has(0) ? serverName(inner(0)) : null,
    };
  } catch (error) {
    if (error instanceof RangeError) return null; // the lengths in it contradict each other
    throw error;
  }
}

/** The first host_name entry (RFC 6066, 3), or null. */
function serverName(extension: Reader): string | null {
  const list = new Reader(extension.vector(2));
  while (!list.done) {
    const type = list.uint(1);
    const name = list.vector(2);
    if (type === 0) return name.toString('utf8');
  }
  return null;
}

function numbers(bytes: Buffer, size: number): number[] {
  const reader = new Reader(bytes);
  const out: number[] = [];
  while (!reader.done) out.push(reader.uint(size));
  return out;
}

function vectors(bytes: Buffer): Buffer[] {
  const reader = new Reader(bytes);
  const out: Buffer[] = [];
  while (!reader.done) out.push(reader.vector(1));
  return out;
}

/** A cursor that throws RangeError at the end of its bytes. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('past the end');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint(size: number): number {
    return this.take(size).readUIntBE(0, size);
  }

  /** Bytes behind a length of `size` bytes. */
  vector(size: number): Buffer {
    return this.take(this.uint(size));
  }
}
