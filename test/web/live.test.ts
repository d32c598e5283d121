import { describe, expect, it } from 'vitest';
import type { StoredEvent, SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { liveOf } from '../../orchestrator/web/pages/live.ts';

function stored(...events: SubmissionEvent[]): StoredEvent[] {
  return events.map((event, index) => ({
    id: String(index + 1),
    submission: 'sub-1',
    at: '2026-11-22T12:00:00.000Z',
    event,
  }));
}

const state = (name: 'examining' | 'crashed' | 'assessing'): SubmissionEvent => ({
  type: 'state',
  state: name,
  verdict: null,
  fault: null,
});

const progress = (phase: 'foreground' | 'background' | null, done: number | null): SubmissionEvent => ({
  type: 'progress',
  progress: { stage: 'examine', step: 'watching', phase, done, sessions: null, pushes: null, secondsLeft: null },
});

const sessions = (host: string, ...startMs: number[]): SubmissionEvent => ({
  type: 'sessions',
  dropped: 2,
  sessions: startMs.map((ms) => ({
    startMs: ms,
    endMs: ms + 100,
    destination: { host, port: 443 },
    protocol: 'https',
    upBytes: 10,
    downBytes: 20,
    attribution: 'certain',
    phase: 'background',
  })),
});

describe('what the events of a run add up to', () => {
  it('nothing at first', () => {
    expect(liveOf([])).toEqual({
      last: null,
      progress: null,
      stages: [],
      phases: [],
      destinations: [],
      dropped: 0,
      screens: [],
    });
  });

  it('phases follow each other without a hole, each as long as the run says', () => {
    const live = liveOf(
      stored(
        progress('foreground', 0.05),
        progress('foreground', 0.15),
        progress('background', 0.2),
        progress('background', 0.6),
      ),
    );
    expect(live.phases).toEqual([
      { phase: 'foreground', from: 0, to: 0.2 },
      { phase: 'background', from: 0.2, to: 0.6 },
    ]);
  });

  it('a step that has no phase or no share of the stage moves no phase', () => {
    expect(liveOf(stored(progress(null, 0.5), progress('background', null))).phases).toEqual([]);
  });

  it('sessions gather by destination, in the order in which they first spoke; what was left out is counted', () => {
    const live = liveOf(stored(sessions('b.example', 1), sessions('a.example', 2), sessions('b.example', 3, 4)));
    expect(live.destinations.map((one) => [one.name, one.sessions.length])).toEqual([
      ['b.example:443', 3],
      ['a.example:443', 1],
    ]);
    expect(live.dropped).toBe(6);
    expect(live.last).toBe('3');
  });

  it('a run that begins again draws on an empty sheet', () => {
    const live = liveOf(
      stored(
        state('examining'),
        progress('background', 0.4),
        sessions('a.example', 1),
        state('crashed'),
        state('examining'),
        sessions('c.example', 9),
      ),
    );
    expect(live.destinations.map((one) => one.name)).toEqual(['c.example:443']);
    expect(live.phases).toEqual([]);
    expect(live.stages).toEqual(['examine']);
  });
});
