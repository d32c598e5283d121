import { expect, it, vi } from 'vitest';
import type { StoredEvent, SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { Progress } from '../../orchestrator/contract/job.ts';
import { inTransaction } from '../../orchestrator/store/custody.ts';
import { appendEvents, eventsAfter, followEvents } from '../../orchestrator/store/events.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { recordFault, setState } from '../../orchestrator/store/submissions.ts';
import { onEachLedger, submitted } from './each-ledger.ts';

function progress(step: string): SubmissionEvent {
  return { type: 'progress', progress: Progress.parse({ stage: 'examine', step }) };
}

function said(events: readonly StoredEvent[]): string[] {
  return events.map(({ event }) => {
    if (event.type === 'state') return event.state;
    return event.type === 'progress' ? event.progress.step : event.type;
  });
}

onEachLedger('events', (desk) => {
  const forever = new AbortController().signal;

  async function follow(submission: string, after: string | null, signal = forever): Promise<StoredEvent[]> {
    const seen: StoredEvent[] = [];
    for await (const event of followEvents(desk().ledger, { submission, after, signal, pollMs: 5 })) seen.push(event);
    return seen;
  }

  it('tell the story of a submission: its states, its report, and what workers add', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'story');
    for (const state of ['inspecting', 'examining'] as const) await setState(ledger, id, state);
    await appendEvents(ledger, id, [progress('installing'), progress('watching')]);
    await setState(ledger, id, 'assessing');
    const { id: report } = await addReport(ledger, {
      submission: id,
      run: null,
      bundle: null,
      profileDigest: null,
      verdict: 'consistent',
      sentence: 'As expected.',
      reportJson: '',
      reportHtml: '',
    });
    await setState(ledger, id, 'done', { verdict: 'consistent' });
    const events = await eventsAfter(ledger, id, null, 100);
    expect(said(events)).toEqual([
      ...['queued', 'inspecting', 'examining', 'installing', 'watching', 'assessing', 'report', 'done'],
    ]);
    expect(events.map((each) => each.id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(events[6]?.event).toEqual({ type: 'report', report, verdict: 'consistent', sentence: 'As expected.' });
    expect(events[7]?.event).toEqual({ type: 'state', state: 'done', verdict: 'consistent', fault: null });
  });

  it('say with which fault a submission ended', async () => {
    const id = await submitted(desk().ledger, 'fault');
    await recordFault(desk().ledger, id, new Fault('apk-malformed', 'two ends'));
    expect((await eventsAfter(desk().ledger, id, '1', 10)).map((each) => each.event)).toEqual([
      { type: 'state', state: 'failed', verdict: null, fault: { code: 'apk-malformed', detail: 'two ends' } },
    ]);
  });

  it('vanish with the transaction that failed, and belong to a submission that there is', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'undone');
    await expect(setState(ledger, id, 'done')).rejects.toMatchObject({ code: 'state-conflict' });
    expect(said(await eventsAfter(ledger, id, null, 10))).toEqual(['queued']);
    await expect(appendEvents(ledger, 'nobody', [progress('x')])).rejects.toMatchObject({ code: 'submission-unknown' });
    await expect(eventsAfter(ledger, id, 'x', 10)).rejects.toMatchObject({ code: 'usage' });
  });

  it('hold text that a database would refuse', async () => {
    const id = await submitted(desk().ledger, 'hostile');
    await appendEvents(desk().ledger, id, [progress('<script>\u0000\ud800\u202e')]);
    expect(said(await eventsAfter(desk().ledger, id, '1', 10))).toEqual(['<script>\u0000\ud800\u202e']);
  });

  it('are read in order though many write at once, and none twice', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'crowd');
    const reading = follow(id, null);
    await Promise.all(
      Array.from({ length: 30 }, (_, writer) =>
        inTransaction(ledger, async (inside) => {
          await appendEvents(inside, id, [progress(`${writer} a`), progress(`${writer} b`)]);
          await inside.db.selectFrom('files').select('sha256').limit(1).execute(); // keeps the transaction open a while
        }),
      ),
    );
    await recordFault(ledger, id, new Fault('cancelled', 'as was asked'));
    const seen = await reading;
    expect(seen.map((each) => each.id)).toEqual(Array.from({ length: 62 }, (_, index) => String(index + 1)));
    expect(new Set(said(seen)).size).toBe(62);
    expect(said(seen).at(-1)).toBe('cancelled');
  });

  it('are followed from where a reader was, by many readers at once', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'resume');
    const readers = ['0', '1', '2', '4'].map((after) => follow(id, after));
    await setState(ledger, id, 'inspecting');
    await appendEvents(ledger, id, [progress('reading')]);
    await recordFault(ledger, id, new Fault('apk-unsigned', 'no signature'));
    const all = ['queued', 'inspecting', 'reading', 'failed'];
    expect((await Promise.all(readers)).map(said)).toEqual([all, all.slice(1), all.slice(2), []]);
    await expect(follow(id, null)).resolves.toHaveLength(4);
    await expect(follow(id, '99')).resolves.toEqual([]);
  });

  it('go on after an end that was not the last, as where it is assessed again', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'again');
    for (const state of ['inspecting', 'examining', 'assessing'] as const) await setState(ledger, id, state);
    await setState(ledger, id, 'done', { verdict: 'inconclusive' });
    await setState(ledger, id, 'assessing');
    const reading = follow(id, null);
    await setState(ledger, id, 'done', { verdict: 'consistent' });
    expect(said(await reading).slice(-3)).toEqual(['done', 'assessing', 'done']);
  });

  it('are waited for while the ledger is away, and none is lost', async () => {
    const { ledger, database } = desk();
    const id = await submitted(ledger, 'outage');
    let refused = 0;
    let isAway = false;
    const connect = () => {
      if (!isAway) return database.pool.connect();
      refused += 1;
      return Promise.reject(new Error('connection refused'));
    };
    const pool = { query: database.pool.query.bind(database.pool), connect, end: () => Promise.resolve() };
    await using other = await openLedger({ database: { ...database, pool }, signal: forever });
    const seen: StoredEvent[] = [];
    const reading = (async () => {
      const options = { submission: id, after: null, signal: forever, pollMs: 5 };
      for await (const event of followEvents(other, options)) seen.push(event);
    })();
    await vi.waitFor(() => expect(said(seen)).toEqual(['queued']), { timeout: 20_000, interval: 5 });
    isAway = true;
    await setState(ledger, id, 'inspecting');
    await vi.waitFor(() => expect(refused).toBeGreaterThan(3), { timeout: 20_000, interval: 5 });
    expect(said(seen)).toEqual(['queued']);
    isAway = false;
    await recordFault(ledger, id, new Fault('apk-unsigned', 'no signature'));
    await reading;
    expect(said(seen)).toEqual(['queued', 'inspecting', 'failed']);
  });

  it('stop when the reader leaves, and end for one of which retention left nothing', async () => {
    const { ledger, sql } = desk();
    const id = await submitted(ledger, 'leaves');
    const controller = new AbortController();
    const reading = follow(id, '1', controller.signal);
    setImmediate(() => controller.abort());
    await expect(reading).resolves.toEqual([]);
    await recordFault(ledger, id, new Fault('cancelled', 'as was asked'));
    await sql('delete from sleeptalk.events where submission = $1', [id]);
    await expect(follow(id, null)).resolves.toEqual([]);
  });
});
