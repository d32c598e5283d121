import type { LiveSession, StoredEvent } from '../../contract/event.ts';
import type { PhaseName } from '../../contract/capture.ts';
import type { Progress, Submission } from '../../contract/job.ts';

type Screen = Extract<StoredEvent['event'], { type: 'screen' }>;

/** What the events of a submission add up to. */
export interface Live {
  /** Id of the last event taken in; null before the first. */
  readonly last: string | null;
  readonly progress: Progress | null;
  /** Stages that were entered. */
  readonly stages: readonly Progress['stage'][];
  /** Phases walked, as shares of the observed window from 0 to 1. */
  readonly phases: readonly { readonly phase: PhaseName; readonly from: number; readonly to: number }[];
  /** Sessions by destination, those first that spoke first. */
  readonly destinations: readonly { readonly name: string; readonly sessions: readonly LiveSession[] }[];
  /** Sessions that came faster than they could be shown. */
  readonly dropped: number;
  readonly screens: readonly Screen[];
}

const STAGE_OF: Partial<Record<Submission['state'], Progress['stage']>> = {
  inspecting: 'inspect',
  examining: 'examine',
  assessing: 'assess',
};

/** In: the events of one submission, in order. Out: the picture that they make. */
export function liveOf(events: readonly StoredEvent[]): Live {
  let progress: Progress | null = null;
  let dropped = 0;
  const stages = new Set<Progress['stage']>();
  const phases: { phase: PhaseName; from: number; to: number }[] = [];
  const destinations = new Map<string, LiveSession[]>();
  const screens: Screen[] = [];
  for (const { event } of events) {
    if (event.type === 'state') {
      const stage = STAGE_OF[event.state];
      if (stage !== undefined) stages.add(stage);
      // A run that begins again draws on an empty sheet: what the earlier one saw is its own evidence.
      if (event.state === 'examining' && destinations.size + phases.length > 0) {
        destinations.clear();
        phases.length = 0;
        dropped = 0;
      }
    } else if (event.type === 'progress') {
      progress = event.progress;
      stages.add(progress.stage);
      walk(phases, progress);
    } else if (event.type === 'sessions') {
      dropped += event.dropped;
      for (const session of event.sessions) {
        const name = `${session.destination.host}:${session.destination.port}`;
        const known = destinations.get(name);
        if (known === undefined) destinations.set(name, [session]);
        else known.push(session);
      }
    } else if (event.type === 'screen') screens.push(event);
  }
  return {
    last: events.at(-1)?.id ?? null,
    progress,
    stages: [...stages],
    phases,
    destinations: [...destinations].map(([name, sessions]) => ({ name, sessions })),
    dropped,
    screens,
  };
}

function walk(phases: { phase: PhaseName; from: number; to: number }[], { stage, phase, done }: Progress): void {
  if (stage !== 'examine' || phase === null || phase === undefined || done === null || done === undefined) return;
  const current = phases.at(-1);
  if (current?.phase === phase) current.to = Math.max(current.to, done);
  else {
    if (current !== undefined) current.to = done;
    phases.push({ phase, from: current === undefined ? 0 : done, to: done });
  }
}
