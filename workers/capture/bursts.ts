import type { SessionClock } from './clock.ts';

/** Payload close together on a connection whose content is not read: the counterpart of an exchange. */
export interface Burst {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  /** Each change of direction: [milliseconds since startMs, 'up' or 'down', bytes until the next change]. */
  readonly turns: readonly Turn[];
}

export type Turn = readonly [afterMs: number, direction: 'up' | 'down', bytes: number];

/** Silence of the app, in device time, that ends a burst. */
export const BURST_GAP_MS = 1000;
/** Turns kept of one burst; the last one kept holds the bytes of all that follow. */
const MOST_TURNS = 32;

/** Cuts the payload of one connection into bursts. `emit` is called once for each, in order. */
export class BurstMeter {
  readonly #clock: Pick<SessionClock, 'nowMs'>;
  readonly #emit: (burst: Burst) => void;
  #startMs: number | null = null;
  #lastMs = 0;
  #lastUpMs: number | null = null;
  #upBytes = 0;
  #downBytes = 0;
  #turns: [number, 'up' | 'down', number][] = [];

  constructor(clock: Pick<SessionClock, 'nowMs'>, emit: (burst: Burst) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  up(bytes: number): void {
    if (bytes === 0) return;
    const nowMs = this.#clock.nowMs();
    const quietSinceMs = this.#lastUpMs ?? this.#startMs;
    if (quietSinceMs !== null && nowMs - quietSinceMs >= BURST_GAP_MS) this.end();
    this.#lastUpMs = nowMs;
    this.#upBytes += bytes;
    this.#add(nowMs, 'up', bytes);
  }

  down(bytes: number): void {
    if (bytes === 0) return;
    this.#downBytes += bytes;
    this.#add(this.#clock.nowMs(), 'down', bytes);
  }

  /** Ends the burst if both sides have been silent long enough. */
  sweep(): void {
    if (this.#startMs !== null && this.#clock.nowMs() - this.#lastMs >= BURST_GAP_MS) this.end();
  }

  end(): void {
    if (this.#startMs === null) return;
    this.#emit({
      startMs: this.#startMs,
      endMs: this.#lastMs,
      upBytes: this.#upBytes,
      downBytes: this.#downBytes,
      turns: this.#turns,
    });
    this.#startMs = null;
    this.#lastUpMs = null;
    this.#upBytes = 0;
    this.#downBytes = 0;
    this.#turns = [];
  }

  #add(nowMs: number, direction: 'up' | 'down', bytes: number): void {
    this.#startMs ??= nowMs;
    this.#lastMs = nowMs;
    const last = this.#turns.at(-1);
    if (last && (last[1] === direction || this.#turns.length >= MOST_TURNS)) last[2] += bytes;
    else this.#turns.push([nowMs - this.#startMs, direction, bytes]);
  }
}
