import type { Protocol } from '../../../../orchestrator/contract/capture.ts';
import type { ClientHello } from '../../hello.ts';
import type { Budget } from './budget.ts';
import type { Conversation } from './conversation.ts';
import { isGoogleQuic, readGoogleQuicName } from './google-quic.ts';
import type { When } from './half.ts';
import type { Packet } from './packet.ts';
import { quicPayloadBytes, readLongHeader } from './quic-header.ts';
import { QuicHello } from './quic-hello.ts';

/** Silence between two ends after which UDP between them is a conversation of its own. */
export const UDP_IDLE_MS = 60_000;
const HTTPS_PORT = 443;
/** Datagrams of the client that are looked at for a name of Google's QUIC. */
const MOST_OPENINGS = 4;

/** The datagrams between two ends: QUIC is recognised and its handshake left out; others are payload as they are. */
export class UdpStream {
  protocol: Protocol = 'udp';
  /** The name of Google's QUIC, before the IETF's. */
  googleName: string | null = null;
  readonly #of: Conversation;
  readonly #budget: Budget;
  #quic: QuicHello | null = null;
  #google = false;
  #ups = 0;

  constructor(of: Conversation, budget: Budget) {
    this.#of = of;
    this.#budget = budget;
  }

  get hello(): ClientHello | null {
    return this.#quic?.hello ?? null;
  }

  take(packet: Packet, up: boolean, now: When): void {
    const { bytes, payloadAt: from, payloadEnd: to, payloadBytes } = packet;
    if (up) this.#of.wireUpBytes += payloadBytes;
    else this.#of.wireDownBytes += payloadBytes;
    if (to > from) this.#recognise(bytes, from, to, up);
    const framed = this.protocol === 'quic' && !this.#google;
    this.#of.bursts.add(up, framed ? quicPayloadBytes(bytes, from, to, payloadBytes) : payloadBytes, now);
  }

  end(): void {
    this.#quic?.end();
  }

  #recognise(bytes: Buffer, from: number, to: number, up: boolean): void {
    if (this.protocol === 'udp' && this.#of.frames <= 2 * MOST_OPENINGS) this.#guess(bytes, from, to);
    if (this.protocol !== 'quic' || !up) return;
    this.#ups += 1;
    if (this.#google) {
      if (this.#ups <= MOST_OPENINGS) this.googleName ??= readGoogleQuicName(bytes, from, to);
    } else if (!this.#quic?.done && (bytes[from]! & 0x80) !== 0) {
      this.#quic ??= new QuicHello(this.#budget);
      this.#quic.feed(bytes, from, to);
    }
  }

  /** A long header says it; a short one (RFC 9000, 17.3) only its fixed bit, and the port of HTTPS. */
  #guess(bytes: Buffer, from: number, to: number): void {
    if (isGoogleQuic(bytes, from, to)) {
      this.protocol = 'quic';
      this.#google = true;
    } else if (readLongHeader(bytes, from, to)) this.protocol = 'quic';
    else if (this.#of.server.port === HTTPS_PORT && (bytes[from]! & 0xc0) === 0x40) this.protocol = 'quic';
  }
}
