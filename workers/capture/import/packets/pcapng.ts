import { uint16, uint32 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { readUidBlock, uidInComment, type App } from './pcapdroid.ts';
import {
  BLOCK,
  blockLength,
  isWholeBlock,
  optionsIn,
  readInterface,
  sectionIsLittle,
  SHORTEST_BLOCK,
  type Interface,
} from './pcapng-blocks.ts';
import { MOST_PACKET_BYTES, MOST_RECORD_BYTES, type Damage, type PacketSource, type TakePacket } from './source.ts';

/** An interface needs a block of its own; nobody has more. */
const MOST_INTERFACES = 4096;
const PASSED_OVER: ReadonlySet<number> = new Set([
  BLOCK.nameResolution,
  BLOCK.decryptionSecrets,
  BLOCK.systemdJournal,
  BLOCK.custom,
  BLOCK.customUncopied,
]);

/** Blocks without a packet that tshark numbers like packets. */
const NUMBERED: ReadonlySet<number> = new Set([BLOCK.systemdJournal, BLOCK.custom, BLOCK.customUncopied]);

export interface PcapngTaker {
  readonly packet: TakePacket;
  /** A block says which app a uid is. */
  readonly app: (app: App) => void;
  /** A packet without a time, or of an interface that no block describes. */
  readonly untimed: () => void;
  readonly undescribed: (bytes: number) => void;
}

/** Reads the packets of a pcapng file (draft-ietf-opsawg-pcapng), sections of either byte order. */
export class PcapngSource implements PacketSource {
  readonly damage: Damage = { unreadBytes: 0, breaks: 0, endsShort: null };
  readonly #packet: Packet;
  readonly #take: PcapngTaker;
  readonly #uids = new Set<number>();
  #little = true;
  #interfaces: Interface[] = [];
  #searching = false;

  readonly #fileBytes: number;

  constructor(packet: Packet, take: PcapngTaker, fileBytes: number) {
    this.#fileBytes = fileBytes;
    this.#packet = packet;
    this.#take = take;
  }

  read(bytes: Buffer, from: number, to: number, last: boolean): number {
    let at = from;
    while (at + SHORTEST_BLOCK <= to) {
      if (this.#searching) {
        at = this.#search(bytes, at, to, last);
        if (this.#searching) return at;
      }
      const order = sectionIsLittle(bytes, at) ?? this.#little;
      const length = blockLength(bytes, at, order);
      const type = uint32(bytes, at, order);
      if (length !== null && length > MOST_RECORD_BYTES && this.#isPassedOver(type, length)) {
        if (NUMBERED.has(type)) this.#packet.number += 1;
        at += length;
      } else if (length === null || length > MOST_RECORD_BYTES) at = this.#lose(at);
      else if (at + length > to) {
        if (!last || !this.#hasAnother(bytes, at + 1, to)) break;
        at = this.#lose(at);
      } else if (uint32(bytes, at + length - 4, order) !== length) at = this.#lose(at);
      else {
        this.#block(bytes, at, at + length, type, order);
        at += length;
      }
    }
    return last && at < to ? this.#endShort(bytes, at, to) : at;
  }

  #endShort(bytes: Buffer, at: number, to: number): number {
    const known = at + 8 <= to;
    const order = known && at + SHORTEST_BLOCK <= to ? (sectionIsLittle(bytes, at) ?? this.#little) : this.#little;
    const length = known ? (blockLength(bytes, at, order) ?? SHORTEST_BLOCK) : SHORTEST_BLOCK;
    const isPacket = known && isPacketBlock(uint32(bytes, at, order));
    const what = isPacket ? `packet ${this.#packet.number + 1}` : 'a block';
    this.damage.endsShort = { what, missingBytes: Math.max(1, length - (to - at)) };
    this.damage.unreadBytes += to - at;
    return to;
  }

  #lose(at: number): number {
    this.#searching = true;
    this.damage.breaks += 1;
    this.damage.unreadBytes += 1;
    return at + 1;
  }

  /** The next block that is whole; where none is in sight, as far as one cannot begin. */
  #search(bytes: Buffer, from: number, to: number, last: boolean): number {
    for (let at = from; at + SHORTEST_BLOCK <= to; at++) {
      if (isWholeBlock(bytes, at, to, this.#little)) {
        this.#searching = false;
        this.damage.unreadBytes += at - from;
        return at;
      }
    }
    // A block that began in the last stretch may still be coming; one that began before would be whole by now.
    const resume = last ? to : Math.max(from, to - MOST_RECORD_BYTES);
    this.damage.unreadBytes += resume - from;
    return resume;
  }

  #hasAnother(bytes: Buffer, from: number, to: number): boolean {
    for (let at = from; at + SHORTEST_BLOCK <= to; at++) if (isWholeBlock(bytes, at, to, this.#little)) return true;
    return false;
  }

  /** Blocks that may be of any length and hold nothing that is read here. */
  #isPassedOver(type: number, length: number): boolean {
    return PASSED_OVER.has(type) && length <= this.#fileBytes;
  }

  #block(bytes: Buffer, at: number, end: number, type: number, little: boolean): void {
    if (NUMBERED.has(type)) this.#packet.number += 1;
    switch (type) {
      case BLOCK.section:
        this.#little = little;
        this.#interfaces = [];
        return;
      case BLOCK.interface: {
        const one = readInterface(bytes, at, end, little);
        if (one && this.#interfaces.length < MOST_INTERFACES) this.#interfaces.push(one);
        return;
      }
      case BLOCK.custom: {
        const app = readUidBlock(bytes, at, end, little);
        if (!app) return;
        this.#uids.add(app.uid);
        return this.#take.app(app);
      }
      case BLOCK.enhancedPacket:
        if (end - at >= 32) this.#emit(bytes, at + 28, end - 4, uint32(bytes, at + 8, little), at + 12, true);
        return;
      case BLOCK.packet:
        if (end - at >= 32) this.#emit(bytes, at + 28, end - 4, uint16(bytes, at + 8, little), at + 12, true);
        return;
      case BLOCK.simplePacket:
        if (end - at >= 16) this.#emit(bytes, at + 12, end - 4, 0, at + 8, false);
    }
  }

  /** @param fieldsAt time (two words), captured and original length; of a simple packet the original length alone */
  #emit(bytes: Buffer, dataAt: number, blockEnd: number, interfaceId: number, fieldsAt: number, timed: boolean): void {
    const little = this.#little;
    const packet = this.#packet;
    const described = this.#interfaces[interfaceId];
    const room = blockEnd - dataAt;
    const original = uint32(bytes, timed ? fieldsAt + 12 : fieldsAt, little);
    const snap = described?.snapBytes ? described.snapBytes : room;
    const captured = timed ? uint32(bytes, fieldsAt + 8, little) : Math.min(original, snap, room);
    packet.number += 1;
    if (!described || captured > room || captured > MOST_PACKET_BYTES) return this.#take.undescribed(room);
    if (timed) {
      const units = uint32(bytes, fieldsAt, little) * 0x100000000 + uint32(bytes, fieldsAt + 4, little);
      packet.timeMs = (units / described.unitsPerSecond + described.offsetSeconds) * 1000;
    } else this.#take.untimed();
    packet.bytes = bytes;
    packet.at = dataAt;
    packet.end = dataAt + captured;
    packet.frameBytes = Math.max(original, captured);
    packet.linkType = described.linkType;
    packet.uid = timed ? this.#uidOf(bytes, dataAt + captured + (-captured & 3), blockEnd) : -1;
    this.#take.packet(packet);
  }

  /** PCAPdroid's comment counts only for a uid that a block has named before, as its own reader has it. */
  #uidOf(bytes: Buffer, from: number, to: number): number {
    if (from + 4 > to || this.#uids.size === 0) return -1;
    for (const { code, valueAt, length } of optionsIn(bytes, from, to, this.#little)) {
      if (code !== 1) continue;
      const uid = uidInComment(bytes, valueAt, length);
      if (uid >= 0) return this.#uids.has(uid) ? uid : -1;
    }
    return -1;
  }
}

function isPacketBlock(type: number): boolean {
  return type === BLOCK.enhancedPacket || type === BLOCK.packet || type === BLOCK.simplePacket;
}
