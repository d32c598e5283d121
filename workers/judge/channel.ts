// In: the traffic of one destination, or of several tried as one, and the context. Out: its channel as the report shows it, judged explained or not,
// with the beats that nothing licenses.
import type { Attribution } from '../../orchestrator/contract/capture.ts';
import type { Beat, Channel, ObservedPhase } from '../../orchestrator/contract/report.ts';
import { cadenceOf } from './cadence.ts';
import { sureness } from './confidence.ts';
import type { Context, Source } from './context.ts';
import { expect, phasesOf, type Expectation } from './expectation.ts';
import { explain } from './explain.ts';
import { differences, median, medianAbsoluteDeviation, rounded, sum, wilson } from './numbers.ts';
import { ownerOf } from './owner.ts';
import type { Session } from './sessions.ts';
import { subScoresOf } from './sub-scores.ts';
import { PHASES, phaseAt, pushBefore, timeIn, type Timeline } from './timeline.ts';

const SHOWN: readonly ObservedPhase[] = [...PHASES, 'unknown'];
/** Line numbers listed for a beat; a burst of thousands of exchanges names its first. */
const MOST_LINES = 50;
/** A push this long before a beat is named beside it. */
const PUSH_WITHIN_MS = 60_000;

export interface JudgedChannel {
  readonly channel: Channel;
  readonly source: Source;
  readonly expectation: Expectation;
  /** True where it would be unexplained but for the small number of its sessions. */
  readonly few: boolean;
  /** Set where it is unexplained only together with other destinations. */
  readonly spread?: Spread;
}

/** What several destinations of no known owner did one after another. */
export interface Spread {
  readonly sentence: string;
  /** As a report opens with it. */
  readonly act: string;
  /** Unlicensed beats of all of them. */
  readonly beats: readonly Session[];
}

/** What a judged channel is called is told later, when all of them are known. */
export function judgeChannel(source: Source, context: Context): JudgedChannel {
  const { traffic, role, beats } = source;
  const { timeline, tunables } = context;
  const expectation = expect(source, context);
  const { unlicensed } = expectation;
  const natural = beats.filter(({ forced }) => !forced);
  const of = unlicensed.length >= tunables.minimumBeats ? 'unlicensed' : 'natural';
  const judged = of === 'unlicensed' ? unlicensed : natural;
  const lines = new Set(judged.flatMap((beat) => beat.lines));
  const used = phasesOf(judged, timeline);
  const cadence = cadenceOf(
    traffic.exchanges.filter(({ line }) => lines.has(line)),
    timeline.phases.filter(({ phase }) => used.includes(phase)),
    tunables,
  );
  const begun = beginners(source);
  const owner = ownerOf(source, context);
  const confidence = confidenceOf(source);
  const attribution = weakest(source);
  const explained = explain(source, expectation, cadence, context);
  return {
    source,
    expectation,
    few: explained.few,
    channel: {
      id: '',
      destination: traffic.destination,
      grouping: grouping(source, begun),
      role: role?.role ?? null,
      owner,
      protocols: [...new Set(traffic.exchanges.map(({ protocol }) => protocol))].sort(),
      attribution,
      sni: [...traffic.sni],
      ja4: [...traffic.ja4],
      phases: SHOWN.filter((phase) => timeline.phases.some((span) => span.phase === phase)).map((phase) =>
        phaseUse(phase, beats, timeline),
      ),
      beats: beats.map((beat, i) => ({
        ...shownBeat(beat, timeline),
        ...(source.group ? { destination: begun[i]!.traffic.destination } : {}),
      })),
      cadence: { ...cadence, of },
      subScores: subScoresOf(judged, natural, cadence, timeline, tunables),
      bytes: sizes(judged.length > 0 ? judged : beats, beats),
      expectation: expectation.shown,
      explained: explained.explained,
      suspicion: explained.suspicion,
      suspicionInterval: intervalOf(explained.suspicion, confidence.low),
      confidence,
      because: explained.because,
    },
  };
}

