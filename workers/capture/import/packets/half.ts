import type { Budget } from './budget.ts';

/** The time and the number of a packet. */
export interface When {
  readonly ms: number;
  readonly line: number;
}

/** Who takes the bytes of a half in order, each once. */
export interface Taker {
  bytes(up: boolean, bytes: Buffer, from: number, to: number, when: When): void;
  /** Bytes that were sent but that the snapshot length cut away. */
  unseen(up: boolean, count: number, when: When): void;
  /** Bytes that were sent and are not in the capture. */
  lost(up: boolean, count: number): void;
}

/** A segment that came before the one ahead of it. */
interface Held extends When {
  readonly seq: number;
  readonly bytes: Buffer;
  readonly wireBytes: number;
}

/** Segments out of order that one half holds back; more than this, and what is missing is given up. */
const MOST_HELD = 256;
/** So long a receiver would not wait either: what has not come by then is not in the capture. */
const LONGEST_HOLD_MS = 1000;

/**
 * One direction of a TCP connection: puts segments in order and drops what was sent before (RFC 9293, 3.4). Sequence
 * numbers are signed words that wrap; their difference is what counts.
 */
export class Half {
  readonly up: boolean;
  readonly #taker: Taker;
  readonly #budget: Budget;
  readonly #held: Held[] = [];
  /** The first sequence number is known, and is this one: the SYN's, or the one before the first byte. */
  known = false;
  base = 0;
  finished = false;
  #next = 0;

  constructor(up: boolean, taker: Taker, budget: Budget) {
    this.up = up;
    this.#taker = taker;
    this.#budget = budget;
  }

  /** Where its first byte will be. Only the first call counts. */
  begin(base: number): void {
    if (this.known) return;
    this.known = true;
    this.base = base;
    this.#next = (base + 1) | 0;
  }

  /** Takes a segment: captured from `from` to `to`, `wireBytes` long when it was sent. */
  accept(seq: number, bytes: Buffer, from: number, to: number, wireBytes: number, now: When): void {
    this.begin((seq - 1) | 0);
    const oldest = this.#held[0];
    if (oldest && now.ms - oldest.ms > LONGEST_HOLD_MS) this.#giveUp();
    const ahead = (seq - this.#next) | 0;
    if (ahead > 0) this.#hold(seq, bytes, from, to, wireBytes, now);
    else this.#deliver(-ahead, bytes, from, to, wireBytes, now);
    if (this.#held.length > 0) this.#drain();
  }

  /** The far end has all bytes before `ack`: a hole before it will not be filled. */
  acknowledged(ack: number): void {
    while (this.#held.length > 0 && ((ack - this.#held[0]!.seq) | 0) > 0) this.#giveUp();
  }

  /** Delivers what it holds, holes or not. */
  end(): void {
    while (this.#held.length > 0) this.#giveUp();
  }

  #deliver(known: number, bytes: Buffer, from: number, to: number, wireBytes: number, when: When): void {
    if (known >= wireBytes) return;
    const fresh = from + known;
    if (fresh < to) this.#taker.bytes(this.up, bytes, fresh, to, when);
    const cut = wireBytes - Math.max(known, to - from);
    if (cut > 0) this.#taker.unseen(this.up, cut, when);
    this.#next = (this.#next + wireBytes - known) | 0;
  }

  #hold(seq: number, bytes: Buffer, from: number, to: number, wireBytes: number, now: When): void {
    while (this.#held.length >= MOST_HELD || !this.#budget.take(to - from)) {
      if (this.#held.length === 0) this.#skipTo(seq);
      else this.#giveUp();
      const ahead = (seq - this.#next) | 0;
      if (ahead <= 0) return this.#deliver(-ahead, bytes, from, to, wireBytes, now);
    }
    let at = this.#held.length;
    while (at > 0 && ((this.#held[at - 1]!.seq - seq) | 0) > 0) at -= 1;
    this.#held.splice(at, 0, {
      seq,
      bytes: Buffer.from(bytes.subarray(from, to)),
      wireBytes,
      ms: now.ms,
      line: now.line,
    });
  }

  #giveUp(): void {
    const first = this.#held[0];
    if (!first) return;
    this.#skipTo(first.seq);
    this.#drain();
  }

  #skipTo(seq: number): void {
    const missing = (seq - this.#next) | 0;
    if (missing <= 0) return;
    this.#taker.lost(this.up, missing);
    this.#next = seq;
  }

  #drain(): void {
    for (let first = this.#held[0]; first; first = this.#held[0]) {
      const ahead = (first.seq - this.#next) | 0;
      if (ahead > 0) return;
      this.#held.shift();
      this.#budget.give(first.bytes.length);
      this.#deliver(-ahead, first.bytes, 0, first.bytes.length, first.wireBytes, first);
    }
  }
}
