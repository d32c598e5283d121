/**
 * The part of the DNS wire format (RFC 1035, section 4; EDNS0: RFC 6891) that a server of one question needs. Whatever
 * comes in is bounded by its own length, nothing here throws.
 */
export interface Query {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** The question as it came, letter case included: it is echoed byte for byte. */
  readonly question: Buffer;
  /** Lower case, without the final dot; `.` is the root. Bytes that are no host name's are escaped (RFC 1035, 5.1). */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** The asker speaks EDNS0 and is answered so. */
  readonly edns: boolean;
}

/** What a datagram, or a message of a stream, turned out to be. */
export type Reading =
  | { readonly kind: 'query'; readonly query: Query }
  /** No query that can be answered; the reply says so. */
  | { readonly kind: 'refused'; readonly reply: Buffer }
  /** Not even a header, or itself a response: an answer to that could go round for ever. */
  | { readonly kind: 'nothing' };

export const RCODE = { ok: 0, malformed: 1, failed: 2, noSuchName: 3, notImplemented: 4 } as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

export const TYPE_A = 1;
export const CLASS_IN = 1;
const CLASS_ANY = 255;
const TYPE_OPT = 41;
const HEADER_BYTES = 12;
/** An answer never exceeds the 512 bytes of plain UDP: header, question, this many addresses, and OPT. */
export const MOST_ADDRESSES = 8;
/** What DNS flag day 2020 recommends for datagrams that are not fragmented. */
const UDP_BYTES = 1232;

export function readQuery(message: Buffer): Reading {
  if (message.length < HEADER_BYTES) return { kind: 'nothing' };
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return { kind: 'nothing' };
  if ((flags & 0x7800) !== 0) return refuse(message, RCODE.notImplemented);
  const name = message.readUInt16BE(4) === 1 ? readName(message, HEADER_BYTES) : null;
  if (name === null || name.end + 4 > message.length) return refuse(message, RCODE.malformed);
  const end = name.end + 4;
  return {
    kind: 'query',
    query: {
      id: message.readUInt16BE(0),
      recursionDesired: (flags & 0x0100) !== 0,
      question: Buffer.from(message.subarray(HEADER_BYTES, end)),
      name: name.text,
      type: message.readUInt16BE(name.end),
      class: message.readUInt16BE(name.end + 2),
      edns: message.readUInt32BE(6) === 0 && hasOpt(message, end),
    },
  };
}

/** True where an address of the internet is what the question asks for. */
export function asksForAddress(query: Query): boolean {
  return query.type === TYPE_A && (query.class === CLASS_IN || query.class === CLASS_ANY);
}

/** The response to a query, with an A record for each IPv4 address, at most {@link MOST_ADDRESSES}. */
export function writeAnswer(query: Query, rcode: Rcode, addresses: readonly string[], ttlSeconds: number): Buffer {
  const records = addresses.slice(0, MOST_ADDRESSES).map((address) => writeAddress(address, ttlSeconds));
  const header = writeHeader(query.id, query.recursionDesired, rcode);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt16BE(query.edns ? 1 : 0, 10);
  return Buffer.concat([header, query.question, ...records, ...(query.edns ? [writeOpt()] : [])]);
}

/**
 * A name and the offset after it; null where it runs out of the message, is longer than 255 bytes, or points anywhere
 * but to before its own labels: each jump then leads further back, so that none can go round.
 */
export function readName(message: Buffer, start: number): { readonly text: string; readonly end: number } | null {
  const labels: string[] = [];
  let at = start;
  let runStart = start;
  let end: number | null = null;
  let bytes = 1;
  for (;;) {
    const length = message[at];
    if (length === undefined) return null;
    if (length === 0) return { text: labels.join('.') || '.', end: end ?? at + 1 };
    if ((length & 0xc0) === 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return null;
      const target = ((length & 0x3f) << 8) | low;
      if (target < HEADER_BYTES || target >= runStart) return null;
      end ??= at + 2;
      at = runStart = target;
      continue;
    }
    bytes += length + 1;
    if ((length & 0xc0) !== 0 || bytes > 255 || at + 1 + length > message.length) return null;
    labels.push(labelText(message.subarray(at + 1, at + 1 + length)));
    at += length + 1;
  }
}

function labelText(label: Buffer): string {
  return label
    .toString('latin1')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, (char) =>
      char === '.' || char === '\\' ? `\\${char}` : `\\${String(char.charCodeAt(0)).padStart(3, '0')}`,
    );
}

/** Where it is the only record, as every stub resolver sends it: the root's name, then type OPT. */
function hasOpt(message: Buffer, at: number): boolean {
  return (
    message.readUInt16BE(10) === 1 &&
    at + 11 <= message.length &&
    message[at] === 0 &&
    message.readUInt16BE(at + 1) === TYPE_OPT
  );
}

function refuse(message: Buffer, rcode: Rcode): Reading {
  const flags = message.readUInt16BE(2);
  const reply = writeHeader(message.readUInt16BE(0), (flags & 0x0100) !== 0, rcode);
  reply.writeUInt16BE(reply.readUInt16BE(2) | (flags & 0x7800), 2);
  return { kind: 'refused', reply };
}

/** QR and RA set, RD as asked. */
function writeHeader(id: number, recursionDesired: boolean, rcode: Rcode): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x8080 | (recursionDesired ? 0x0100 : 0) | rcode, 2);
  return header;
}

/** The name is a pointer to the question's, which always stands behind the header. */
function writeAddress(address: string, ttlSeconds: number): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(Math.min(Math.max(Math.trunc(ttlSeconds), 0), 0x7fffffff), 6);
  record.writeUInt16BE(4, 10);
  address.split('.').forEach((part, index) => record.writeUInt8(Number(part), 12 + index));
  return record;
}

function writeOpt(): Buffer {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(TYPE_OPT, 1);
  record.writeUInt16BE(UDP_BYTES, 3);
  return record;
}
