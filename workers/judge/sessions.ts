// In: exchanges of one channel in order of time. Out: sessions, merged where the pause between them is shorter than the
// idle gap.
import type { Attribution } from '../../orchestrator/contract/capture.ts';

/** One exchange or payload burst; `attempt` where a connection was seen and no payload of the app could be. */
export interface Exchange {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly forced: boolean;
  readonly attempt: boolean;
  /** True where the far end answered with an HTTP error. */
  readonly failed: boolean;
  readonly line: number;
  readonly attribution: Attribution;
  readonly protocol: string;
  /** Number of the transport connection that carried it; null where the capture does not tell. */
  readonly connection: number | null;
}

/** A session that lasts longer is judged again in the state that holds by then. */
export const LONG_SESSION_MS = 300_000;

/**
 * A record tells when an exchange or a connection ended, not when it last spoke. It is taken to have spoken for as
 * long as its bytes need at this rate (in bytes a millisecond: 1 kB/s), for one idle gap at least, for a minute at
 * most. So neither a long poll, nor a connection of hours in one row of a log, swallows what begins while it is open.
 */
const SLOWEST_BYTES_PER_MS = 1;
const LONGEST_SPEECH_MS = 60_000;

/** Protocols whose content the interception reads. */
export const READ_PROTOCOLS: ReadonlySet<string> = new Set(['https', 'http', 'h2', 'grpc', 'ws']);

export interface Session {
  readonly startMs: number;
  readonly endMs: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly forced: boolean;
  readonly lines: readonly number[];
  /** The connection of its first exchange. */
  readonly connection: number | null;
  /** True where no pause came before: traffic that went on for longer than a session may last. */
  readonly continued: boolean;
}

/** Exchanges in order of time; those of one moment in order of their lines. */
export function byStart(a: Exchange, b: Exchange): number {
  return a.startMs - b.startMs || a.line - b.line;
}

/**
 * Merges exchanges closer together than the idle gap into sessions: from the moment at which the earlier ones had
 * said what they said, to the start of the next. A session is forced where its first exchange was: the firing that
 * began it was ours. Traffic without a pause begins a new session after `longestMs`, so that what began in one state of
 * the device is judged in the next one too. Sessions may overlap, where a connection stays open beyond its session.
 *
 * @param exchanges in order of time.
 */
export function mergeExchanges(
  exchanges: readonly Exchange[],
  gapMs: number,
  longestMs = Infinity,
): readonly Session[] {
  const sessions: (Omit<{ -readonly [K in keyof Session]: Session[K] }, 'lines'> & { lines: number[] })[] = [];
  let spokenUntilMs = -Infinity;
  for (const one of exchanges) {
    const last = sessions.at(-1);
    const continued = one.startMs - spokenUntilMs < gapMs;
    const bytes = one.upBytes + one.downBytes;
    spokenUntilMs = Math.max(spokenUntilMs, one.startMs + speechMs(one.endMs - one.startMs, bytes, gapMs));
    if (last && continued && one.startMs - last.startMs < longestMs) {
      last.endMs = Math.max(last.endMs, one.endMs);
      last.upBytes += one.upBytes;
      last.downBytes += one.downBytes;
      last.lines.push(one.line);
    } else {
      const { startMs, upBytes, downBytes, forced, line, connection } = one;
      const endMs = Math.max(startMs, one.endMs);
      sessions.push({ startMs, endMs, upBytes, downBytes, forced, lines: [line], connection, continued });
    }
  }
  return sessions;
}

/** For how long an exchange of this length and size is taken to have spoken: no more than it lasted. */
export function speechMs(lastedMs: number, bytes: number, gapMs: number): number {
  const needed = Math.max(gapMs, bytes / SLOWEST_BYTES_PER_MS);
  return Math.max(0, Math.min(lastedMs, needed, LONGEST_SPEECH_MS));
}
