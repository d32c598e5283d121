// In: the records of a capture and the phase that a person stated, where it gives none. Out: what held at each moment: phase,
// running foreground services, pushes, blind spans.
import type { CaptureRecord, PhaseName } from '../../orchestrator/contract/capture.ts';
import type { ObservedPhase } from '../../orchestrator/contract/report.ts';
import type { NumberedRecord } from './input.ts';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}
export type PhaseSpan = Span & { readonly phase: ObservedPhase };
export type ServiceSpan = Span & { readonly services: readonly string[] };
export type Push = Extract<CaptureRecord, { type: 'push' }> & { readonly line: number };
export type Schedule = Extract<CaptureRecord, { type: 'schedule' }> & { readonly line: number };

export interface Timeline {
  readonly windowMs: number;
  readonly phases: readonly PhaseSpan[];
  /** True where the capture gave no phase: one was stated for all of it, or it is unknown. */
  readonly assumed: boolean;
  /** null where the capture says nothing of services: then a licence tied to one cannot be tested. */
  readonly services: readonly ServiceSpan[] | null;
  readonly pushes: readonly Push[];
  readonly pushesUnavailable: boolean;
  readonly schedules: readonly Schedule[];
  /** Spans in which nothing at all was recorded: the proxy was down, or the record had reached its bound. */
  readonly blind: readonly Span[];
  readonly ended: boolean;
  /** Device clock ticks per host clock tick: 1 but on a simulated handset. */
  readonly clockRate: number;
  /** How long after a phase or a service ended its traffic may still arrive. */
  readonly graceMs: number;
  /** How far the clocks of push ledger and recorder may disagree. */
  readonly skewMs: number;
}

export const ASLEEP: readonly PhaseName[] = ['background', 'locked', 'doze'];
export const PHASES: readonly PhaseName[] = ['foreground', ...ASLEEP];

/** @param stated the phase of all of it, where the capture names none; null: nobody knows. */
export function timelineOf(records: readonly NumberedRecord[], stated: PhaseName | null): Timeline {
  const windowMs = windowOf(records);
  const start = records.find(({ record }) => record.type === 'start')?.record;
  const clockRate = (start?.type === 'start' ? start.device.clockRate : undefined) ?? 1;
  const given = inOrder(numbered(records, 'phase'));
  const phases = spans(given, windowMs, (record, span) => ({ phase: record.phase, ...span }));
  const states = inOrder(numbered(records, 'state'));
  const pushes = inOrder(numbered(records, 'push'));
  const gaps = records.flatMap(({ record }) => (record.type === 'gap' ? [record] : []));
  return {
    windowMs,
    phases: phases.length > 0 ? joined(phases) : [{ phase: stated ?? 'unknown', fromMs: 0, toMs: windowMs }],
    assumed: phases.length === 0,
    services:
      states.length === 0
        ? null
        : spans(states, windowMs, (record, span) => ({ services: record.foregroundServices, ...span })),
    pushes,
    pushesUnavailable:
      gaps.some(({ kind }) => kind === 'push-unavailable') || (pushes.length === 0 && isImport(records)),
    schedules: numbered(records, 'schedule'),
    blind: gaps.filter((gap) => gap.kind === 'proxy-down' || (gap.kind === 'capture-bounded' && !gap.destination)),
    ended: records.some(({ record }) => record.type === 'end'),
    clockRate,
    // A request that leaves while the app does is seen some seconds later; adb and the proxy need about 0.3 s of
    // host time, which an accelerated device clock stretches.
    graceMs: 10_000 + 300 * Math.max(0, clockRate - 1),
    skewMs: 1_000 + 50 * Math.max(0, clockRate - 1),
  };
}

/** True where the capture names no phase, and nobody stated one. */
export function isPhaseUnknown({ phases }: Timeline): boolean {
  return phases.some(({ phase }) => phase === 'unknown');
}

/** The same moments, supposing that one phase held all the time. */
export function supposing(timeline: Timeline, phase: PhaseName): Timeline {
  return { ...timeline, phases: [{ phase, fromMs: 0, toMs: timeline.windowMs }] };
}

/** Phases that may hold at a moment: the one recorded, and one that ended less than the grace before. */
export function phasesAt(timeline: Timeline, atMs: number): readonly ObservedPhase[] {
  const now = phaseAt(timeline, atMs);
  const before = phaseAt(timeline, atMs - timeline.graceMs);
  return now === before ? [now] : [now, before];
}

