import { createBudget, type Budget } from './budget.ts';
import { Conversation } from './conversation.ts';
import { ConversationTable, isUp } from './conversation-table.ts';
import { destinationOf, openedBySource, saysWhoOpened, sourceOf } from './ends.ts';
import { addressText } from './address.ts';
import { IP, isFirstFragment, readIp, readTcp, readUdp } from './ip.ts';
import { LINK, networkAt } from './link.ts';
import type { Names } from './names.ts';
import { TCP, UDP, type Packet } from './packet.ts';
import { readTrailer, trailerAt, trailerUid } from './pcapdroid.ts';
import { addTo, type Tally } from './tally.ts';
import { TcpStream } from './tcp-stream.ts';
import { UDP_IDLE_MS, UdpStream } from './udp-stream.ts';

/** Conversations that are followed at once; the ones silent for longest end when there are more. */
const MOST_OPEN = 32_768;
/** Kept of what is not yet whole: heads, hellos, certificates, segments out of order. */
const MOST_KEPT_BYTES = 33_554_432;
const ICMP = 1;
const ICMPV6 = 58;
const DNS_PORT = 53;
const ETHERNET = 1;
const MOST_KINDS = 64;
const MOST_APPS = 4096;

export interface AssemblyParts {
  readonly tally: Tally;
  readonly names: Names;
  /** Records that may still be kept. */
  readonly room: Budget;
  /** Takes a conversation when it is over. */
  readonly finish: (conversation: Conversation) => void;
  readonly mostOpen?: number;
}

/** Puts packets together into conversations. */
export class Assembly {
  readonly #parts: AssemblyParts;
  readonly #table: ConversationTable;
  /** The packet that is being read, in milliseconds since the first one. */
  readonly #now = { ms: 0.5, line: 0 };
  readonly #budget: Budget = createBudget(MOST_KEPT_BYTES);
  #begun = 0;

  constructor(parts: AssemblyParts) {
    this.#parts = parts;
    this.#table = new ConversationTable(parts.mostOpen ?? MOST_OPEN);
  }

  take(packet: Packet): void {
    this.#keepTime(packet);
    if (!this.#readHeaders(packet)) return;
    const { tally } = this.#parts;
    let one = this.#table.find(packet);
    if (one !== null && this.#isOver(one, packet)) {
      this.#table.remove(packet, one);
      this.#finish(one);
      one = null;
    }
    one ??= this.#begin(packet);
    const up = isUp(packet, one);
    if (!one.count(packet, up, this.#now.ms)) tally.otherUid += 1;
    if (packet.uid >= 0) tally.withUid += 1;
    if (one.tcp) one.tcp.take(packet, up, this.#now);
    else one.udp?.take(packet, up, this.#now);
    if (packet.transport === UDP && packet.srcPort === DNS_PORT) this.#learn(packet);
  }

  /** Finishes all that is still open. */
  end(): void {
    for (const one of this.#table.all().sort((a, b) => a.number - b.number)) this.#finish(one);
  }

  #keepTime(packet: Packet): void {
    const { tally } = this.#parts;
    tally.packets += 1;
    tally.firstMs ??= packet.timeMs;
    const ms = Math.round((packet.timeMs - tally.firstMs) * 1000) / 1000;
    if (tally.packets > 1 && ms < this.#now.ms) tally.backwards += 1;
    this.#now.ms = ms;
    this.#now.line = tally.lastLine = packet.number;
    if (ms > tally.latestMs) tally.latestMs = ms;
    if (ms < tally.earliestMs) tally.earliestMs = ms;
  }

  /** True where there is a TCP or UDP header; everything else is counted. */
  #readHeaders(packet: Packet): boolean {
    const { tally } = this.#parts;
    if (packet.frameBytes > packet.end - packet.at) tally.cutPackets += 1;
    const at = networkAt(packet.bytes, packet.at, packet.end, packet.linkType);
    if (at === LINK.notIp) tally.notIp += 1;
    else if (at === LINK.unsupported) this.#unsupported(packet);
    if (at === LINK.notIp || at === LINK.unsupported) return false;
    const protocol = at < 0 ? IP.malformed : readIp(packet, at);
    if (protocol === TCP || protocol === UDP) {
      if (protocol === TCP ? readTcp(packet) : readUdp(packet)) {
        if (isFirstFragment(packet, at)) tally.firstFragments += 1;
        this.#findUid(packet);
        return true;
      }
      return this.#malformed(packet);
    }
    if (protocol === IP.malformed) return this.#malformed(packet);
    if (protocol === IP.fragment) {
      tally.fragments += 1;
      tally.unreadFrameBytes += packet.end - packet.at;
    } else if (protocol === ICMP || protocol === ICMPV6) tally.icmp += 1;
    else addTo(tally.otherProtocols, protocol, MOST_KINDS);
    return false;
  }

  #malformed(packet: Packet): false {
    this.#parts.tally.malformed += 1;
    this.#parts.tally.unreadFrameBytes += packet.end - packet.at;
    return false;
  }

  #unsupported(packet: Packet): void {
    addTo(this.#parts.tally.unsupportedLinks, packet.linkType, MOST_KINDS);
    this.#parts.tally.unreadFrameBytes += packet.end - packet.at;
  }

  #findUid(packet: Packet): void {
    if (packet.linkType !== ETHERNET || packet.uid >= 0) return;
    const at = trailerAt(packet.bytes, packet.transportAt + packet.transportBytes, packet.end);
    if (at < 0) return;
    packet.uid = trailerUid(packet.bytes, at);
    const { apps } = this.#parts.tally;
    if (packet.uid >= 0 && !apps.has(packet.uid) && apps.size < MOST_APPS) {
      apps.set(packet.uid, readTrailer(packet.bytes, at));
    }
  }

  #isOver(one: Conversation, packet: Packet): boolean {
    if (one.tcp) return one.tcp.isOver(packet, isUp(packet, one));
    return this.#now.ms - one.endMs >= UDP_IDLE_MS;
  }

  #begin(packet: Packet): Conversation {
    const { names, tally, room } = this.#parts;
    const source = sourceOf(packet);
    const destination = destinationOf(packet);
    const [client, server] = openedBySource(packet) ? [source, destination] : [destination, source];
    const name = names.of(addressText(server));
    const one = new Conversation(++this.#begun, packet.transport, client, server, name, this.#now, room);
    if (packet.transport === TCP) one.tcp = new TcpStream(one, this.#budget);
    else one.udp = new UdpStream(one, this.#budget);
    if (packet.transport === TCP) tally.tcp += 1;
    else tally.udp += 1;
    if (!saysWhoOpened(packet)) tally.guessedOpeners += 1;
    for (const old of this.#table.add(packet, one)) {
      tally.closedEarly += 1;
      this.#finish(old);
    }
    return one;
  }

  #finish(one: Conversation): void {
    one.tcp?.end();
    one.udp?.end();
    one.bursts.end();
    one.name ??= this.#parts.names.of(addressText(one.server));
    this.#parts.finish(one);
  }

  #learn({ bytes, payloadAt, payloadEnd }: Packet): void {
    this.#parts.names.learn(bytes.subarray(payloadAt, payloadEnd));
  }
}
