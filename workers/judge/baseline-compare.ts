// In: the judged channels, the baseline of an approved version, and who signed the APK. Out: what the report says of
// the comparison, and each channel as the approval changes it: explained by it, or no longer explained.
import type { ApprovedChannel, Baseline } from '../../orchestrator/contract/baseline.ts';
import type { BaselineComparison, Difference } from '../../orchestrator/contract/difference.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Channel, Finding } from '../../orchestrator/contract/report.ts';
import { approvedChannel, isOwn, naturalBeats, type Run } from './baseline.ts';
import type { ComparedChannel, Fresh } from './baseline-departure.ts';
import { departuresFrom, type Departures } from './baseline-departures.ts';
import { approvalWords, signerOf, standingOf, versionWords } from './baseline-signer.ts';
import { approvedWords, DEPARTURE_TITLES, departureSentence } from './baseline-words.ts';
import { intervalOf, type JudgedChannel } from './channel.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { phasesOf } from './expectation.ts';
import { capitalised, countWords, phaseWords } from './words.ts';

/** Suspicion of a channel that a profile explains and the approved version did not have so. */
const DEPARTED = 0.5;

export interface Compared {
  readonly comparison: BaselineComparison;
  readonly judged: readonly ComparedChannel[];
  /** One for each difference, without the id that the report gives it. */
  readonly findings: readonly Omit<Finding, 'id'>[];
}

export interface Now extends Run {
  readonly packageName: string;
  /** ISO 8601: when the capture was made, for an approval that ends; null where that is not known. */
  readonly on: string | null;
}

/**
 * Holds the channels against the approved ones first. What departs is a finding even where the profile licenses it, and
 * decides where it is repeated outside foreground; what no profile explains, and the approved version did just so, is
 * explained by its approval. Where the baseline does not count the channels stay as they were.
 */
export function compareWithBaseline(
  baseline: Baseline,
  judged: readonly JudgedChannel[],
  context: Context,
  now: Now,
): Compared {
  const { approval, versionCode, report } = baseline;
  const standing = standingOf(baseline, now.packageName, signerOf(context.facts), now.on);
  const who = {
    approvedBy: printable(approval.by),
    approvedAt: approval.at,
    until: approval.until,
    reason: printable(approval.reason, 2000),
    versionCode,
    reportDigest: report.sha256,
  };
  if (standing.state !== 'matched') {
    const comparison = { ...standing, ...who, differences: [], approvedChannels: [], notCompared: [] };
    return { comparison, judged, findings: [] };
  }
  const fresh = judged
    .filter(({ channel }) => isOwn(channel))
    .map(({ channel, source }) => ({
      channel,
      measured: approvedChannel(channel, now, channel.explained === true),
      selfService: source.role?.selfService === true,
    }));
  const found = departuresFrom(baseline, fresh, now, context.tunables.minimumBeats);
  const whose = `the approved ${versionWords(baseline)}`;
  const differences = found.departures.map((departure) => ({
    kind: departure.kind,
    channel: departure.fresh.channel.id,
    decides: departure.decides,
    sentence: departureSentence(departure, whose),
  }));
  const approved = judged.flatMap((one) => {
    const then = found.answered.get(one.channel.id);
    if (!then || differences.some(({ channel }) => channel === one.channel.id)) return [];
    if (!covers(then, one, context)) return [];
    const sentence = `${capitalised(approvalWords(baseline))} with ${versionWords(baseline)}: ${approvedWords(then)}. “${printable(approval.reason, 300)}”`;
    return [{ channel: one.channel.id, sentence }];
  });
  return {
    comparison: {
      ...standing,
      ...who,
      differences,
      approvedChannels: approved,
      notCompared: notCompared(found, fresh),
    },
    judged: judged.map((one) => amended(one, differences, approved)),
    findings: found.departures.map((departure, i) => ({
      channel: departure.fresh.channel.id,
      kind: departure.kind,
      title: DEPARTURE_TITLES[departure.kind],
      sentence: differences[i]!.sentence,
      evidence: [sessionsPointer(departure.fresh, context)],
    })),
  };
}

/**
 * The approval explains what nobody licensed when it was given, and no more: sessions that had a licence then and have
 * none now (a foreground service that no longer runs) were never approved as they are. Nor is a phase that the
 * approved version kept silent in, nor what could be read then and cannot be now.
 */
function covers(then: ApprovedChannel, { channel, expectation }: JudgedChannel, { timeline }: Context): boolean {
  if (channel.explained === true || then.licensed) return false;
  const natural = naturalBeats(channel);
  const unread = natural.every((beat) => beat.upBytes === 0 && beat.downBytes === 0);
  if (unread && !then.unread) return false;
  const approved = then.phases.filter(({ sessions }) => sessions > 0).map(({ phase }) => phase);
  return phasesOf(expectation.unlicensed, timeline).every((phase) => approved.includes(phase));
}

function amended(
  judged: JudgedChannel,
  differences: readonly Difference[],
  approved: BaselineComparison['approvedChannels'],
): ComparedChannel {
  const { channel } = judged;
  const approval = approved.find((one) => one.channel === channel.id);
  if (approval) {
    const { sentence: because } = approval;
    return { ...judged, channel: { ...channel, explained: true, ...suspect(channel, 0), because } };
  }
  const own = differences.filter((one) => one.channel === channel.id && one.decides);
  if (own.length === 0) return judged;
  const sentences = own.map(({ sentence }) => sentence);
  if (channel.explained === false) {
    return { ...judged, channel: { ...channel, because: [channel.because, ...sentences].join(' ') } };
  }
  const because = [...sentences, channel.because].join(' ');
  const suspicion = suspect(channel, Math.max(DEPARTED, channel.suspicion));
  return { ...judged, departs: sentences, channel: { ...channel, explained: false, ...suspicion, because } };
}

function suspect({ confidence }: Channel, suspicion: number): Pick<Channel, 'suspicion' | 'suspicionInterval'> {
  return { suspicion, suspicionInterval: intervalOf(suspicion, confidence.low) };
}

function notCompared({ unwatched, unpushed, answered }: Departures, fresh: readonly Fresh[]): string[] {
  const sentences = unwatched.map(
    (phase) =>
      `The approved version was never watched ${phaseWords([phase])}: what comes then is judged by the profile alone.`,
  );
  for (const { channel } of unpushed) {
    sentences.push(
      `${channelWords(channel)} followed pushes in the approved version; none came now that could be followed.`,
    );
  }
  for (const { channel, measured } of fresh) {
    const then = answered.get(channel.id);
    if (then && measured.unread && !then.unread) {
      sentences.push(
        `${channelWords(channel)} could be read in the approved version and could not now: sizes are not compared.`,
      );
    }
    if (then?.cadence.structured === true && measured.cadence.structured === null) {
      sentences.push(
        `${channelWords(channel)} kept a period in the approved version; ${measured.cadence.beats} beats are too few to tell whether it still does.`,
      );
    }
  }
  return sentences;
}

const MOST_LINES = 200;

/** Sessions outside foreground, or all where there are none. */
function sessionsPointer({ channel }: Fresh, { captureFile }: Context): Finding['evidence'][number] {
  const natural = naturalBeats(channel);
  const asleep = natural.filter(({ phase }) => phase !== 'foreground');
  const shown = asleep.length > 0 ? asleep : natural;
  const lines = shown.flatMap((beat) => beat.lines).slice(0, MOST_LINES);
  return { file: captureFile, lines, text: countWords(shown.length, 'session') };
}
