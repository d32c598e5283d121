import { BurstMeter } from '../../bursts.ts';
import type { Budget } from './budget.ts';
import type { When } from './half.ts';

/** A payload burst of one conversation, with the packet that began it. */
export interface SeenBurst {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly line: number;
  /** The request that began it, where it could be read. */
  readonly request: Request | null;
}

export interface Request {
  readonly method: string;
  readonly path: string;
}

/** Cuts the payload of one conversation into bursts, as the live recorder does, by the times of the capture. */
export class Bursts {
  readonly seen: SeenBurst[] = [];
  /** Bursts that there was no room to keep, and when the first of them began. */
  dropped = 0;
  droppedFromMs = Infinity;
  readonly #clock = { ms: 0.5, nowMs: (): number => this.#clock.ms };
  readonly #meter: BurstMeter;
  #open = false;
  #line = 0;
  #request: Request | null = null;

  /** @param room records that may still be kept, of all conversations */
  constructor(room: Budget) {
    this.#meter = new BurstMeter(this.#clock, ({ startMs, endMs, upBytes, downBytes }) => {
      // Packets that came out of order may end a burst before it began.
      const burst = { startMs, endMs: Math.max(startMs, endMs), upBytes, downBytes, line: this.#line };
      if (room.take(1)) this.seen.push({ ...burst, request: this.#request });
      else {
        this.dropped += 1;
        this.droppedFromMs = Math.min(this.droppedFromMs, startMs);
      }
      this.#open = false;
      this.#request = null;
    });
  }

  /** True where these bytes began a burst. */
  add(up: boolean, bytes: number, when: When): boolean {
    if (bytes === 0) return false;
    this.#clock.ms = when.ms;
    this.#meter.sweep();
    if (up) this.#meter.up(bytes);
    else this.#meter.down(bytes);
    if (this.#open) return false;
    this.#open = true;
    this.#line = when.line;
    return true;
  }

  /** Names the request of the burst that is open. */
  asks(request: Request): void {
    this.#request ??= request;
  }

  end(): void {
    this.#meter.end();
  }
}
