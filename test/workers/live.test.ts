import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionRecord } from '../../orchestrator/contract/capture.ts';
import { SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { reportLive } from '../../workers/live.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function session(startMs: number): SessionRecord {
  return {
    type: 'session',
    startMs,
    endMs: startMs + 10,
    destination: { host: 'a.example', port: 443, hidden: 'not shown' },
    protocol: 'https',
    upBytes: 1,
    downBytes: 2,
    attribution: 'certain',
    forced: false,
    path: '/secret',
  };
}

function watched(append = vi.fn(async (_events: SubmissionEvent[]) => undefined)) {
  const failed = vi.fn();
  return { append, failed, live: reportLive({ append, failed }) };
}

describe('what is told of a stage while it runs', () => {
  it('hands on one batch a second, with the last progress of each phase', async () => {
    const { append, live } = watched();
    for (let step = 0; step < 100; step += 1) {
      live.progress({ stage: 'examine', step: 'foreground', phase: 'foreground', done: step / 1000 });
      // No time left is known here, so each may be the last.
    }
    live.progress({ stage: 'examine', step: 'locked', phase: 'locked', done: 0.5 });
    expect(append).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(append).toHaveBeenCalledTimes(1);
    const events = append.mock.calls[0]?.[0] ?? [];
    expect(events.map((event) => event.type === 'progress' && [event.progress.phase, event.progress.done])).toEqual([
      ['foreground', 0.099],
      ['locked', 0.5],
    ]);
    for (const event of events) SubmissionEvent.parse(event);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(append).toHaveBeenCalledTimes(1);
  });

  it('tells of an hour in which only time passes at most every half minute, and of its end', async () => {
    const { append, live } = watched();
    for (let second = 0; second <= 3600; second += 1) {
      live.progress({ stage: 'examine', step: 'doze', phase: 'doze', done: second / 3600, secondsLeft: 3600 - second });
      await vi.advanceTimersByTimeAsync(1000);
    }
    const told = append.mock.calls
      .flatMap(([events]) => events)
      .map((event) => event.type === 'progress' && event.progress.done);
    expect(told.length).toBeGreaterThan(120);
    expect(told.length).toBeLessThan(350);
    expect([told[0], told.at(-1)]).toEqual([0, 1]);
  });

  it('shows forty sessions a second and counts the rest; fields that are not for people stay out', async () => {
    const { append, live } = watched();
    live.record({ type: 'phase', atMs: 0, phase: 'doze' });
    for (let at = 0; at < 100; at += 1) live.record(session(at));
    await vi.advanceTimersByTimeAsync(1000);
    const [event] = append.mock.calls[0]?.[0] ?? [];
    expect(SubmissionEvent.parse(event)).toMatchObject({ type: 'sessions', dropped: 60 });
    if (event?.type !== 'sessions') throw new Error('no sessions');
    expect(event.sessions).toHaveLength(40);
    expect(event.sessions[39]).toEqual({
      startMs: 39,
      endMs: 49,
      destination: { host: 'a.example', port: 443 },
      protocol: 'https',
      upBytes: 1,
      downBytes: 2,
      attribution: 'certain',
      phase: 'doze',
    });
  });

  it('goes on after a ledger that was away, and says so', async () => {
    const append = vi.fn(async (_events: SubmissionEvent[]) => undefined);
    append.mockRejectedValueOnce(new Error('gone'));
    const { failed, live } = watched(append);
    live.progress({ stage: 'inspect', step: 'one' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(failed).toHaveBeenCalledTimes(1);
    live.progress({ stage: 'inspect', step: 'two' });
    await live.flush();
    expect(append).toHaveBeenCalledTimes(2);
    expect(append.mock.calls[1]?.[0]).toMatchObject([{ progress: { step: 'two' } }]);
  });

  it('holds a bounded number of events while nothing can be handed on', async () => {
    let release = (): void => undefined;
    const append = vi.fn(
      async (_events: SubmissionEvent[]) =>
        new Promise<undefined>((resolve) => {
          release = () => resolve(undefined);
        }),
    );
    const { live } = watched(append);
    live.tell({ type: 'report', report: 'r', verdict: 'consistent', sentence: '.' });
    await vi.advanceTimersByTimeAsync(1000);
    for (let at = 0; at < 1000; at += 1)
      live.tell({ type: 'report', report: `${at}`, verdict: 'consistent', sentence: '.' });
    const flushed = live.flush();
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(append.mock.calls[1]?.[0]).toHaveLength(200);
    release();
    await flushed;
  });

  it('hands on the rest when it is disposed', async () => {
    const { append, live } = watched();
    live.record(session(5));
    await live[Symbol.asyncDispose]();
    expect(append).toHaveBeenCalledTimes(1);
  });
});
