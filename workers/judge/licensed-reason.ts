// In: the judged channels. Out: what each licence that was used explains, where nothing is left unexplained.
import type { PhaseName } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { JudgedChannel } from './channel.ts';
import { channelWords } from './channel-words.ts';
import type { Context } from './context.ts';
import { alternatives } from './explain.ts';
import { PHASES, phaseAt } from './timeline.ts';
import { capitalised, countWords, listWords } from './words.ts';

type Explanation = Report['benignExplanations'][number];
type Answer = Omit<Explanation, 'name'>;

/** What each licence explained outside foreground; in foreground the user is the explanation. */
export function licensedReasons(channels: readonly JudgedChannel[], { timeline }: Context): Explanation[] {
  const uses = new Map<string, Use>();
  for (const { channel, source, expectation } of channels) {
    source.beats.forEach((beat, i) => {
      const licence = expectation.cover.by[i];
      if (!licence || phaseAt(timeline, beat.startMs) === 'foreground') return;
      const supposed = supposedIn(expectation.explainedIn);
      const use = uses.get(licence.id) ?? { sessions: 0, hosts: new Set<string>(), because: licence.because, supposed };
      use.sessions += 1;
      use.hosts.add(channelWords(channel));
      uses.set(licence.id, use);
    });
  }
  return [...uses.entries()].map(([id, use]) => ({ name: capitalised(id.replaceAll('-', ' ')), ...answerOf(use) }));
}

interface Use {
  sessions: number;
  readonly hosts: Set<string>;
  readonly because: string;
  /** Phases that all of it must have come in, where the capture names none; null where nothing is supposed. */
  readonly supposed: readonly PhaseName[] | null;
}

function supposedIn(phases: readonly PhaseName[] | null): readonly PhaseName[] | null {
  return phases === null || phases.length === PHASES.length ? null : phases;
}

function answerOf({ sessions, hosts, because, supposed }: Use): Answer {
  const what = `${countWords(sessions, 'session')} with ${listWords([...hosts].slice(0, 5))}`;
  if (supposed === null) return { result: 'explains', sentence: `Explains ${what}. ${because}` };
  const why = `it would explain ${what} if all of it came ${alternatives(supposed)}, which the capture does not tell`;
  return { result: 'not-testable', sentence: `Not testable: ${why}.` };
}
