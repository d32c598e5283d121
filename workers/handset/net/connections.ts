import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Packet } from './rule.ts';

/** One connection as /proc/net/tcp shows it: the address that the app asked for, not where DNAT led. */
export interface Connection {
  readonly uid: number;
  readonly localPort: number;
  readonly address: string;
  readonly port: number;
  readonly inode: number;
  readonly socket: Duplex;
}

export interface UidTraffic {
  upBytes: number;
  downBytes: number;
  upPackets: number;
  downPackets: number;
}

const SEGMENT_BYTES = 1448;

/** Open connections, and the bytes of each uid as `netstats` counts them. */
export class ConnectionTable {
  readonly #open = new Set<Connection>();
  readonly #closed = new Map<number, UidTraffic>();
  #nextPort = 32_768;
  #nextInode = 20_000;

  get size(): number {
    return this.#open.size;
  }

  open(packet: Packet, socket: Duplex): Connection {
    this.#nextPort = this.#nextPort >= 60_999 ? 32_768 : this.#nextPort + 2;
    const entry: Connection = {
      uid: packet.uid,
      localPort: this.#nextPort,
      address: packet.address,
      port: packet.port,
      inode: (this.#nextInode += 3),
      socket,
    };
    this.#open.add(entry);
    socket.once('close', () => this.#settle(entry));
    // Whoever uses the socket listens too; an error after they let go must not end the process.
    socket.on('error', () => this.#settle(entry));
    return entry;
  }

  countDatagram(packet: Packet): void {
    const traffic = this.#of(packet.uid);
    traffic.upBytes += packet.bytes;
    traffic.upPackets += 1;
  }

  list(): Connection[] {
    return [...this.#open].filter((entry) => !entry.socket.destroyed);
  }

  /** Bytes and packets by uid, open connections included. */
  traffic(): Map<number, UidTraffic> {
    const sums = new Map([...this.#closed].map(([uid, traffic]) => [uid, { ...traffic }]));
    for (const entry of this.#open) {
      const sum = sums.get(entry.uid) ?? none();
      add(sum, entry.socket);
      sums.set(entry.uid, sum);
    }
    return sums;
  }

  closeAll(): void {
    for (const entry of this.#open) entry.socket.destroy();
  }

  /** Ends every connection of a uid: its app was stopped or removed. */
  closeUid(uid: number): void {
    for (const entry of this.list()) if (entry.uid === uid) entry.socket.destroy();
  }

  #settle(entry: Connection): void {
    if (!this.#open.delete(entry)) return;
    add(this.#of(entry.uid), entry.socket);
  }

  #of(uid: number): UidTraffic {
    const traffic = this.#closed.get(uid) ?? none();
    this.#closed.set(uid, traffic);
    return traffic;
  }
}

const none = (): UidTraffic => ({ upBytes: 0, downBytes: 0, upPackets: 0, downPackets: 0 });

function add(sum: UidTraffic, socket: Duplex): void {
  const { bytesWritten = 0, bytesRead = 0 } = socket as Partial<Socket>;
  sum.upBytes += bytesWritten;
  sum.downBytes += bytesRead;
  sum.upPackets += Math.ceil(bytesWritten / SEGMENT_BYTES) + 3;
  sum.downPackets += Math.ceil(bytesRead / SEGMENT_BYTES) + 2;
}
