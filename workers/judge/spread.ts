// In: every judged channel. Out: the same, but where an app spoke a few times each with many strangers, one after
// another, none of them excuses the other: together they are repeated traffic outside every licence.
import { cadenceOf } from './cadence.ts';
import type { JudgedChannel } from './channel.ts';
import type { Context } from './context.ts';
import { phasesOf } from './expectation.ts';
import { ascending } from './numbers.ts';
import { wakeUps } from './share.ts';
import { byStart } from './sessions.ts';
import { bytesWords, countWords, durationWords, percentWords, phaseWords } from './words.ts';

/** From so many destinations on, of which no known party is the owner. */
const LEAST_STRANGERS = 3;
/** Anybody may rent a name here, so its owner says nothing of who answers. */
const RENTED = 'shared-hosting';

/** Together unlicensed: as if one destination had all of their beats. */
export function withSpread(judged: readonly JudgedChannel[], context: Context): readonly JudgedChannel[] {
  const strangers = judged.filter(({ few, channel }) => few && (channel.role === null || channel.role === RENTED));
  if (strangers.length < LEAST_STRANGERS) return judged;
  const beats = strangers.flatMap(({ expectation }) => expectation.unlicensed);
  const times = wakeUps(ascending(beats.map(({ startMs }) => startMs))).length;
  // What one wake-up loads from several hosts is one occasion: it takes as many of them as a cadence takes beats.
  if (times < context.tunables.minimumBeats) return judged;
  const lines = new Set(beats.flatMap((beat) => beat.lines));
  const phases = phasesOf(beats, context.timeline);
  const cadence = cadenceOf(
    strangers.flatMap(({ source }) => source.traffic.exchanges.filter(({ line }) => lines.has(line))).sort(byStart),
    context.timeline.phases.filter(({ phase }) => phases.includes(phase)),
    context.tunables,
  );
  const rhythm =
    cadence.structured === true && cadence.periodMs !== null
      ? `every ${durationWords(cadence.periodMs)} (jitter ${percentWords(cadence.jitter ?? 0)})`
      : 'without a rhythm';
  const sizes = ascending(beats.map(({ upBytes }) => upBytes));
  const up = sizes[sizes.length >> 1]!;
  const words = `${countWords(strangers.length, 'destination')} of no known owner`;
  const spread = {
    sentence: `${bytesWords(up, null)} went out ${countWords(times, 'time')} ${rhythm} ${phaseWords(phases)}, to ${words} in turn`,
    act: `Sends ${bytesWords(up, null)} to ${words} in turn, ${times} times ${rhythm}, ${phaseWords(phases)}`,
    beats,
  };
  const among = new Set(strangers);
  const suspicion = cadence.structured === true ? 0.75 : 0.5;
  return judged.map((one) => {
    if (!among.has(one)) return one;
    const because = `${one.channel.because} But ${spread.sentence}: none excuses the other.`;
    const { low } = one.channel.confidence;
    const suspicionInterval = { low: low * suspicion, high: 1 - low * (1 - suspicion) };
    return { ...one, spread, channel: { ...one.channel, explained: false, suspicion, suspicionInterval, because } };
  });
}
