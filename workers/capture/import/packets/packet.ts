/**
 * The one packet that is being read. A single object is filled again for each packet, and its `bytes` are the buffer
 * that the file is read into: whoever keeps bytes copies them.
 */
export interface Packet {
  bytes: Buffer;
  /** Number of the packet in its file from 1, as tshark counts frames. */
  number: number;
  /** Milliseconds since 1970, with fractions. */
  timeMs: number;
  /** First captured byte, and the one after the last. */
  at: number;
  end: number;
  /** Length on the wire; more than was captured where a snapshot length cut it. */
  frameBytes: number;
  /** LINKTYPE_ value (tcpdump.org/linktypes.html). */
  linkType: number;
  /** Android uid, -1 where nothing tells it. */
  uid: number;

  version: 4 | 6;
  /** Protocol number: {@link TCP} or {@link UDP}. */
  transport: number;
  /** Addresses as four signed words; IPv4 uses the first and leaves the others 0. */
  src0: number;
  src1: number;
  src2: number;
  src3: number;
  dst0: number;
  dst1: number;
  dst2: number;
  dst3: number;
  srcPort: number;
  dstPort: number;
  /** First byte behind the IP header and its extensions, and the one after the last captured byte of the IP packet. */
  transportAt: number;
  transportEnd: number;
  /** Length on the wire of what begins at `transportAt`. */
  transportBytes: number;

  /** TCP alone: sequence and acknowledgement number as signed words, and the low byte of flags. */
  seq: number;
  ack: number;
  flags: number;
  /** Payload of TCP or UDP: captured from `payloadAt` to `transportEnd`, `payloadBytes` long on the wire. */
  payloadAt: number;
  payloadEnd: number;
  payloadBytes: number;
}

export const TCP = 6;
export const UDP = 17;

export function createPacket(): Packet {
  return {
    bytes: Buffer.alloc(0),
    number: 0,
    timeMs: 0.5, // a fraction from the start: the field then keeps its number in place
    at: 0,
    end: 0,
    frameBytes: 0,
    linkType: 0,
    uid: -1,
    version: 4,
    transport: 0,
    src0: 0,
    src1: 0,
    src2: 0,
    src3: 0,
    dst0: 0,
    dst1: 0,
    dst2: 0,
    dst3: 0,
    srcPort: 0,
    dstPort: 0,
    transportAt: 0,
    transportEnd: 0,
    transportBytes: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    payloadAt: 0,
    payloadEnd: 0,
    payloadBytes: 0,
  };
}
