import type { Budget } from './budget.ts';
import type { Conversation } from './conversation.ts';
import { ACK, FIN, RST, SYN } from './ends.ts';
import { Half, type Taker, type When } from './half.ts';
import type { Packet } from './packet.ts';
import { TcpContent } from './tcp-content.ts';

/** The two halves of one TCP connection, and what they carry. */
export class TcpStream implements Taker {
  readonly content: TcpContent;
  /** Bytes that were sent and are not in the capture. */
  missingBytes = 0;
  /** The server answered the client's SYN, or anything at all. */
  answered = false;
  refused = false;
  readonly #of: Conversation;
  readonly #client: Half;
  readonly #server: Half;
  #closing = false;

  constructor(of: Conversation, budget: Budget) {
    this.#of = of;
    this.content = new TcpContent(budget);
    this.#client = new Half(true, this, budget);
    this.#server = new Half(false, this, budget);
  }

  /**
   * True where this packet opens a new connection between the same ports: a SYN with another initial sequence number,
   * by which Wireshark tells its streams apart, too, or one after this connection was closed.
   */
  isOver(packet: Packet, up: boolean): boolean {
    if ((packet.flags & (SYN | ACK)) !== SYN) return false;
    const half = up ? this.#client : this.#server;
    return half.known && (half.base !== packet.seq || this.#closing);
  }

  take(packet: Packet, up: boolean, now: When): void {
    const { flags } = packet;
    const half = up ? this.#client : this.#server;
    const far = up ? this.#server : this.#client;
    if (!up) this.#hear(flags);
    if ((flags & SYN) !== 0) half.begin(packet.seq);
    if ((flags & ACK) !== 0 && (flags & RST) === 0) far.acknowledged(packet.ack);
    if ((flags & (FIN | RST)) !== 0) this.#closing = true;
    if (packet.payloadBytes === 0 || (flags & RST) !== 0) {
      half.begin((packet.seq - 1) | 0);
    } else {
      const seq = (flags & SYN) !== 0 ? (packet.seq + 1) | 0 : packet.seq;
      half.accept(seq, packet.bytes, packet.payloadAt, packet.payloadEnd, packet.payloadBytes, now);
    }
    if ((flags & ACK) !== 0) far.begin((packet.ack - 1) | 0);
  }

  bytes(up: boolean, bytes: Buffer, from: number, to: number, when: When): void {
    this.#count(up, to - from);
    const began = this.#of.bursts.add(up, this.content.feed(up, bytes, from, to), when);
    if (!began || !up) return;
    const request = this.content.request(bytes, from, to);
    if (request) this.#of.bursts.asks(request);
  }

  unseen(up: boolean, count: number, when: When): void {
    this.#count(up, count);
    this.#of.bursts.add(up, this.content.unseen(up, count), when);
  }

  lost(up: boolean, count: number): void {
    this.missingBytes += count;
    this.content.lost(up, count);
  }

  end(): void {
    this.#client.end();
    this.#server.end();
    this.content.end();
  }

  #count(up: boolean, count: number): void {
    if (up) this.#of.wireUpBytes += count;
    else this.#of.wireDownBytes += count;
  }

  #hear(flags: number): void {
    if (!this.answered && (flags & RST) !== 0) this.refused = true;
    this.answered = true;
  }
}
