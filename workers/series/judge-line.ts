import { printable } from '../../orchestrator/contract/fault.ts';
import type { Tunables } from '../../orchestrator/contract/profile.ts';
import { SeriesLine, type CadenceLine, type UnreadLine } from '../../orchestrator/contract/series.ts';
import { judgeSeries } from '../judge/series.ts';
import { rounded } from '../judge/numbers.ts';

export interface LineOptions {
  readonly tunables: Tunables;
  /** Window of a series that states none; null: from its first session to its last. */
  readonly windowSeconds: number | null;
  /** Whether every statistic is listed with its threshold. */
  readonly evidence: boolean;
}

/** One line of NDJSON to its cadence, or to what was expected of it; never throws on what the line holds. */
export function judgeLine(text: string, line: number, options: LineOptions): CadenceLine | UnreadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unread(null, line, `expected a JSON object, found ${printable(text.slice(0, 60))}`);
  }
  const parsed = SeriesLine.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return unread(
      idOf(value),
      line,
      `${placeOf(issue?.path ?? [])}${printable((issue?.message ?? 'not a series').replace(/^Invalid input: /, ''))}`,
    );
  }
  const { id, windowSeconds, t, up, down } = parsed.data;
  for (const [name, sizes] of [['up', up] as const, ['down', down] as const]) {
    if (sizes !== undefined && sizes.length !== t.length) {
      return unread(id ?? null, line, `${name}: expected ${t.length} sizes, as many as times, found ${sizes.length}`);
    }
  }
  const series = {
    t,
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
    windowSeconds: windowSeconds ?? options.windowSeconds,
  };
  const cadence = judgeSeries(series, options.tunables);
  const { beats, score, structured, periodMs, jitter, missedRate, coverage, kind, reason } = cadence;
  const { dutyCycle, clutter, cycle, periodsMs, rita } = cadence;
  return {
    id: id ?? null,
    beats,
    score,
    structured,
    periodSeconds: periodMs === null ? null : inSeconds(periodMs),
    jitter,
    missedRate,
    coverage,
    kind,
    ...(reason === undefined ? {} : { reason }),
    dutyCycle,
    clutter,
    cycle: cycle === null ? null : { onSeconds: inSeconds(cycle.onMs), offSeconds: inSeconds(cycle.offMs) },
    periodsSeconds: periodsMs.map(inSeconds),
    rita,
    ...(options.evidence ? { evidence: cadence.evidence } : {}),
  };
}

function inSeconds(ms: number): number {
  return rounded(ms / 1000, 3);
}

/** What stands in the place of a line that was not even kept. */
export function unreadTooLong(line: number, mostBytes: number): UnreadLine {
  return unread(null, line, `expected a line of at most ${mostBytes} bytes`);
}

function unread(id: UnreadLine['id'], line: number, expected: string): UnreadLine {
  return { id, line, error: { code: 'series-malformed', detail: `line ${line}: ${expected}.` } };
}

/** The id of a line that is otherwise not a series, so that its sender finds it again. */
function idOf(value: unknown): UnreadLine['id'] {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  if (typeof id === 'number') return id;
  return typeof id === 'string' ? printable(id) : null;
}

/** `t[3]: ` for the path ['t', 3]. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return place === '' ? '' : `${printable(place.replace(/^\./, ''))}: `;
}
