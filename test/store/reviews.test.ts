import { expect, it } from 'vitest';
import { Baseline } from '../../orchestrator/contract/baseline.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { Actor } from '../../orchestrator/contract/person.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import { Allowance, Review, ReviewRequest } from '../../orchestrator/contract/review.ts';
import { currentAllowance, endAllowance, getAllowance, listAllowances } from '../../orchestrator/store/allowances.ts';
import { viewReport } from '../../orchestrator/store/report-views.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { addReview, listReviews, type NewReview } from '../../orchestrator/store/reviews.ts';
import { actor, digest, onEachLedger, submitted } from './each-ledger.ts';

const now = new Date('2026-06-01T12:00:00Z');

onEachLedger('a review', (desk) => {
  let made = 0;
  async function report(verdict: Verdict): Promise<NewReview['report']> {
    const submission = await submitted(desk().ledger, `reviewed ${(made += 1)}`);
    const { id } = await addReport(desk().ledger, {
      submission,
      run: null,
      bundle: null,
      profileDigest: null,
      verdict,
      sentence: 'So it is.',
      reportJson: '',
      reportHtml: '',
      jsonSha256: digest(`report ${made}`),
    });
    return viewReport(desk().ledger, id, null);
  }

  function says(decision: ReviewRequest['decision'], until: string | null = null): ReviewRequest {
    return ReviewRequest.parse({ decision, reason: 'because', until });
  }

  function approving(
    packageName: string,
    signers: readonly string[] = ['s1'],
    versionCode = 1,
  ): NewReview['allowance'] {
    return (_approvedBy, approval) => ({
      package: packageName,
      label: 'An app',
      signers: signers.map(digest),
      versionCode,
      versionName: '1.0',
      sha256: digest('apk'),
      function: 'torch',
      baseline: Baseline.parse({
        schema: 'sleeptalk-baseline-1',
        package: packageName,
        certificates: signers.map(digest),
        versionCode,
        versionName: '1.0',
        declaredFunction: 'torch',
        approval,
        report: {
          sha256: null,
          run: 'run-1',
          startedAt: null,
          verdict: 'consistent',
          bundleDigest: null,
          captureDigest: null,
        },
        phases: [],
        channels: [],
      }),
    });
  }

  async function review(
    by: Actor,
    of: NewReview['report'],
    request: ReviewRequest,
    allowance: NewReview['allowance'] = approving(`org.example.${of.id}`),
    at = now,
  ) {
    const result = await addReview(desk().ledger, { actor: by, report: of, request, now: at, allowance });
    Review.parse(result.review);
    if (result.allowance !== null) Allowance.parse(result.allowance);
    return result;
  }

  it('that approves a consistent report puts its version on the list, with its cadence', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const of = await report('consistent');
    const { review: added, allowance } = await review(ada, of, says('approve', '2026-12-31'), approving('org.one'));
    expect(added).toMatchObject({ report: of.id, submission: of.submission, decision: 'approve', effect: 'approved' });
    expect(added.override).toBe(false);
    expect(allowance).toMatchObject({
      package: 'org.one',
      signers: [digest('s1')],
      versionCode: 1,
      report: of.id,
      verdict: 'consistent',
      override: false,
      approvedBy: [{ person: ada.person, name: 'Ada' }],
      reason: 'because',
      since: now.toISOString(),
      until: '2026-12-31',
      state: 'active',
      ended: null,
    });
    const current = await currentAllowance(ledger, 'org.one', now);
    expect(current?.allowance).toEqual(allowance);
    expect(current?.baseline.approval).toEqual({
      by: 'Ada',
      at: now.toISOString(),
      reason: 'because',
      until: '2026-12-31',
    });
    expect(await listReviews(ledger, { report: of.id })).toEqual([added]);
    expect(await listReviews(ledger, { submission: of.submission })).toEqual([added]);
  });

  it.each([
    ['ask', 'noted'],
    ['reject', 'rejected'],
  ] as const)('that says %s is %s and puts nothing on the list', async (decision, effect) => {
    const of = await report('consistent');
    const result = await review(await actor(desk().ledger, 'Bo'), of, says(decision), () => {
      throw new Error('nothing to approve');
    });
    expect(result).toMatchObject({ review: { effect, override: false }, allowance: null });
  });

  it.each(['inconsistent', 'inconclusive'] as const)(
    'that overrides an %s report waits for a second person; nobody counts twice',
    async (verdict) => {
      const { ledger } = desk();
      const [ada, bo] = [await actor(ledger, 'Ada'), await actor(ledger, 'Bo')];
      const of = await report(verdict);
      const first = await review(ada, of, says('approve', '2027-01-31'));
      expect(first).toMatchObject({ review: { effect: 'waits-for-second', override: true }, allowance: null });
      const again = review({ ...ada, credential: 'tok-another' }, of, says('approve'));
      await expect(again).rejects.toMatchObject({ code: 'review-refused' });
      await review(bo, of, says('ask'));
      const second = await review(bo, of, says('approve', '2026-07-31'));
      expect(second.review.effect).toBe('approved');
      expect(second.allowance).toMatchObject({
        override: true,
        verdict,
        until: '2026-07-31',
        approvedBy: [
          { person: ada.person, name: 'Ada' },
          { person: bo.person, name: 'Bo' },
        ],
        reason: 'Ada: because\nBo: because',
      });
      // A third approval begins anew: the first two were spent.
      expect((await review(ada, of, says('approve'))).review.effect).toBe('waits-for-second');
    },
  );

  it('that rejects undoes an approval that waits, and ends what the same report had approved', async () => {
    const { ledger } = desk();
    const [ada, bo] = [await actor(ledger, 'Ada'), await actor(ledger, 'Bo')];
    const doubtful = await report('inconclusive');
    await review(ada, doubtful, says('approve'));
    await review(bo, doubtful, says('reject'));
    expect((await review(bo, doubtful, says('approve'))).review.effect).toBe('waits-for-second');
    const fine = await report('consistent');
    const { allowance } = await review(ada, fine, says('approve'));
    await review(bo, fine, says('reject'));
    const ended = await getAllowance(ledger, allowance?.id ?? '');
    expect(ended).toMatchObject({ state: 'ended', ended: { by: 'Bo', reason: 'because', at: now.toISOString() } });
  });

  it('of two that override at once makes one allowance, and of ten as many as there are pairs', async () => {
    const { ledger } = desk();
    const people = await Promise.all(Array.from({ length: 10 }, (_, n) => actor(ledger, `P${n}`)));
    const pair = await report('inconsistent');
    const two = await Promise.all(people.slice(0, 2).map((one) => review(one, pair, says('approve'))));
    expect(two.map((each) => each.review.effect).sort()).toEqual(['approved', 'waits-for-second']);
    expect((await listAllowances(ledger, { report: pair.id })).items).toHaveLength(1);
    const crowd = await report('inconsistent');
    const ten = await Promise.all(people.map((one) => review(one, crowd, says('approve'))));
    expect(ten.filter((each) => each.allowance !== null)).toHaveLength(5);
    const { items } = await listAllowances(ledger, { report: crowd.id });
    expect(items.map((each) => each.state)).toEqual(['active', 'replaced', 'replaced', 'replaced', 'replaced']);
    for (const each of items) expect(new Set(each.approvedBy.map((one) => one.person)).size).toBe(2);
  });

  it('twice by one person at once counts once', async () => {
    const ada = await actor(desk().ledger, 'Ada');
    const of = await report('inconsistent');
    const both = await Promise.allSettled([1, 2].map(() => review(ada, of, says('approve'))));
    expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await listAllowances(desk().ledger, { report: of.id })).items).toEqual([]);
  });

  it('that cannot be is not written: an end that is past, an app that cannot be approved, no such report', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const of = await report('inconclusive');
    await expect(review(ada, of, says('approve', '2026-05-31'))).rejects.toMatchObject({ code: 'review-refused' });
    const unknown = review(ada, of, says('approve'), () => {
      throw new Fault('certificate-unknown', 'no signer');
    });
    await expect(unknown).rejects.toMatchObject({ code: 'certificate-unknown' });
    expect(await listReviews(ledger, { report: of.id })).toEqual([]);
    expect((await review(ada, of, says('approve', '2026-06-01'))).review.effect).toBe('waits-for-second');
    const nowhere = { ...of, id: 'report-none' };
    await expect(review(ada, nowhere, says('ask'))).rejects.toMatchObject({ code: 'report-unknown' });
  });

  it('stays as it was written', async () => {
    await review(await actor(desk().ledger, 'Ada'), await report('consistent'), says('approve'));
    const { sql } = desk();
    for (const command of ['update sleeptalk.reviews set reason = $$x$$', 'delete from sleeptalk.reviews']) {
      await expect(sql(command)).rejects.toThrow('never changed or deleted');
    }
    await expect(sql('truncate sleeptalk.reviews')).rejects.toThrow('never changed or deleted');
    await expect(sql('delete from sleeptalk.allowances')).rejects.toThrow('never changed or deleted');
    await expect(sql(`update sleeptalk.allowances set version_code = 9 where ended_at is null`)).rejects.toThrow(
      'ended once and never changed',
    );
    await expect(
      sql(
        `update sleeptalk.allowances set ended_at = null, ended_by = null, ended_reason = null where ended_at is not null`,
      ),
    ).rejects.toThrow('ended once and never changed');
  });

  it('of a later version replaces the one of the same signers, and no other’s', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const approve = async (signers: string[], version: number) =>
      (await review(ada, await report('consistent'), says('approve'), approving('org.two', signers, version)))
        .allowance;
    const mine = await approve(['b', 'a'], 1);
    const theirs = await approve(['c'], 1);
    const newer = await approve(['a', 'b', 'a'], 2);
    expect(newer?.signers).toEqual([digest('a'), digest('b')].sort());
    const { items } = await listAllowances(ledger, { package: 'org.two' });
    expect(items.map((each) => [each.id, each.state])).toEqual([
      [newer?.id, 'active'],
      [theirs?.id, 'active'],
      [mine?.id, 'replaced'],
    ]);
    expect(items[2]?.ended).toMatchObject({ by: 'Ada', reason: 'a later version was approved' });
    const of = async (signers?: string[]) =>
      (await currentAllowance(ledger, 'org.two', now, signers?.map(digest)))?.allowance.id;
    expect(await of(['c'])).toBe(theirs?.id);
    expect(await of(['b', 'a'])).toBe(newer?.id);
    expect(await of()).toBe(newer?.id);
    expect(await of(['nobody'])).toBe(newer?.id);
    expect(await currentAllowance(ledger, 'org.none', now)).toBeNull();
  });

  it('counts to the end of its last day, and can be ended before, once', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const { allowance } = await review(
      ada,
      await report('consistent'),
      says('approve', '2026-06-30'),
      approving('org.three'),
    );
    const id = allowance?.id ?? '';
    const [lastMoment, dayAfter] = [new Date('2026-06-30T23:59:59Z'), new Date('2026-07-01T00:00:00Z')];
    expect((await getAllowance(ledger, id, lastMoment)).state).toBe('active');
    expect((await getAllowance(ledger, id, dayAfter)).state).toBe('expired');
    expect(await currentAllowance(ledger, 'org.three', lastMoment)).not.toBeNull();
    expect(await currentAllowance(ledger, 'org.three', dayAfter)).toBeNull();
    const states = async (at: Date) => {
      const found: string[] = [];
      for (const state of ['active', 'expired', 'replaced', 'ended'] as const) {
        const { items } = await listAllowances(ledger, { package: 'org.three', state, now: at });
        if (items.length > 0) found.push(state);
        expect(items.every((each) => each.state === state)).toBe(true);
      }
      return found;
    };
    expect(await states(lastMoment)).toEqual(['active']);
    expect(await states(dayAfter)).toEqual(['expired']);
    const ended = await endAllowance(ledger, { id, actor: ada, reason: 'it talks', now });
    expect(ended).toMatchObject({ state: 'ended', ended: { by: 'Ada', reason: 'it talks', at: now.toISOString() } });
    expect(await states(lastMoment)).toEqual(['ended']);
    const again = endAllowance(ledger, { id, actor: ada, reason: 'once more', now });
    await expect(again).rejects.toMatchObject({ code: 'allowance-unknown', detail: `${id} is ended already` });
    const nowhere = endAllowance(ledger, { id: 'alw-none', actor: ada, reason: 'x', now });
    await expect(nowhere).rejects.toMatchObject({ code: 'allowance-unknown' });
  });

  it('leaves a list that is searched by text and read page by page', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const made: (string | undefined)[] = [];
    for (const name of ['a', 'b', 'c']) {
      const added = await review(ada, await report('consistent'), says('approve'), approving(`org.Paged_${name}`));
      made.unshift(added.allowance?.id);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listAllowances>> = await listAllowances(ledger, {
        cursor,
        most: 2,
        text: 'PAGED_',
      });
      seen.push(...page.items.map((each) => each.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(made);
    expect((await listAllowances(ledger, { text: 'paged%' })).items).toEqual([]);
  });
});
