// In: the licences that could apply to a channel, its beats and the timeline. Out: the expectation made concrete for
// these very phases, in one sentence, and the beats that fall outside it.
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Licence } from '../../orchestrator/contract/profile.ts';
import type { Channel, ObservedPhase } from '../../orchestrator/contract/report.ts';
import type { Context, Group, Source, Supposition } from './context.ts';
import { coverBeats, holds, licencesFor, type Cover } from './licence.ts';
import { LONG_SESSION_MS, type Session } from './sessions.ts';
import { isPhaseUnknown, phaseAt, type Timeline } from './timeline.ts';
import { durationWords, listWords, phaseWords } from './words.ts';

export interface Expectation {
  readonly licences: readonly Licence[];
  readonly cover: Cover;
  /** Natural beats that no licence covers. Forced ones are ours, and never count. */
  readonly unlicensed: readonly Session[];
  /** Licensed beats that went on for long into a state in which no licence holds. */
  readonly outlasting: readonly Session[];
  /** Why it cannot be told whether the unlicensed beats had a licence; null where it can. */
  readonly untestable: 'push' | 'service' | null;
  /** What is expected in the phases of the unlicensed beats: "none", or a list. */
  readonly what: string;
  readonly shown: Channel['expectation'];
  /** Where the phase is unknown, the phases in which all of it would be licensed; null where it is known. */
  readonly explainedIn: readonly PhaseName[] | null;
}

export function expect(source: Source, context: Context): Expectation {
  const { beats, role } = source;
  const { functions, timeline } = context;
  const licences = licencesFor(functions, role);
  const tried = context.suppositions.map((supposition) => tryOut(source, licences, supposition));
  // The fewest unlicensed beats decide; where several phases explain it, the last, which is the deepest sleep.
  const { cover, unlicensed, outlasting } = tried.reduce((best, one) => {
    return one.unlicensed.length <= best.unlicensed.length ? one : best;
  });
  const phases = phasesOf(unlicensed.length > 0 ? unlicensed : beats, timeline);
  const relevant = licences.filter((licence) => concerns(licence, phases));
  const what = relevant.length > 0 ? listWords([...new Set(relevant.map(licenceWords))]) : 'none';
  const where = phases.length > 0 ? ` ${phaseWords(phases)}` : '';
  const used = new Set(cover.by.filter((licence) => licence !== null));
  return {
    licences,
    cover,
    unlicensed,
    outlasting,
    untestable: untestable(licences, timeline),
    what,
    shown: {
      sentence: `Expected of ${functions[0]!.noun}${where}: ${what}.`,
      licences: [...new Set([...used, ...relevant])].map(({ id, because, source: from }) => ({
        id,
        because,
        source: from,
      })),
    },
    explainedIn: isPhaseUnknown(timeline)
      ? tried.filter((one) => one.unlicensed.length === 0).map(({ phase }) => phase)
      : null,
  };
}

function tryOut(source: Source, licences: readonly Licence[], { timeline, mayUse }: Supposition) {
  const { beats, group } = source;
  const keys = (group?.members ?? [source]).map((member) => member.traffic.key);
  const allowed = (licence: Licence): boolean => keys.every((key) => mayUse(licence, key));
  const cover = stricter(coverBeats(beats, licences, timeline, allowed), beats, group);
  return {
    phase: timeline.phases[0]!.phase as PhaseName,
    cover,
    unlicensed: beats.filter((beat, i) => cover.by[i] === null && !beat.forced),
    outlasting: beats.filter((beat, i) => cover.by[i] !== null && outlasts(beat, licences, timeline)),
  };
}

/** What no licence covered while the members were judged one by one is not covered by judging them together. */
function stricter(cover: Cover, beats: readonly Session[], group: Group | null): Cover {
  if (!group || group.uncovered.size === 0) return cover;
  const open = (beat: Session): boolean => beat.lines.some((line) => group.uncovered.has(line));
  return { ...cover, by: cover.by.map((licence, i) => (licence !== null && open(beats[i]!) ? null : licence)) };
}

function outlasts({ startMs, endMs }: Session, licences: readonly Licence[], timeline: Timeline): boolean {
  return endMs - startMs > LONG_SESSION_MS && !licences.some((licence) => holds(licence, endMs, timeline));
}

export function phasesOf(beats: readonly Session[], timeline: Timeline): readonly ObservedPhase[] {
  return [...new Set(beats.map(({ startMs }) => phaseAt(timeline, startMs)))];
}

function concerns({ state }: Licence, phases: readonly ObservedPhase[]): boolean {
  if (state.when !== 'phase' || phases.includes('unknown')) return true;
  return state.phases.some((phase) => phases.includes(phase));
}

function untestable(licences: readonly Licence[], timeline: Timeline): 'push' | 'service' | null {
  if (timeline.services === null && licences.some(({ state }) => state.when === 'foreground-service')) return 'service';
  if (timeline.pushesUnavailable && licences.some(({ state }) => state.when === 'after-push')) return 'push';
  return null;
}

/** "periodic sync every 15 min or more rarely" */
function licenceWords(licence: Licence): string {
  const name = licence.id.replaceAll('-', ' ');
  const { minIntervalSeconds: least, maxIntervalSeconds: most, maxSessionsPerHour: perHour, state } = licence;
  if (state.when === 'after-push') return `a fetch within ${durationWords(state.withinSeconds * 1000)} of a push`;
  const parts = [name];
  if (least !== undefined && most !== undefined) {
    parts.push(`every ${durationWords(least * 1000)} to ${durationWords(most * 1000)}`);
  } else if (least !== undefined) parts.push(`every ${durationWords(least * 1000)} or more rarely`);
  if (perHour !== undefined) parts.push(`up to ${perHour} an hour`);
  if (state.when === 'foreground-service') parts.push('while its service runs');
  return parts.join(' ');
}
