// In: the judged channels and the context. Out: what the report says of pushes: the coupling of all the app's sessions,
// and of each channel among them.
import type { Report } from '../../orchestrator/contract/report.ts';
import { channelWords } from './channel-words.ts';
import type { JudgedChannel } from './channel.ts';
import type { Context } from './context.ts';
import { couplingOf, testable, type Coupling } from './coupling.ts';
import { rounded } from './numbers.ts';
import type { Timeline } from './timeline.ts';
import { chanceWords, countWords, durationWords, listWords } from './words.ts';

type Shown = Report['pushCoupling'];

/** The coupling of all the app's sessions and, where several channels could answer pushes, of each of them. */
export function pushCoupling(context: Context, judged: readonly JudgedChannel[]): Shown {
  const { timeline } = context;
  const own = context.sources.filter(({ traffic }) => !traffic.foreign);
  const beats = own.flatMap((source) => source.beats).sort((a, b) => a.startMs - b.startMs);
  const coupling = couplingOf(beats, timeline);
  const channels = testable(
    judged.map(({ source }) => source),
    timeline,
  );
  const tested = coupling.pushes === 0 ? [] : judged.filter(({ source }) => channels.includes(source));
  const each = tested.map(({ channel, source }) => ({
    channel,
    coupling: couplingOf(source.beats, timeline, tested.length),
  }));
  const followers = each.filter((one) => one.coupling.significant);
  return {
    mode: modeOf(context),
    pushes: timeline.pushes.map(({ atMs, messageId, priority }) => ({ atMs, messageId, priority })),
    ...figures(coupling),
    window: coupling.window && { fromMs: Math.round(coupling.window.fromMs), toMs: Math.round(coupling.window.toMs) },
    lag: lagOf(coupling),
    perChannel: each.map((one) => ({
      channel: one.channel.id,
      pushes: one.coupling.pushes,
      significant: one.coupling.significant,
      ...figures(one.coupling),
    })),
    sentence: `${sentenceOf(coupling, timeline)}${
      coupling.significant || followers.length === 0
        ? ''
        : ` By itself ${listWords(followers.map((one) => `${channelWords(one.channel)} follows ${one.coupling.coupled} of them (${chanceWords(one.coupling.pValue)})`))}.`
    }`,
  };
}

function figures({ coupled, expectedByChance, pValue, medianLagMs }: Coupling) {
  return {
    coupled,
    expectedByChance: expectedByChance === null ? null : rounded(expectedByChance, 2),
    pValue,
    medianLagMs,
  };
}

/** A lag below 0 is the clocks' disagreement. */
function lagOf({ lag }: Coupling): Shown['lag'] {
  if (lag === null) return null;
  const shown = (ms: number): number => Math.max(0, Math.round(ms));
  return { lowMs: shown(lag.lowMs), medianMs: shown(lag.medianMs), highMs: shown(lag.highMs) };
}

function modeOf({ timeline, simulated }: Context): Report['pushCoupling']['mode'] {
  if (timeline.pushesUnavailable) return 'unavailable';
  if (timeline.pushes.length === 0) return 'none';
  if (timeline.pushes.some(({ source }) => source !== undefined && /inject|console/i.test(source))) return 'injected';
  return simulated ? 'simulated' : 'real';
}

function sentenceOf(coupling: Coupling, timeline: Timeline): string {
  if (timeline.pushesUnavailable) return 'Pushes could not be observed, so nothing can be said of what follows them.';
  if (timeline.pushes.length === 0) return 'No push was delivered to the app.';
  if (coupling.pushes === 0) return 'Pushes arrived in foreground only, where sessions have other causes too.';
  const count = `${coupling.coupled} of ${countWords(coupling.pushes, 'push', 'pushes')} outside foreground were followed by a session`;
  const lag =
    coupling.medianLagMs === null
      ? ''
      : ` after ${durationWords(coupling.medianLagMs)} (median), where chance makes ${rounded(coupling.expectedByChance ?? 0, 1)}`;
  const chance = coupling.significant ? 'chance does not explain that' : 'chance may explain that';
  return `${count}${lag}; ${chance} (${chanceWords(coupling.pValue)}).`;
}
