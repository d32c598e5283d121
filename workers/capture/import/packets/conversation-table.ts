import { randomInt } from 'node:crypto';
import type { Conversation } from './conversation.ts';
import type { End } from './ends.ts';
import type { Packet } from './packet.ts';

/** Conversations that may still go on, found by the addresses and ports of a packet in either direction. */
export class ConversationTable {
  readonly #slots = new Map<number, Conversation>();
  readonly #most: number;
  /** Unforeseeable, so that nobody can make a capture whose conversations all share a slot. */
  readonly #seed = randomInt(0x7fffffff);
  size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  find(packet: Packet): Conversation | null {
    const { transport } = packet;
    let one = this.#slots.get(this.#slotOf(packet)) ?? null;
    while (one !== null) {
      if (one.transport === transport && (isUp(packet, one) || isDown(packet, one))) return one;
      one = one.next;
    }
    return null;
  }

  /** Adds one for the ends of this packet. Returns those that had to leave for it: the ones silent for longest. */
  add(packet: Packet, conversation: Conversation): readonly Conversation[] {
    const left = this.size >= this.#most ? this.#makeRoom() : [];
    const slot = this.#slotOf(packet);
    conversation.next = this.#slots.get(slot) ?? null;
    this.#slots.set(slot, conversation);
    this.size += 1;
    return left;
  }

  /** Takes out the conversation that {@link find} gave for this packet. */
  remove(packet: Packet, conversation: Conversation): void {
    const slot = this.#slotOf(packet);
    const first = this.#slots.get(slot);
    if (first === conversation) {
      if (conversation.next) this.#slots.set(slot, conversation.next);
      else this.#slots.delete(slot);
    } else {
      let before = first;
      while (before && before.next !== conversation) before = before.next ?? undefined;
      if (!before) return;
      before.next = conversation.next;
    }
    conversation.next = null;
    this.size -= 1;
  }

  all(): Conversation[] {
    const found: Conversation[] = [];
    for (const first of this.#slots.values()) {
      for (let one: Conversation | null = first; one; one = one.next) found.push(one);
    }
    return found;
  }

  /** A quarter at once, so that making room costs little for each that comes. */
  #makeRoom(): Conversation[] {
    const all = this.all().sort((a, b) => a.lastLine - b.lastLine);
    const leaving = all.splice(0, Math.ceil(this.#most / 4));
    const gone = new Set(leaving);
    for (const [slot, first] of this.#slots) {
      const staying: Conversation[] = [];
      for (let one: Conversation | null = first; one; one = one.next) if (!gone.has(one)) staying.push(one);
      staying.forEach((one, index) => (one.next = staying[index + 1] ?? null));
      if (staying[0]) this.#slots.set(slot, staying[0]);
      else this.#slots.delete(slot);
    }
    for (const one of leaving) one.next = null;
    this.size -= leaving.length;
    return leaving;
  }

  /** The same for both directions: the two ends are mixed each for itself and then added. */
  #slotOf(packet: Packet): number {
    const seed = this.#seed;
    const src = mix(mix(mix(mix(seed ^ packet.srcPort, packet.src0), packet.src1), packet.src2), packet.src3);
    const dst = mix(mix(mix(mix(seed ^ packet.dstPort, packet.dst0), packet.dst1), packet.dst2), packet.dst3);
    return (Math.imul(src + dst, 0x9e3779b1) ^ packet.transport) & 0x3fffffff;
  }
}

/** The finaliser of MurmurHash3 over what has been mixed so far. */
function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** True where the packet goes from the client of the conversation to its server. */
export function isUp(packet: Packet, { client, server }: Conversation): boolean {
  return packet.srcPort === client.port && packet.dstPort === server.port && isFrom(packet, client, server);
}

function isDown(packet: Packet, { client, server }: Conversation): boolean {
  return packet.srcPort === server.port && packet.dstPort === client.port && isFrom(packet, server, client);
}

function isFrom(packet: Packet, from: End, to: End): boolean {
  return (
    packet.src0 === from.w0 &&
    packet.dst0 === to.w0 &&
    packet.version === from.version &&
    packet.src3 === from.w3 &&
    packet.dst3 === to.w3 &&
    packet.src2 === from.w2 &&
    packet.dst2 === to.w2 &&
    packet.src1 === from.w1 &&
    packet.dst1 === to.w1
  );
}
