// In: the channel most in need of an explanation and the comparison with an approved version. Out: whether the approval
// explains it, as one of the benign explanations.
import type { BaselineComparison } from '../../orchestrator/contract/difference.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import { channelWords } from './channel-words.ts';
import { countWords, listWords } from './words.ts';

/** After a verdict that no departure made: " It differs from the approved version 7 in 1 point, …"; else nothing. */
export function departureTail(baseline: BaselineComparison | null): string {
  if (baseline === null || baseline.differences.length === 0) return '';
  const version = baseline.versionCode === null ? '' : ` ${baseline.versionCode}`;
  const points = countWords(baseline.differences.length, 'point');
  const alone = baseline.differences.length === 1 ? 'which decides' : 'which decide';
  return ` It differs from the approved version${version} in ${points}, ${alone} nothing alone.`;
}

type Explanation = Report['benignExplanations'][number];

/** Most channels named in one sentence. */
const MOST_NAMED = 5;

/** @param worst the most suspicious channel without an explanation; null where all have one */
export function approvedBaseline(
  worst: ComparedChannel | null,
  channels: readonly ComparedChannel[],
  baseline: BaselineComparison | null,
): Explanation[] {
  const rows: Explanation[] = [];
  const add = (result: Explanation['result'], sentence: string): void => {
    rows.push({ name: 'Approved baseline', result, sentence });
  };
  if (baseline === null) {
    if (worst) add('not-testable', 'Not testable: no approved version of this package and certificate is on record.');
    return rows;
  }
  if (baseline.state !== 'matched') {
    add('not-testable', `Not testable. ${baseline.sentence}`);
    return rows;
  }
  const approved = new Set(baseline.approvedChannels.map(({ channel }) => channel));
  const named = channels.filter(({ channel }) => approved.has(channel.id)).map(({ channel }) => channelWords(channel));
  const who = `${baseline.approvedBy} approved on ${baseline.approvedAt.slice(0, 10)}`;
  if (named.length > 0) {
    const more = named.length > MOST_NAMED ? ` and ${countWords(named.length - MOST_NAMED, 'other')}` : '';
    add('explains', `Explains ${listWords(named.slice(0, MOST_NAMED))}${more}, which ${who}. “${baseline.reason}”`);
  }
  if (!worst) return rows;
  const whom = channelWords(worst.channel);
  const departs = baseline.differences.filter(({ channel }) => channel === worst.channel.id);
  if (departs.length > 0) {
    const kinds = [...new Set(departs.map(({ kind }) => kind.replaceAll('-', ' ')))];
    add(
      'ruled-out',
      `Ruled out: ${whom} is not as ${baseline.approvedBy} approved it on ${baseline.approvedAt.slice(0, 10)} (${listWords(kinds)}).`,
    );
  } else {
    add(
      'unlikely',
      `Unlikely: ${whom} is in what ${who}, but not as it is now: a licence held then that does not hold now, or it comes in a phase that was silent.`,
    );
  }
  return rows;
}
