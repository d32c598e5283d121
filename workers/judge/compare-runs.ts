// In: the reports of two runs. Out: what changed from the first to the second, in sentences: verdict, identity, and
// each channel beyond chance and measurement error, in both directions.
import { printable } from '../../orchestrator/contract/fault.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { DifferenceKind, RunComparison } from '../../orchestrator/contract/difference.ts';
import { approvedChannel, isOwn, phaseTimes } from './baseline.ts';
import type { Fresh } from './baseline-departure.ts';
import { departuresFrom, type Departures } from './baseline-departures.ts';
import { departureSentence } from './baseline-words.ts';
import { channelWords } from './channel-words.ts';
import { phaseWords } from './words.ts';

type RunDifference = RunComparison['differences'][number];

/** What a kind is called where the first run departs from the second. */
const REVERSED: Readonly<Record<DifferenceKind, string>> = {
  'new-channel': 'gone-channel',
  'new-phase': 'gone-phase',
  'faster-period': 'slower-period',
  'more-sessions': 'fewer-sessions',
  'larger-payload': 'smaller-payload',
  'push-coupling-lost': 'push-coupling-gained',
};

/** Version, digests and the times of the runs are not compared: two runs of two versions may well be the same. */
export function compareRuns(first: Report, second: Report): RunComparison {
  const forward = between(first, second);
  const backward = between(second, first);
  const differences = [
    ...ofTheWhole(first, second),
    ...forward.departures.map((one) => ({
      kind: one.kind,
      channel: one.fresh.channel.id,
      sentence: `In the second run: ${departureSentence(one, 'the first run')}`,
    })),
    ...backward.departures.map((one) => ({
      kind: REVERSED[one.kind],
      channel: one.fresh.channel.id,
      sentence: `In the first run: ${departureSentence(one, 'the second run')}`,
    })),
    ...explanations(first, second),
  ];
  const notCompared = [...unwatched(forward, 'first'), ...unwatched(backward, 'second')];
  return { same: differences.length === 0, differences, notCompared };
}

function between(before: Report, after: Report): Departures {
  const approved = { channels: measured(before).map((one) => one.measured), phases: phaseTimes(before.phases) };
  const { minimumBeats } = after.engine.tunables;
  return departuresFrom(approved, measured(after), after, typeof minimumBeats === 'number' ? minimumBeats : 5);
}

function measured(report: Report): Fresh[] {
  return report.channels.filter(isOwn).map((channel) => {
    return { channel, measured: approvedChannel(channel, report, channel.explained === true) };
  });
}

function ofTheWhole(first: Report, second: Report): RunDifference[] {
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['verdict', 'The verdict', first.verdict, second.verdict],
    ['package', 'The package', first.sample.package, second.sample.package],
    ['signer', 'The signer', signersOf(first), signersOf(second)],
    ['declared-function', 'The declared function', first.declaredFunction.title, second.declaredFunction.title],
  ];
  return rows
    .filter(([, , before, after]) => before !== after)
    .map(([kind, what, before, after]) => {
      const sentence = `${what} was ${printable(before, 300)} and is ${printable(after, 300)}.`;
      return { kind, channel: null, sentence };
    });
}

function signersOf({ sample }: Report): string {
  const digests = sample.signers ?? sample.certificates;
  return digests.length === 0 ? 'not known' : [...digests].sort().join(', ');
}

/** Channels of the same name that are explained in one run only. */
function explanations(first: Report, second: Report): RunDifference[] {
  return second.channels.flatMap((after): RunDifference[] => {
    const before = first.channels.find(({ grouping }) => {
      return grouping.by === after.grouping.by && grouping.value === after.grouping.value;
    });
    if (!before || before.explained === after.explained) return [];
    const words = `${channelWords(after)} was ${explainedWords(before.explained)} and is ${explainedWords(after.explained)}`;
    return [{ kind: 'explanation', channel: after.id, sentence: `${words}. ${after.because}` }];
  });
}

function explainedWords(explained: boolean | null): string {
  return explained === null ? 'not to be told' : explained ? 'explained' : 'unexplained';
}

function unwatched({ unwatched: phases }: Departures, run: 'first' | 'second'): string[] {
  return phases.map((phase) => `The ${run} run was never watched ${phaseWords([phase])}.`);
}
