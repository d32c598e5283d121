// In: a channel's expectation and cadence. Out: whether its traffic is explained, not explained, or cannot be told,
// with the reason in a sentence and an ordinal suspicion.
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Cadence, Channel } from '../../orchestrator/contract/report.ts';
import type { Context, Source } from './context.ts';
import { phasesOf, type Expectation } from './expectation.ts';
import { innocentReason } from './innocence.ts';
import { rounded } from './numbers.ts';
import { PHASES, phaseAt } from './timeline.ts';
import { countWords, phaseWords, windowWords } from './words.ts';

/** From this many natural beats on, traffic outside every licence is repeated, whatever its rhythm. */
export const REPEATED = 3;

export interface Explained extends Pick<Channel, 'explained' | 'suspicion' | 'because'> {
  /** True where it was not called unexplained only because its sessions were too few. */
  readonly few: boolean;
}

/** Rows are tried in order; the first that answers decides. Each says when it holds and what follows. */
export function explain(source: Source, expectation: Expectation, cadence: Cadence, context: Context): Explained {
  const { traffic, role, beats } = source;
  const { unlicensed } = expectation;
  if (traffic.foreign) return explained('Another uid sent this: it is not the traffic of the app.');
  const certain = traffic.exchanges.some(({ attribution }) => attribution === 'certain');
  if (role?.platform === true && !certain)
    return explained(`${role.because} It is the platform's traffic, not the app's.`);
  if (unlicensed.length === 0 && expectation.outlasting.length > 0) {
    return untold(outlastingWords(expectation, context));
  }
  if (unlicensed.length === 0)
    return explained(
      `${coveredWords(expectation, beats.filter(({ forced }) => !forced).length)}${supposedWords(expectation)}`,
    );

  const natural = beats.filter(({ forced }) => !forced).length;
  const outside = outsideWords(expectation, natural, context);
  const unsure = traffic.exchanges.filter(({ attribution }) => attribution === 'unknown').length;
  if (unsure > traffic.exchanges.length / 2) {
    return untold(`${outside} It is not known that the app sent them.`);
  }
  if (traffic.exchanges.every(({ attempt }) => attempt)) {
    return untold(
      `${outside} They are attempts that could not be read, and the interception may itself have caused retries.`,
    );
  }
  if (expectation.untestable === 'service') {
    return untold(`${outside} Whether a foreground service ran, which would license them, was not recorded.`);
  }
  if (expectation.untestable === 'push' && cadence.structured !== true) {
    return untold(`${outside} Pushes could not be observed, and a push would license them.`);
  }
  const innocent = innocentReason(source, expectation, cadence, context);
  if (innocent !== null) return untold(`${outside} ${innocent}`);
  if (unlicensed.length < REPEATED) {
    return { ...untold(`${outside} That is too few to tell a habit from an accident.`), few: true };
  }
  return { explained: false, suspicion: suspicionOf(expectation, cadence, context), because: outside, few: false };
}

/** Where the capture names no phases: in which of them the licences hold. */
function supposedWords({ explainedIn }: Expectation): string {
  if (explainedIn === null || explainedIn.length === PHASES.length) return '';
  return ` That supposes that all of it came ${alternatives(explainedIn)}: the capture does not tell.`;
}

/** "in background or in Doze" */
export function alternatives(phases: readonly PhaseName[]): string {
  const words = phases.map((phase) => phaseWords([phase]));
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}

function explained(because: string): Explained {
  return { explained: true, suspicion: 0, because, few: false };
}

function untold(because: string): Explained {
  return { explained: null, suspicion: 0.3, because, few: false };
}

function coveredWords({ cover, unlicensed }: Expectation, count: number): string {
  const used = [...new Set(cover.by.filter((licence) => licence !== null))];
  if (used.length === 0 && unlicensed.length === 0) return 'Only forced firings reached it, and those are ours.';
  const reasons = used.map(({ because }) => because).join(' ');
  return `${count === 1 ? 'Its one session is' : `All ${count} sessions are`} licensed. ${reasons}`;
}

function outlastingWords({ outlasting }: Expectation, { timeline }: Context): string {
  const longest = outlasting.reduce((a, b) => (b.endMs - b.startMs > a.endMs - a.startMs ? b : a));
  const [began, ended] = [phaseAt(timeline, longest.startMs), phaseAt(timeline, longest.endMs)].map((p) =>
    phaseWords([p]),
  );
  const length = windowWords(longest.endMs - longest.startMs);
  return `A session that began ${began}, where it was licensed, lasted ${length} and was still open ${ended}, where it was not.`;
}

/** "10 of 14 sessions, in background and in Doze, fit nothing that a torch licenses (…)." */
function outsideWords(expectation: Expectation, total: number, { functions, timeline }: Context): string {
  const { unlicensed, cover } = expectation;
  const count =
    unlicensed.length === total ? countWords(total, 'session') : `${unlicensed.length} of ${total} sessions`;
  const why = cover.refused.map(({ licence, why }) => `${licence.id.replaceAll('-', ' ')}: ${why}`).join('; ');
  const fit = unlicensed.length === 1 && total === 1 ? 'fits' : 'fit';
  const where = phaseWords(phasesOf(unlicensed, timeline));
  return `${count} ${where} ${fit} nothing that ${functions[0]!.noun} licenses${why === '' ? '' : ` (${why})`}.`;
}

/**
 * Ordinal, not a probability: 0.5 for repeated traffic outside every licence, and a step for each thing that makes an
 * innocent reason harder to find. It says how much there is to ask, never what the app is.
 */
function suspicionOf({ unlicensed }: Expectation, cadence: Cadence, { timeline }: Context): number {
  const phases = phasesOf(unlicensed, timeline);
  let score = 0.5;
  if (cadence.structured === true) score += 0.25;
  if (phases.includes('locked') || phases.includes('doze')) score += 0.1;
  if (cadence.structured === true && (cadence.periodMs ?? Infinity) < 900_000) score += 0.1;
  return rounded(score, 2);
}