export function phaseAt(timeline: Timeline, atMs: number): ObservedPhase {
  return timeline.phases[
    Math.max(
      0,
      lastUpTo(timeline.phases, ({ fromMs }) => fromMs, atMs),
    )
  ]!.phase;
}

/** Types of the foreground services running at a moment, or that stopped less than the grace before. */
export function servicesAt(timeline: Timeline, atMs: number): readonly string[] {
  const spans = timeline.services ?? [];
  const types = new Set<string>();
  for (let i = lastUpTo(spans, ({ fromMs }) => fromMs, atMs); i >= 0; i--) {
    const span = spans[i]!;
    if (atMs >= span.toMs + timeline.graceMs) break;
    for (const type of span.services) types.add(type);
  }
  return [...types];
}

/** The last push before a moment, not longer ago than so many milliseconds. */
export function pushBefore(timeline: Timeline, atMs: number, withinMs: number): Push | null {
  const { pushes, skewMs } = timeline;
  for (let i = lastUpTo(pushes, (push) => push.atMs, atMs + skewMs); i >= 0; i--) {
    const push = pushes[i]!;
    if (atMs - push.atMs > withinMs + skewMs) return null;
    if (push.outcome !== 'refused-stopped') return push;
  }
  return null;
}

/** Milliseconds spent in any of the phases. */
export function timeIn(timeline: Timeline, phases: readonly ObservedPhase[]): number {
  return timeline.phases.reduce((ms, s) => (phases.includes(s.phase) ? ms + s.toMs - s.fromMs : ms), 0);
}

/** Index of the last item, of a list in order of time, whose time is not after a moment; -1 where all are. */
export function lastUpTo<T>(list: readonly T[], timeOf: (item: T) => number, atMs: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(list[middle]!) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function windowOf(records: readonly NumberedRecord[]): number {
  let planned = 0;
  let last = 0;
  for (const { record } of records) {
    if (record.type === 'end') return record.atMs;
    if (record.type === 'start') planned = record.windowMs;
    else if (record.type === 'session' || record.type === 'connection') last = Math.max(last, record.endMs);
    else if ('atMs' in record && typeof record.atMs === 'number') last = Math.max(last, record.atMs);
  }
  // A capture without its end was cut short: what was planned was not observed. An import has no other window.
  return last > 0 && !isImport(records) ? last : Math.max(planned, last);
}

/** A capture that was not made by the recorder holds no word on the device. */
function isImport(records: readonly NumberedRecord[]): boolean {
  const start = records.find(({ record }) => record.type === 'start')?.record;
  return start?.type !== 'start' || start.device.kind === 'unknown';
}

type Kind = CaptureRecord['type'];
type RecordOf<K extends Kind> = Extract<CaptureRecord, { type: K }>;

function numbered<K extends Kind>(records: readonly NumberedRecord[], kind: K): (RecordOf<K> & { line: number })[] {
  return records.flatMap(({ record, line }) => (record.type === kind ? [{ ...(record as RecordOf<K>), line }] : []));
}

function inOrder<R extends { readonly atMs: number; readonly line: number }>(list: readonly R[]): R[] {
  return [...list].sort((a, b) => a.atMs - b.atMs || a.line - b.line);
}

function spans<R extends { readonly atMs: number }, S>(
  list: readonly R[],
  endMs: number,
  make: (record: R, span: Span) => S,
): S[] {
  return list.flatMap((record, i) => {
    // What held before the first change is not known; the first is taken to hold from the beginning.
    const fromMs = i === 0 ? 0 : record.atMs;
    const toMs = Math.max(fromMs, Math.min(endMs, list[i + 1]?.atMs ?? endMs));
    const last = i === list.length - 1;
    return toMs > fromMs || last ? [make(record, { fromMs, toMs })] : [];
  });
}

function joined(phases: readonly PhaseSpan[]): readonly PhaseSpan[] {
  const result: PhaseSpan[] = [];
  for (const span of phases) {
    const last = result.at(-1);
    if (last?.phase === span.phase) result[result.length - 1] = { ...last, toMs: span.toMs };
    else result.push(span);
  }
  return result;
}
