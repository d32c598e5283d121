// In: the records, the sources and the timeline. Out: what could not be seen: gaps with their sentences, shares of the
// traffic that were read, and the slowest cadence that the window could have shown.
import type { GapKind } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { Context } from './context.ts';
import type { NumberedRecord } from './input.ts';
import { rounded, sum } from './numbers.ts';
import { READ_PROTOCOLS } from './sessions.ts';
import { isPhaseUnknown, type Span } from './timeline.ts';
import { countWords, hostWords, percentWords, windowWords } from './words.ts';

type Gap = Report['gaps'][number];

const GAP_WORDS: Record<GapKind, string> = {
  pinned: 'the app accepts only its own certificate there, so the content was not read',
  passthrough: 'passed through unread',
  'quic-refused': 'QUIC was refused, so that the app falls back to TCP',
  'proxy-down': 'the proxy was down: nothing was recorded',
  'push-unavailable': 'the push ledger could not be read',
  simulated: 'the handset was simulated',
  'certificate-refused': 'the app refused the certificate of the interception, so nothing was read',
  'appium-restarted': 'the driver of the screen restarted; the app was left alone meanwhile',
  'unsupported-protocol': 'the protocol is not understood, so only times and sizes are known',
  'capture-bounded': 'the record reached its bound; what followed was not kept',
};

/** Gaps of one kind and destination are one row: its span from first to last, its counts added. */
export function gapsOf(records: readonly NumberedRecord[]): Gap[] {
  const rows = new Map<string, Omit<Gap, 'sentence'>>();
  for (const { record } of records) {
    if (record.type !== 'gap') continue;
    const { kind, fromMs, toMs } = record;
    const destination = record.destination ? { host: record.destination.host, port: record.destination.port } : null;
    const key = `${kind} ${destination ? hostWords(destination) : ''}`;
    const row = rows.get(key) ?? { kind, destination, fromMs, toMs, count: 0 };
    rows.set(key, {
      ...row,
      fromMs: Math.min(row.fromMs, fromMs),
      toMs: Math.max(row.toMs, toMs),
      count: row.count + (record.count ?? 1),
    });
  }
  return [...rows.values()]
    .sort((a, b) => a.fromMs - b.fromMs || (a.kind < b.kind ? -1 : 1))
    .map((row) => ({ ...row, sentence: gapSentence(row) }));
}

export function visibilityOf(context: Context, gaps: readonly Gap[], notes: readonly string[]): Report['visibility'] {
  const own = context.sources.filter(({ traffic }) => !traffic.foreign);
  const exchanges = own.flatMap(({ traffic }) => traffic.exchanges);
  const size = exchanges.some((one) => one.upBytes + one.downBytes > 0)
    ? (one: (typeof exchanges)[number]): number => one.upBytes + one.downBytes
    : (): number => 1;
  const share = (test: (one: (typeof exchanges)[number]) => boolean): number | null => {
    const all = sum(exchanges.map(size));
    return all === 0 ? null : rounded(sum(exchanges.filter(test).map(size)) / all, 4);
  };
  const longestNaturalWindowMs = longestNatural(context);
  const slowest = context.tunables.minimumBeats - 1;
  const seen = {
    sessions: sum(own.map(({ beats }) => beats.length)),
    decryptedShare: share((one) => !one.attempt && READ_PROTOCOLS.has(one.protocol)),
    passedThroughShare: share((one) => one.attempt || !READ_PROTOCOLS.has(one.protocol)),
    unattributedShare: share(({ attribution }) => attribution === 'unknown'),
    quicRefused: sum(gaps.filter(({ kind }) => kind === 'quic-refused').map(({ count }) => count)),
    longestNaturalWindowMs,
    slowestPeriodMs: longestNaturalWindowMs > 0 ? Math.round(longestNaturalWindowMs / slowest) : null,
  };
  return { ...seen, sentences: [...sentencesOf(seen, context), ...notes] };
}

function sentencesOf(seen: Omit<Report['visibility'], 'sentences'>, { timeline, tunables }: Context): string[] {
  const sentences: string[] = [];
  if (seen.decryptedShare !== null) {
    sentences.push(
      `${percentWords(seen.decryptedShare)} of the app's bytes were read; ${percentWords(seen.passedThroughShare ?? 0)} were not.`,
    );
  }
  if ((seen.unattributedShare ?? 0) > 0) {
    sentences.push(`${percentWords(seen.unattributedShare!)} of the bytes are not certain to be the app's.`);
  }
  if (seen.slowestPeriodMs === null) sentences.push('The app was never observed outside foreground.');
  else {
    const where = isPhaseUnknown(timeline) ? 'in a phase that is not known' : 'outside foreground';
    sentences.push(
      `Longest natural window ${where} ${windowWords(seen.longestNaturalWindowMs)}: a cadence slower than ` +
        `${windowWords(seen.slowestPeriodMs)} could not have shown ${tunables.minimumBeats} beats.`,
    );
  }
  if (timeline.pushesUnavailable) sentences.push('Pushes could not be observed.');
  if (timeline.services === null) sentences.push('Foreground services and standby bucket were not recorded.');
  if (isPhaseUnknown(timeline)) {
    sentences.push('The capture names no phases: whether the app was visible is not known (state it with --phase).');
  } else if (timeline.assumed) {
    sentences.push(`The capture names no phases: all of it is taken as ${timeline.phases[0]!.phase}, as stated.`);
  }
  if (!timeline.ended) sentences.push('The capture has no end record: what came after its last line is not known.');
  return sentences;
}

/** Longest span outside foreground with no blind spot and no forced firing in it. */
function longestNatural({ timeline, sources }: Context): number {
  const forced = sources.flatMap(({ beats }) => beats.filter((beat) => beat.forced).map(({ startMs }) => startMs));
  const cuts: Span[] = [...timeline.blind, ...forced.map((atMs) => ({ fromMs: atMs, toMs: atMs }))];
  let longest = 0;
  for (const span of asleepSpans(timeline)) {
    let fromMs = span.fromMs;
    for (const cut of cuts
      .filter((c) => c.toMs >= span.fromMs && c.fromMs <= span.toMs)
      .sort((a, b) => a.fromMs - b.fromMs)) {
      longest = Math.max(longest, cut.fromMs - fromMs);
      fromMs = Math.max(fromMs, cut.toMs);
    }
    longest = Math.max(longest, span.toMs - fromMs);
  }
  return Math.max(0, longest);
}

/** Neighbouring spans not known to be foreground as one: background, locked and Doze are one sleep. */
export function asleepSpans(timeline: Context['timeline']): Span[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const { phase, fromMs, toMs } of timeline.phases) {
    if (phase === 'foreground') continue;
    const last = spans.at(-1);
    if (last && last.toMs === fromMs) last.toMs = toMs;
    else spans.push({ fromMs, toMs });
  }
  return spans;
}

function gapSentence({ kind, destination, count }: Omit<Gap, 'sentence'>): string {
  const where = destination ? `${hostWords(destination)}: ` : '';
  const times = count > 1 ? ` (${countWords(count, 'time')})` : '';
  const text = `${where}${GAP_WORDS[kind]}${times}.`;
  return destination ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
