import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { FAULTS, type FaultCode } from '../../orchestrator/contract/faults.ts';
import { latestOnly } from '../../orchestrator/store/latest.ts';
import { outcomeOf, type JobSnapshot } from '../../orchestrator/store/outcome.ts';
import { asFault, faultFromText } from '../../orchestrator/store/stage.ts';
import { assessed } from './results.ts';

describe('a fault on its way through the queue', () => {
  it.each(Object.keys(FAULTS) as FaultCode[])('comes back whole: %s', (code) => {
    const fault = new Fault(code, 'emulator-5554: INSTALL_FAILED: a\nb');
    expect(faultFromText(fault.message)).toMatchObject({ code, detail: fault.detail });
  });

  it.each([
    ['job stalled more than allowable limit', 'worker-lost'],
    ['child bull:x failed', 'queue-failed'],
    ['constructor: x', 'queue-failed'],
    ['', 'queue-failed'],
  ])('is made of the text of another error: %j', (text, code) => {
    expect(faultFromText(text).code).toBe(code);
  });

  it('is what its signal was aborted with, also where Node wrapped it', async () => {
    const reason = new Fault('lease-lost', 'token 1');
    const stop = AbortSignal.abort(reason);
    expect(asFault(await delay(1, null, { signal: stop }).catch((error: unknown) => error))).toBe(reason);
    expect(
      asFault(await delay(1, null, { signal: AbortSignal.abort() }).catch((error: unknown) => error)),
    ).toMatchObject({ code: 'cancelled' });
  });

  it('names the field of data that breaks the contract, and hides no control characters', () => {
    const error = z.strictObject({ a: z.strictObject({ b: z.number() }) }).safeParse({ a: { b: 'x' } }).error;
    expect(asFault(error)).toMatchObject({
      code: 'contract-broken',
      detail: expect.stringMatching(/^a\.b: /) as string,
    });
    expect(asFault(new Error('\u001b[2J'))).toMatchObject({ code: 'internal', detail: '\\u001b[2J' });
    expect(asFault('text')).toMatchObject({ code: 'internal', detail: 'text' });
  });
});

describe('the outcome of a submission', () => {
  const job = (state: string, more: Partial<JobSnapshot> = {}): JobSnapshot => ({
    state,
    failedReason: undefined,
    result: null,
    cancelled: false,
    ...more,
  });
  const parked = job('waiting-children');

  it.each([
    ['nothing queued', { inspect: null, examine: null, assess: null }, { state: 'unknown' }],
    [
      'queued',
      { inspect: job('prioritized'), examine: parked, assess: parked },
      { state: 'waiting', stage: 'inspect' },
    ],
    [
      'at work',
      { inspect: job('completed'), examine: job('active'), assess: parked },
      { state: 'active', stage: 'examine' },
    ],
    [
      'between tries',
      { inspect: job('completed'), examine: job('delayed', { failedReason: 'device-busy: x' }), assess: parked },
      { state: 'waiting', stage: 'examine' },
    ],
    [
      'failed first in examine, and in assess only because of it',
      {
        inspect: job('completed'),
        examine: job('failed', { failedReason: 'canary-failed: none seen' }),
        assess: job('failed', { failedReason: 'child sleeptalk-examine:sub-1 failed' }),
      },
      { state: 'failed', stage: 'examine', fault: { code: 'canary-failed', detail: 'none seen' } },
    ],
    [
      'cancelled while nobody works on it',
      { inspect: job('completed'), examine: job('delayed'), assess: job('waiting-children', { cancelled: true }) },
      { state: 'failed', stage: 'examine', fault: { code: 'cancelled' } },
    ],
    [
      'cancelled but still being torn down',
      { inspect: job('completed'), examine: job('active'), assess: job('waiting-children', { cancelled: true }) },
      { state: 'active', stage: 'examine' },
    ],
    [
      'done, even though a cancel came late',
      {
        inspect: job('completed'),
        examine: job('completed'),
        assess: job('completed', { result: assessed, cancelled: true }),
      },
      { state: 'done', result: assessed },
    ],
  ])('is told by its three jobs: %s', (_what, jobs, expected) => {
    expect(outcomeOf(jobs)).toMatchObject(expected);
  });
});

describe('values handed on one at a time', () => {
  it('leave out those that a newer one overtook, and never the last', async () => {
    const handed: number[] = [];
    const failed: unknown[] = [];
    const put = latestOnly(
      async (value: number) => {
        handed.push(value);
        await Promise.resolve();
        if (value === 1) throw new Error('lost');
      },
      (error) => failed.push(error),
    );
    for (const value of [1, 2, 3, 4]) put(value);
    await delay(0);
    put(5);
    await delay(0);
    expect(handed).toEqual([1, 4, 5]);
    expect(failed).toHaveLength(1);
  });
});
