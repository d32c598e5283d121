import { expect, it } from 'vitest';
import {
  listDeliveries,
  queueDelivery,
  recordAttempt,
  takeDueDeliveries,
} from '../../orchestrator/store/deliveries.ts';
import { onEachLedger, submitted } from './each-ledger.ts';

const now = new Date('2026-06-01T12:00:00Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

onEachLedger('a webhook', (desk) => {
  async function queue(submission: string, body = '{"a":1}', url = 'https://ci.example/hook') {
    return queueDelivery(desk().ledger, { submission, url, event: 'submission.done', body, now });
  }

  /** Takes everything that is due and ends it, so that the tests do not meet each other's. */
  async function drain(): Promise<void> {
    for (const { id } of await takeDueDeliveries(desk().ledger, later(1e6), 1000)) {
      await recordAttempt(desk().ledger, id, { status: 200, error: null, nextAt: null, now });
    }
  }

  it('is queued once, however often it is asked for', async () => {
    const id = await submitted(desk().ledger, 'once');
    const all = await Promise.all([1, 2, 3].map(() => queue(id)));
    expect(new Set(all.map((each) => each.id)).size).toBe(1);
    await queue(id, '{"a":2}');
    await queue(id, '{"a":1}', 'https://other.example/');
    expect(await listDeliveries(desk().ledger, id)).toHaveLength(3);
    await drain();
  });

  it('goes to one of many takers, and to another when the first does not come back in a minute', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'lease');
    for (let n = 0; n < 20; n += 1) await queue(id, `{"n":${n}}`);
    expect(await takeDueDeliveries(ledger, later(-1), 100)).toEqual([]);
    const taken = (await Promise.all(Array.from({ length: 8 }, () => takeDueDeliveries(ledger, now, 5)))).flat();
    expect(taken).toHaveLength(20);
    expect(new Set(taken.map((each) => each.id)).size).toBe(20);
    expect(await takeDueDeliveries(ledger, later(59), 100)).toEqual([]);
    expect(await takeDueDeliveries(ledger, later(60), 100)).toHaveLength(20);
    await drain();
  });

  it('is tried again until it is delivered or given up, with every attempt written down', async () => {
    const { ledger } = desk();
    const id = await submitted(ledger, 'retry');
    const one = await queue(id, 'one');
    const other = await queue(id, 'other');
    expect((await takeDueDeliveries(ledger, now, 10)).map((each) => each.attempts)).toEqual([0, 0]);
    await recordAttempt(ledger, one.id, { status: 503, error: null, nextAt: later(30), now });
    await recordAttempt(ledger, other.id, { status: null, error: 'refused\u0000', nextAt: null, now });
    expect(await takeDueDeliveries(ledger, later(29), 10)).toEqual([]);
    expect((await takeDueDeliveries(ledger, later(30), 10)).map((each) => each.id)).toEqual([one.id]);
    await recordAttempt(ledger, one.id, { status: 204, error: null, nextAt: null, now: later(31) });
    const [first, second] = await listDeliveries(ledger, id);
    expect(first).toMatchObject({ state: 'delivered', attempts: 2, nextAt: null, body: 'one' });
    expect(first?.log).toEqual([
      { attempt: 1, at: now.toISOString(), status: 503, error: null },
      { attempt: 2, at: later(31).toISOString(), status: 204, error: null },
    ]);
    expect(second).toMatchObject({ state: 'given-up', attempts: 1, log: [{ status: null, error: 'refused\ufffd' }] });
    expect(await takeDueDeliveries(ledger, later(1e6), 10)).toEqual([]);
  });

  it('keeps what it says', async () => {
    const { sql } = desk();
    const { id } = await queue(await submitted(desk().ledger, 'kept'));
    for (const column of ['body', 'url', 'event', 'body_sha256']) {
      const change = sql(`update sleeptalk.deliveries set ${column} = 'x' where id = $1`, [id]);
      await expect(change).rejects.toThrow('is never changed');
    }
    await expect(sql('delete from sleeptalk.deliveries')).rejects.toThrow('never changed or deleted');
    await recordAttempt(desk().ledger, id, { status: 200, error: null, nextAt: null, now });
    await expect(sql('delete from sleeptalk.delivery_attempts')).rejects.toThrow('never changed or deleted');
    await expect(sql('update sleeptalk.delivery_attempts set status = 1')).rejects.toThrow('never changed or deleted');
  });
});
