import { readHelloMessage, type ClientHello } from '../../hello.ts';
import type { Budget } from './budget.ts';
import { readLongHeader, readVarint, type LongHeader } from './quic-header.ts';
import { headerMask, initialKeys, openPayload, quicVersion, type InitialKeys } from './quic-keys.ts';

/** A hello of post-quantum size takes two or three packets; whoever sends more is not waited for. */
const MOST_INITIALS = 12;
const MOST_CRYPTO_BYTES = 16_384;
/** Browsers cut the hello into a dozen pieces at most. */
const MOST_PIECES = 64;

/** Puts the client's hello together from the Initial packets of one QUIC connection. */
export class QuicHello {
  /** null while it is not whole; it never will be when `done` says so. */
  hello: ClientHello | null = null;
  done = false;
  readonly #budget: Budget;
  #keys: InitialKeys | null = null;
  #initials = 0;
  #crypto: { readonly offset: number; readonly data: Buffer }[] = [];
  #kept = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Takes one datagram of the client. */
  feed(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to && !this.done;) {
      const header = readLongHeader(bytes, at, to);
      if (!header) return;
      if (header.kind === 'initial') this.#open(bytes, at, header);
      at = header.end;
    }
  }

  #open(bytes: Buffer, at: number, header: LongHeader): void {
    this.#initials += 1;
    const idAt = header.destinationIdAt;
    const id = bytes.subarray(idAt, idAt + header.destinationIdBytes);
    const payload = (this.#keys && unseal(this.#keys, bytes, at, header)) ?? this.#withKeysOf(id, bytes, at, header);
    if (payload) this.#read(payload);
    if (this.#initials >= MOST_INITIALS) this.end();
  }

  /** The client's first packet chooses the keys; after a Retry they are chosen anew (RFC 9001, 5.2). */
  #withKeysOf(id: Buffer, bytes: Buffer, at: number, header: LongHeader): Buffer | null {
    const version = quicVersion(header.version);
    if (!version) return null;
    const keys = initialKeys(version, id);
    const payload = unseal(keys, bytes, at, header);
    if (payload) this.#keys = keys;
    return payload;
  }

  /** The frames that an Initial packet may hold (RFC 9000, 12.4): PADDING, PING, ACK, CRYPTO, CONNECTION_CLOSE. */
  #read(payload: Buffer): void {
    for (let at = 0; at < payload.length;) {
      const type = payload[at]!;
      at += 1;
      if (type === 0 || type === 1) continue;
      if (type === 2 || type === 3) at = behindAck(payload, at, type === 3);
      else if (type === 6) at = this.#keep(payload, at);
      else break;
      if (at < 0) break;
    }
    const reading = readHelloMessage(this.#joined(), 'quic');
    if (reading.kind === 'hello') this.hello = reading.hello;
    if (reading.kind !== 'incomplete' || this.#crypto.length >= MOST_PIECES) this.end();
  }

  #keep(payload: Buffer, at: number): number {
    const offset = readVarint(payload, at, payload.length);
    const length = offset && readVarint(payload, offset.end, payload.length);
    if (!offset || !length || length.value > payload.length - length.end) return -1;
    const end = length.end + length.value;
    const tooMuch = offset.value + length.value > MOST_CRYPTO_BYTES || this.#crypto.length >= MOST_PIECES;
    if (tooMuch || !this.#budget.take(length.value)) return end;
    this.#crypto.push({ offset: offset.value, data: payload.subarray(length.end, end) });
    this.#kept += length.value;
    return end;
  }

  /** What has come of the stream without a hole, from its beginning. */
  #joined(): Buffer {
    const parts: Buffer[] = [];
    let next = 0;
    for (const { offset, data } of [...this.#crypto].sort((a, b) => a.offset - b.offset)) {
      if (offset > next) break;
      if (offset + data.length <= next) continue;
      parts.push(data.subarray(next - offset));
      next = offset + data.length;
    }
    return Buffer.concat(parts);
  }

  /** Nothing more is to be learnt: gives back what it has kept. */
  end(): void {
    this.done = true;
    this.#budget.give(this.#kept);
    this.#kept = 0;
    this.#crypto = [];
    this.#keys = null;
  }
}

/** Takes header protection off (RFC 9001, 5.4) and opens the payload; null where these keys do not fit. */
function unseal(keys: InitialKeys, bytes: Buffer, at: number, header: LongHeader): Buffer | null {
  const { numberAt, end } = header;
  const sampleAt = numberAt + 4;
  if (sampleAt + 16 > end) return null;
  const mask = headerMask(keys, bytes.subarray(sampleAt, sampleAt + 16));
  const first = bytes[at]! ^ (mask[0]! & 0x0f);
  const numberBytes = (first & 3) + 1;
  const plain = Buffer.from(bytes.subarray(at, numberAt + numberBytes));
  plain[0] = first;
  let packetNumber = 0;
  for (let i = 0; i < numberBytes; i++) {
    const byte = bytes[numberAt + i]! ^ mask[1 + i]!;
    plain[numberAt - at + i] = byte;
    packetNumber = packetNumber * 256 + byte;
  }
  return openPayload(keys, packetNumber, plain, bytes.subarray(numberAt + numberBytes, end));
}

/** Behind an ACK frame (RFC 9000, 19.3) whose type has been read; -1 where it is cut. */
function behindAck(payload: Buffer, from: number, counts: boolean): number {
  let at = from;
  const next = (): number => {
    const integer = at < 0 ? null : readVarint(payload, at, payload.length);
    at = integer ? integer.end : -1;
    return integer?.value ?? 0;
  };
  next(); // largest acknowledged
  next(); // delay
  const ranges = next();
  next(); // first range
  for (let i = 0; i < ranges && at >= 0; i++) {
    next(); // gap
    next(); // length
  }
  if (counts) for (let i = 0; i < 3; i++) next();
  return at;
}
