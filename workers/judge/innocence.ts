// In: a channel's beats that nothing licenses. Out: what speaks for an innocent reason, counted: errors that are
// retried, reports of crashes or of refused connections, a download in pieces.
import type { Cadence } from '../../orchestrator/contract/report.ts';
import type { Context, Source } from './context.ts';
import type { Expectation } from './expectation.ts';
import { median, sum } from './numbers.ts';
import type { Session } from './sessions.ts';
import { lastUpTo } from './timeline.ts';
import { bytesWords } from './words.ts';

/** A download of this many bytes a session (median), this many times what is sent, is bulk and no polling. */
const BULK_BYTES = 256_000;
const BULK_RATIO = 20;
/** Chunks of one download come closer together than this. */
const CHUNKS_MS = 60_000;
/** SDKs that report what went wrong, so also a connection that the interception spoilt. */
const REPORTING: ReadonlySet<string> = new Set(['crash', 'analytics', 'performance']);
/** A report leaves this soon after what it reports. */
export const REPORTED_WITHIN_MS = 10_000;
/** Share of sessions from which on something is true of the channel. */
const MOST = 0.8;

/** Why traffic outside every licence may be innocent all the same, so that it cannot be told; null where nothing says so. */
export function innocentReason(
  source: Source,
  expectation: Expectation,
  cadence: Cadence,
  context: Context,
): string | null {
  const { unlicensed } = expectation;
  const { role } = source;
  if (cadence.kind === 'back-off') {
    const { failed, answered } = answersOf(source, unlicensed);
    if (failed > MOST * answered) {
      return `${failed} of ${answered} answers were errors and the intervals grow: it is retried, and its usual cadence was not seen.`;
    }
    if (role?.role === 'crash') {
      return 'The host takes crash reports and the intervals grow, as those of a crash loop do: the app was not seen at work.';
    }
  }
  const after = afterRefusals(unlicensed, context);
  if (role !== null && REPORTING.has(role.role) && after > 0 && after >= MOST * unlicensed.length) {
    return `${after} of ${unlicensed.length} came within ${REPORTED_WITHIN_MS / 1000} s of a connection that could not be read: without interception there might be none.`;
  }
  if (isBulk(unlicensed, cadence)) return `${bulkWords(unlicensed)}: a download in pieces, and no polling.`;
  return null;
}

/** Exchanges of these sessions, and how many of them were answered with an HTTP error. */
export function answersOf({ traffic }: Source, sessions: readonly Session[]): { failed: number; answered: number } {
  const lines = new Set(sessions.flatMap((beat) => beat.lines));
  const judged = traffic.exchanges.filter(({ line }) => lines.has(line));
  return { failed: judged.filter((one) => one.failed).length, answered: judged.length };
}

/** How many sessions began shortly after an attempt, of whatever destination, that the interception may have spoilt. */
export function afterRefusals(sessions: readonly Session[], { refusedMs }: Pick<Context, 'refusedMs'>): number {
  return sessions.filter(({ startMs }) => {
    const last = refusedMs[lastUpTo(refusedMs, (atMs) => atMs, startMs)];
    return last !== undefined && startMs - last <= REPORTED_WITHIN_MS;
  }).length;
}

/** Much is received, next to nothing sent, and no rhythm but that of the pieces of one transfer. */
export function isBulk(sessions: readonly Session[], { structured, periodMs }: Cadence): boolean {
  const typical = median(sessions.map(({ downBytes }) => downBytes)) ?? 0;
  const sent = sum(sessions.map(({ upBytes }) => upBytes));
  const received = sum(sessions.map(({ downBytes }) => downBytes));
  const oneTransfer = structured !== true || (periodMs ?? Infinity) < CHUNKS_MS;
  return typical >= BULK_BYTES && received >= BULK_RATIO * sent && oneTransfer;
}

/** "120 MB were received for 12 kB sent" */
export function bulkWords(sessions: readonly Session[]): string {
  const sent = sum(sessions.map(({ upBytes }) => upBytes));
  const received = sum(sessions.map(({ downBytes }) => downBytes));
  return `${bytesWords(received, null)} were received for ${bytesWords(sent, null)} sent`;
}
