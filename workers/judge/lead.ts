// In: the verdict, the channels and the timeline. Out: the one sentence that opens a report, and the notice before it.
import type { Channel, Report, Verdict } from '../../orchestrator/contract/report.ts';
import type { ComparedChannel } from './baseline-departure.ts';
import type { JudgedChannel } from './channel.ts';
import { channelWords, turnsWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { delivered } from './coupling.ts';
import { phasesOf } from './expectation.ts';
import { pushBefore } from './timeline.ts';
import { bytesWords, countWords, durationWords, listWords, percentWords, phaseWords } from './words.ts';

const PRECEDED_WITHIN_MS = 60_000;

/** Named first, in words nobody can miss, wherever the device was simulated. */
export function noticeOf({ simulated, timeline }: Context): string | null {
  if (!simulated) return null;
  return `Simulated handset: the traffic below is scripted, the APK's own code did not run. Clock × ${timeline.clockRate}.`;
}

export function leadOf(
  verdict: Verdict,
  reason: string,
  channels: readonly ComparedChannel[],
  context: Context,
): Report['sentence'] {
  if (verdict !== 'inconsistent') return reason;
  const unexplained = channels
    .filter(({ channel }) => channel.explained === false)
    .toSorted(
      (a, b) =>
        b.channel.suspicion - a.channel.suspicion || b.expectation.unlicensed.length - a.expectation.unlicensed.length,
    );
  const worst = unexplained[0]!;
  // Destinations that are unexplained only together are one thing.
  const others = unexplained.slice(1).filter(({ spread }) => spread === undefined || spread !== worst.spread);
  const further = others.length;
  const rest =
    further > 0 ? ` ${countWords(further, 'further channel')} ${further === 1 ? 'is' : 'are'} unexplained.` : '';
  if (worst.departs) return `${worst.departs.join(' ')}${rest}`;
  return `${whatItDoes(worst, context)}; ${whatSpeaksAgainst(worst, context)}${rest}`;
}

/** "Sends 412 ± 9 bytes to cdn.brightlamp.example:443 every 300 s (jitter 2 %) in background, while locked and in Doze" */
function whatItDoes({ channel, expectation, spread }: JudgedChannel, { timeline }: Context): string {
  if (spread) return spread.act;
  const { unlicensed } = expectation;
  const where = phaseWords(phasesOf(unlicensed, timeline));
  const whom = `${channelWords(channel)}${turnsWords(channel)}`;
  const up = channel.bytes.medianUp ?? 0;
  const act = up > 0 ? `Sends ${bytesWords(up, channel.bytes.upSpread)} to ${whom}` : `Contacts ${whom}`;
  return `${act} ${rhythmWords(channel, unlicensed.length)} ${where}`;
}

function rhythmWords({ cadence }: Channel, count: number): string {
  if (cadence.structured !== true || cadence.periodMs === null) return `${count} times`;
  if (cadence.kind === 'back-off') return `${count} times at growing intervals`;
  const pauses = cadence.kind === 'on-off' ? ', with pauses' : '';
  return `every ${durationWords(cadence.periodMs)} (jitter ${percentWords(cadence.jitter ?? 0)}${pauses})`;
}

/** "a torch has no use for that, no push preceded it, and it went on in Doze." */
function whatSpeaksAgainst({ expectation, spread }: JudgedChannel, { timeline, functions }: Context): string {
  const unlicensed = spread?.beats ?? expectation.unlicensed;
  const main = functions[0]!;
  const parts = [
    main.name === 'unclassified' ? 'nothing in its manifest needs that' : `${main.noun} has no use for that`,
  ];
  const afterPush = unlicensed.filter(
    ({ startMs }) => pushBefore(timeline, startMs, PRECEDED_WITHIN_MS) !== null,
  ).length;
  if (timeline.pushesUnavailable) parts.push('whether a push preceded it could not be seen');
  else if (delivered(timeline).length === 0 || afterPush === 0) parts.push('no push preceded it');
  else parts.push(`a push preceded ${afterPush} of ${unlicensed.length} sessions`);
  if (phasesOf(unlicensed, timeline).includes('doze')) parts.push('it went on in Doze');
  const text = parts.length === 2 ? parts.join(', and ') : listOxford(parts);
  return `${text}.`;
}

function listOxford(parts: readonly string[]): string {
  if (parts.length < 3) return listWords(parts);
  return `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}
