import type { Budget } from './budget.ts';
import { Bursts } from './bursts.ts';
import type { End } from './ends.ts';
import type { When } from './half.ts';
import type { Packet } from './packet.ts';
import type { TcpStream } from './tcp-stream.ts';
import type { UdpStream } from './udp-stream.ts';

/** What all packets between two ends are gathered in: one TCP connection, or UDP datagrams without a long pause. */
export class Conversation {
  /** From 1, in the order in which they begin. */
  readonly number: number;
  readonly transport: number;
  readonly client: End;
  readonly server: End;
  /** The packet that began it. */
  readonly line: number;
  readonly startMs: number;
  /** The name that an answer had given for the server's address when it began, or else one that came later. */
  name: string | null;
  readonly bursts: Bursts;
  /** Exactly one of the two is there. */
  tcp: TcpStream | null = null;
  udp: UdpStream | null = null;
  endMs: number;
  lastLine: number;
  /** -1 where nothing tells it. */
  uid = -1;
  frames = 0;
  framesUp = 0;
  frameBytes = 0;
  frameBytesUp = 0;
  wireUpBytes = 0;
  wireDownBytes = 0;
  /** The next conversation of the same slot of the table. */
  next: Conversation | null = null;

  constructor(
    number: number,
    transport: number,
    client: End,
    server: End,
    name: string | null,
    began: When,
    room: Budget,
  ) {
    this.number = number;
    this.transport = transport;
    this.client = client;
    this.server = server;
    this.name = name;
    this.line = this.lastLine = began.line;
    this.startMs = this.endMs = began.ms;
    this.bursts = new Bursts(room);
  }

  /** Counts a packet of it. Returns false where it is of another uid than those before. */
  count(packet: Packet, up: boolean, nowMs: number): boolean {
    this.frames += 1;
    this.frameBytes += packet.frameBytes;
    if (up) {
      this.framesUp += 1;
      this.frameBytesUp += packet.frameBytes;
    }
    if (nowMs > this.endMs) this.endMs = nowMs;
    this.lastLine = packet.number;
    if (packet.uid < 0 || packet.uid === this.uid) return true;
    const first = this.uid < 0;
    if (first) this.uid = packet.uid;
    return first;
  }
}
