// In: the judged channels and the context. Out: the findings, each one measured departure with pointers into the
// bundle; only channels that nothing explains make any.
import type { Channel, Finding, Pointer } from '../../orchestrator/contract/report.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import { unusualArchive } from './archive.ts';
import type { JudgedChannel } from './channel.ts';
import { channelWords, turnsWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { couplingOf } from './coupling.ts';
import { phasesOf } from './expectation.ts';
import { rounded, sum } from './numbers.ts';
import { fasterThanPlatform } from './platform.ts';
import type { Session } from './sessions.ts';
import { matchingSchedule, scheduleWords } from './schedule.ts';
import { phaseAt, timeIn } from './timeline.ts';
import {
  bytesWords,
  capitalised,
  chanceWords,
  countWords,
  durationWords,
  listWords,
  percentWords,
  phaseWords,
  windowWords,
} from './words.ts';

type Draft = Omit<Finding, 'id' | 'channel'>;
type Find = (judged: JudgedChannel, context: Context) => Draft | null;

/** Most line numbers in one pointer. */
const MOST_LINES = 200;
/** Payloads up to this size with a spread up to this share count as uniform and small. */
const SMALL_BYTES = 2048;
const UNIFORM_SPREAD = 0.1;
/** An upload below this total is no bulk, whatever its ratio. */
const BULK_BYTES = 10_000;
/** Periods of two phases that differ by less than this share are the same period. */
const SAME_PERIOD = 0.2;

/** In the order in which a reader wants them: what happened, that the device did not matter, then what supports it. */
const FINDERS: readonly Find[] = [
  spreadOverStrangers,
  structuredCadence,
  unlicensedTraffic,
  ignoresDeviceState,
  beyondPlatform,
  uniformPayloads,
  unlicensedSchedule,
  pushCoupled,
  uploadHeavy,
];

/** @param departures from an approved version; they come first, as its baseline is looked at first */
export function findingsOf(
  channels: readonly ComparedChannel[],
  context: Context,
  departures: readonly Omit<Finding, 'id'>[] = [],
): Finding[] {
  const drafts = channels
    .filter(({ channel, departs }) => channel.explained === false && departs === undefined)
    .sort((a, b) => b.channel.suspicion - a.channel.suspicion)
    .filter(({ spread }, i, all) => spread === undefined || all.findIndex((one) => one.spread === spread) === i)
    .flatMap((judged) =>
      FINDERS.flatMap((find) => {
        const draft = find(judged, context);
        return draft ? [{ channel: judged.channel.id, ...draft }] : [];
      }),
    );
  const unexplained = drafts.length + departures.length > 0;
  const archive = unexplained ? unusualArchive(context.facts) : null;
  return [...departures, ...drafts, ...(archive ? [archive] : [])].map((draft, i) => ({ id: `f${i + 1}`, ...draft }));
}

function structuredCadence({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  const { cadence } = channel;
  if (cadence.structured !== true || cadence.periodMs === null) return null;
  const { unlicensed } = expectation;
  const phases = phasesOf(unlicensed, context.timeline);
  const missed = Math.round((cadence.missedRate! * cadence.beats) / (1 - cadence.missedRate!));
  const rhythm =
    cadence.kind === 'back-off'
      ? 'growing intervals'
      : `period ${durationWords(cadence.periodMs)}, jitter ${percentWords(cadence.jitter!)}, ${missed} missed`;
  return {
    kind: 'structured-cadence-unlicensed',
    title: 'Structured cadence with no licence',
    sentence: `${cadence.beats} beats${groupWords(channel)} in ${windowWords(timeIn(context.timeline, phases))}, ${rhythm}, ${phaseWords(phases)}; ${aloneWords(channel)}${expectedWords(expectation, context)}`,
    evidence: [sessionsPointer(unlicensed, context)],
  };
}

/** One finding for all of them, at the first: no other has enough sessions for one of its own. */
function spreadOverStrangers({ spread }: JudgedChannel, context: Context): Draft | null {
  if (!spread) return null;
  return {
    kind: 'spread-over-strangers',
    title: 'Few sessions each with many strangers',
    sentence: `${capitalised(spread.sentence)}, which ${context.functions[0]!.noun} does not declare.`,
    evidence: [sessionsPointer(spread.beats, context)],
  };
}

function unlicensedTraffic({ channel, expectation, spread }: JudgedChannel, context: Context): Draft | null {
  if (channel.cadence.structured === true || spread) return null;
  const { unlicensed } = expectation;
  const phases = phasesOf(unlicensed, context.timeline);
  const sessions = `${unlicensed.length} sessions in ${windowWords(timeIn(context.timeline, phases))} ${phaseWords(phases)}`;
  const rhythm =
    channel.cadence.score === null ? 'too few beats to speak of a rhythm' : 'no rhythm that chance could not make';
  return {
    kind: 'background-traffic-unlicensed',
    title: 'Repeated traffic with no licence',
    sentence: `${sessions}, ${rhythm}; ${expectedWords(expectation, context)}`,
    evidence: [sessionsPointer(unlicensed, context)],
  };
}

function ignoresDeviceState({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  const periods = channel.phases.flatMap(({ phase, periodMs }) => {
    return phase !== 'foreground' && periodMs !== null ? [{ phase, periodMs }] : [];
  });
  const slowest = Math.max(...periods.map(({ periodMs }) => periodMs));
  const fastest = Math.min(...periods.map(({ periodMs }) => periodMs));
  if (periods.length < 2 || slowest > fastest * (1 + SAME_PERIOD)) return null;
  const words = listWords(periods.map(({ phase, periodMs }) => `${durationWords(periodMs)} ${phaseWords([phase])}`));
  const inDoze = periods.some(({ phase }) => phase === 'doze');
  const cannot =
    inDoze && slowest < 900_000 ? 'no job and no inexact alarm can do that' : 'the state of the device changes nothing';
  const schedule = matchingSchedule(channel.cadence.periodMs, context.timeline);
  const pending = schedule ? `; ${scheduleWords(schedule)}` : '';
  return {
    kind: 'ignores-device-state',
    title: 'Ignores device state',
    sentence: `Period ${words}: ${cannot}${pending}.`,
    evidence: [
      sessionsPointer(expectation.unlicensed, context),
      ...(schedule ? [{ file: context.captureFile, lines: [schedule.line], text: schedule.source }] : []),
    ],
  };
}

function beyondPlatform(judged: JudgedChannel, context: Context): Draft | null {
  const found = fasterThanPlatform(judged, context);
  if (!found) return null;
  const { beats, ...draft } = found;
  return { ...draft, evidence: [sessionsPointer(beats, context)] };
}

function uniformPayloads({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  const { medianUp, upSpread, medianDown, downSpread } = channel.bytes;
  if (medianUp === null || medianDown === null || expectation.unlicensed.length < context.tunables.minimumBeats)
    return null;
  const small = medianUp > 0 && medianUp <= SMALL_BYTES && medianDown <= SMALL_BYTES;
  if (!small || (upSpread ?? 0) > UNIFORM_SPREAD * medianUp) return null;
  const ratio = medianDown > 0 ? `, ratio ${rounded(medianUp / medianDown, 2)}` : '';
  return {
    kind: 'uniform-small-payloads',
    title: 'Uniform small payloads',
    sentence: `Up ${bytesWords(medianUp, upSpread)}, down ${bytesWords(medianDown, downSpread)}${ratio}.`,
    evidence: [{ ...sessionsPointer(expectation.unlicensed, context), text: 'sizes' }],
  };
}

function unlicensedSchedule({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  const schedule = matchingSchedule(channel.cadence.periodMs, context.timeline);
  if (!schedule) return null;
  const asked = expectation.licences.some(
    ({ minIntervalSeconds: least }) => least !== undefined && least * 1000 <= schedule.intervalMs,
  );
  if (asked) return null;
  return {
    kind: 'schedule-unlicensed',
    title: 'A schedule that the function does not ask for',
    sentence: `${capitalised(scheduleWords(schedule))}: it matches the period of ${channelWords(channel)}, and ${context.functions[0]!.noun} needs none.`,
    evidence: [{ file: context.captureFile, lines: [schedule.line], text: schedule.source }],
  };
}

function pushCoupled({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  if (expectation.licences.some(({ state }) => state.when === 'after-push')) return null;
  const { timeline, answerable } = context;
  const coupling = couplingOf(expectation.unlicensed, timeline, Math.max(1, answerable));
  if (!coupling.significant) return null;
  const lag = coupling.medianLagMs === null ? '' : `, ${durationWords(coupling.medianLagMs)} later`;
  return {
    kind: 'push-coupled-unlicensed',
    title: 'Follows pushes that the function does not need',
    sentence: `${coupling.coupled} of ${coupling.pushes} pushes were followed by a session with ${channelWords(channel)}${lag}; by chance ${rounded(coupling.expectedByChance ?? 0, 1)} would be (${chanceWords(coupling.pValue)}), and ${context.functions[0]!.noun} declares no use of pushes.`,
    evidence: [sessionsPointer(expectation.unlicensed, context)],
  };
}

function uploadHeavy({ channel, expectation }: JudgedChannel, context: Context): Draft | null {
  const { unlicensed } = expectation;
  const asleep = unlicensed.filter(({ startMs }) => phaseAt(context.timeline, startMs) !== 'foreground');
  const up = sum(asleep.map(({ upBytes }) => upBytes));
  const down = sum(asleep.map(({ downBytes }) => downBytes));
  if (up < BULK_BYTES || up <= context.tunables.PayloadSymmetryThreshold * down) return null;
  return {
    kind: 'upload-heavy',
    title: 'Sends far more than it receives',
    sentence: `${bytesWords(up, null)} up for ${bytesWords(down, null)} down outside foreground to ${channelWords(channel)}, beyond the ratio of ${context.tunables.PayloadSymmetryThreshold} (PayloadSymmetryThreshold).`,
    evidence: [sessionsPointer(asleep, context)],
  };
}

/** " with 8 hosts of example.net, a new one each beat," */
function groupWords(channel: Channel): string {
  return channel.grouping.by === 'destination' ? '' : ` with ${channelWords(channel)}${turnsWords(channel)}`;
}

function aloneWords({ grouping }: Channel): string {
  if (grouping.by === 'destination') return '';
  const most = grouping.members.reduce((largest, { beats }) => Math.max(largest, beats), 0);
  return `none of them carries the rhythm alone, since no more than ${countWords(most, 'beat')} began with one; `;
}

function expectedWords({ what }: JudgedChannel['expectation'], { functions }: Context): string {
  return `expected of ${functions[0]!.noun} in these phases: ${what}.`;
}

function sessionsPointer(beats: readonly Session[], { captureFile }: Context): Pointer {
  const lines = beats.flatMap((beat) => beat.lines);
  return { file: captureFile, lines: lines.slice(0, MOST_LINES), text: `${beats.length} sessions` };
}
