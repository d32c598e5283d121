import { expect, it } from 'vitest';
import type { Actor } from '../../orchestrator/contract/person.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import { ReviewRequest } from '../../orchestrator/contract/review.ts';
import { viewReport } from '../../orchestrator/store/report-views.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { countWaitingForReview } from '../../orchestrator/store/review-standing.ts';
import { addReview } from '../../orchestrator/store/reviews.ts';
import { listSubmissionViews, viewSubmission } from '../../orchestrator/store/submission-views.ts';
import { setState } from '../../orchestrator/store/submissions.ts';
import { actor, digest, onEachLedger, submitted } from './each-ledger.ts';

const now = new Date('2026-06-01T12:00:00Z');

onEachLedger('what waits for review', (desk) => {
  let made = 0;

  async function judged(submission: string, verdict: Verdict): Promise<string> {
    const { id } = await addReport(desk().ledger, {
      ...{ submission, run: null, bundle: null, profileDigest: null, verdict, sentence: 'So it is.' },
      ...{ reportJson: '', reportHtml: '', jsonSha256: digest(`standing ${(made += 1)}`) },
    });
    return id;
  }

  async function assessing(by: Actor | null = null): Promise<string> {
    const { ledger } = desk();
    const id = await submitted(ledger, `standing ${(made += 1)}`, by);
    for (const state of ['inspecting', 'examining', 'assessing'] as const) await setState(ledger, id, state);
    return id;
  }

  async function vetted(verdict: Verdict, by: Actor | null = null): Promise<{ submission: string; report: string }> {
    const submission = await assessing(by);
    const report = await judged(submission, verdict);
    await setState(desk().ledger, submission, 'done', { verdict });
    return { submission, report };
  }

  async function says(who: Actor, report: string, decision: ReviewRequest['decision']): Promise<void> {
    const request = ReviewRequest.parse({ decision, reason: 'because' });
    await addReview(desk().ledger, {
      ...{ actor: who, report: await viewReport(desk().ledger, report, null), request, now },
      allowance: () => ({
        ...{ package: `org.p${made}`, label: null, signers: [digest(`${made}`)], versionCode: 1, versionName: null },
        ...{ sha256: digest('apk'), function: 'torch', baseline: {} as never },
      }),
    });
  }

  const waiting = async (viewer: Actor | null = null): Promise<string[]> =>
    (await listSubmissionViews(desk().ledger, { viewer, review: 'waiting', most: 200 })).items.map(({ id }) => id);
  const standing = async (id: string) => (await viewSubmission(desk().ledger, id, null)).review;

  it('is what is finished and has a report, from the moment it is done', async () => {
    const { ledger } = desk();
    const submission = await assessing();
    expect(await standing(submission)).toBeNull();
    await judged(submission, 'consistent');
    expect(await waiting()).not.toContain(submission);
    const before = await countWaitingForReview(ledger);
    await setState(ledger, submission, 'done', { verdict: 'consistent' });
    expect(await waiting()).toContain(submission);
    expect(await countWaitingForReview(ledger)).toBe(before + 1);
    expect(await standing(submission)).toEqual({ state: 'undecided', asked: false, by: null });
    const failed = await assessing();
    await setState(ledger, failed, 'failed', { fault: { code: 'internal', detail: 'x' } });
    expect(await waiting()).not.toContain(failed);
  });

  it.each(['approve', 'reject'] as const)('is no more what somebody says %s to', async (decision) => {
    const ada = await actor(desk().ledger, 'Ada');
    const { submission, report } = await vetted('consistent');
    await says(ada, report, decision);
    expect(await waiting()).not.toContain(submission);
    const state = decision === 'approve' ? 'approved' : 'rejected';
    expect(await standing(submission)).toEqual({ state, asked: false, by: { person: ada.person, name: 'Ada' } });
    await says(ada, report, 'ask');
    expect(await waiting()).not.toContain(submission);
    expect(await standing(submission)).toMatchObject({ state, asked: true });
  });

  it('is still what a question was asked about, and says so', async () => {
    const ada = await actor(desk().ledger, 'Ada');
    const { submission, report } = await vetted('inconclusive');
    await says(ada, report, 'ask');
    expect(await waiting()).toContain(submission);
    expect(await standing(submission)).toEqual({ state: 'undecided', asked: true, by: null });
    await says(ada, report, 'reject');
    expect(await standing(submission)).toMatchObject({ state: 'rejected', asked: false });
  });

  it('is an override until a second person gives their word, and says whose the first is', async () => {
    const { ledger } = desk();
    const [ada, bo] = [await actor(ledger, 'Ada'), await actor(ledger, 'Bo')];
    const { submission, report } = await vetted('inconsistent');
    await says(ada, report, 'approve');
    expect(await waiting()).toContain(submission);
    const half = { state: 'waits-for-second', asked: false, by: { person: ada.person, name: 'Ada' } };
    expect(await standing(submission)).toEqual(half);
    await says(bo, report, 'ask');
    expect(await standing(submission)).toEqual({ ...half, asked: true });
    await says(bo, report, 'approve');
    expect(await waiting()).not.toContain(submission);
    expect(await standing(submission)).toMatchObject({ state: 'approved', by: { name: 'Bo' } });
  });

  it('is an approval after a rejection, until a second person agrees', async () => {
    const { ledger } = desk();
    const [ada, bo] = [await actor(ledger, 'Ada'), await actor(ledger, 'Bo')];
    const { submission, report } = await vetted('inconsistent');
    await says(ada, report, 'approve');
    await says(bo, report, 'reject');
    expect(await waiting()).not.toContain(submission);
    await says(bo, report, 'approve');
    expect(await waiting()).toContain(submission);
    expect(await standing(submission)).toMatchObject({ state: 'waits-for-second', by: { name: 'Bo' } });
  });

  it('is again what was decided about, once there is a newer report, whatever is said of the earlier', async () => {
    const { ledger } = desk();
    const ada = await actor(ledger, 'Ada');
    const { submission, report } = await vetted('consistent');
    await says(ada, report, 'approve');
    await setState(ledger, submission, 'assessing');
    await judged(submission, 'inconsistent');
    expect(await waiting()).not.toContain(submission);
    await setState(ledger, submission, 'done', { verdict: 'inconsistent' });
    await says(ada, report, 'reject');
    expect(await waiting()).toContain(submission);
    expect(await standing(submission)).toEqual({ state: 'undecided', asked: false, by: null });
  });

  it('never loses a report that comes while an earlier one is decided about', async () => {
    const ada = await actor(desk().ledger, 'Ada');
    for (let round = 0; round < 10; round += 1) {
      const { submission, report } = await vetted('consistent');
      const [newer] = await Promise.all([judged(submission, 'inconclusive'), says(ada, report, 'reject')]);
      expect(await viewSubmission(desk().ledger, submission, null)).toMatchObject({
        report: newer,
        review: { state: 'undecided', asked: false, by: null },
      });
    }
  });

  it('is listed oldest first as well, page by page, and to a submitter only what is theirs', async () => {
    const { ledger } = desk();
    const cy = await actor(ledger, 'Cy', 'submitter');
    const mine: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      mine.push((await vetted('consistent', cy)).submission);
      await vetted('consistent');
    }
    expect(await waiting(cy)).toEqual([...mine].reverse());
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const search = { viewer: cy, review: 'waiting', order: 'oldest', cursor, most: 2 } as const;
      const page: Awaited<ReturnType<typeof listSubmissionViews>> = await listSubmissionViews(ledger, search);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(mine);
    await expect(
      listSubmissionViews(ledger, { viewer: cy, review: 'waiting', order: 'oldest', cursor: 'x' }),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});