/** For each beat the destination that it began with. */
function beginners(source: Source): readonly Source[] {
  const { group, beats } = source;
  if (!group) return beats.map(() => source);
  const byLine = new Map<number, Source>();
  for (const member of group.members) {
    for (const { line } of member.traffic.exchanges) byLine.set(line, member);
  }
  return beats.map((beat) => byLine.get(beat.lines[0]!)!);
}

function grouping({ group, traffic }: Source, begun: readonly Source[]): Channel['grouping'] {
  const counts = new Map<string, number>();
  for (const one of begun) counts.set(one.traffic.key, (counts.get(one.traffic.key) ?? 0) + 1);
  const members = (group?.members.map((member) => member.traffic) ?? [traffic]).map(({ key, destination }) => ({
    ...destination,
    beats: counts.get(key) ?? 0,
  }));
  return group ? { by: group.by, value: group.value, members } : { by: 'destination', value: traffic.key, members };
}

function shownBeat(beat: Session, timeline: Timeline): Beat {
  return {
    atMs: beat.startMs,
    endMs: beat.endMs,
    phase: phaseAt(timeline, beat.startMs),
    upBytes: beat.upBytes,
    downBytes: beat.downBytes,
    forced: beat.forced,
    lines: beat.lines.slice(0, MOST_LINES),
    afterPush: pushBefore(timeline, beat.startMs, PUSH_WITHIN_MS)?.messageId ?? null,
  };
}

/** Period in a phase: median of the intervals that begin and end in it. */
function phaseUse(phase: ObservedPhase, beats: readonly Session[], timeline: Timeline): Channel['phases'][number] {
  const natural = beats.filter(({ forced }) => !forced);
  const within = differences(natural.map(({ startMs }) => startMs)).filter((_, i) => {
    const [from, to] = [natural[i]!, natural[i + 1]!];
    if (to.continued) return false;
    return phaseAt(timeline, from.startMs) === phase && phaseAt(timeline, to.startMs) === phase;
  });
  const here = beats.filter(({ startMs }) => phaseAt(timeline, startMs) === phase);
  const periodMs = median(within);
  return {
    phase,
    durationMs: timeIn(timeline, [phase]),
    beats: here.length,
    periodMs: periodMs === null ? null : Math.round(periodMs),
    forced: here.filter(({ forced }) => forced).length,
  };
}

/** Medians and spreads of the judged beats; totals of all. */
function sizes(judged: readonly Session[], all: readonly Session[]): Channel['bytes'] {
  const up = judged.map(({ upBytes }) => upBytes);
  const down = judged.map(({ downBytes }) => downBytes);
  const totalDown = sum(down);
  return {
    up: sum(all.map(({ upBytes }) => upBytes)),
    down: sum(all.map(({ downBytes }) => downBytes)),
    medianUp: median(up),
    medianDown: median(down),
    upSpread: medianAbsoluteDeviation(up),
    downSpread: medianAbsoluteDeviation(down),
    upDownRatio: totalDown > 0 ? rounded(sum(up) / totalDown, 3) : null,
  };
}

function weakest({ traffic }: Source): Attribution {
  const order: readonly Attribution[] = ['unknown', 'likely', 'certain'];
  return order.find((one) => traffic.exchanges.some(({ attribution }) => attribution === one)) ?? 'unknown';
}

/** From c s to 1 - c (1 - s): what of the suspicion is surely measured, and what it could be if all else spoke for it. */
export function intervalOf(suspicion: number, sure: number): Channel['suspicionInterval'] {
  return { low: rounded(sure * suspicion, 3), high: rounded(1 - sure * (1 - suspicion), 3) };
}

/** Wilson's interval for the share of exchanges that were read and surely the app's. */
function confidenceOf({ traffic }: Source): Channel['confidence'] {
  const sure = sum(traffic.exchanges.map(sureness));
  const { low, high } = wilson(sure, traffic.exchanges.length);
  return { low: rounded(low, 3), high: rounded(high, 3) };
}
