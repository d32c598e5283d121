import { expect, it } from 'vitest';
import { recordNew } from '../../orchestrator/acts/record-together.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import type { Actor } from '../../orchestrator/contract/person.ts';
import { listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { listCustody } from '../../orchestrator/store/custody.ts';
import { eventsAfter } from '../../orchestrator/store/events.ts';
import { viewOfNew, viewSubmission } from '../../orchestrator/store/submission-views.ts';
import { getSubmission } from '../../orchestrator/store/submissions.ts';
import { actor, digest, onEachLedger } from '../store/each-ledger.ts';

const signal = new AbortController().signal;

onEachLedger('recording submissions together', (desk) => {
  const service = () => ({ ledger: desk().ledger, now: () => new Date() });
  const wanted = (name: string, by: Actor, again = false) => ({
    files: [
      { sha256: digest(name), fileName: `${name}.apk`, sizeBytes: name.length },
      { sha256: digest('a split of all'), fileName: 'split.apk', sizeBytes: 14 },
    ],
    options: SubmissionOptions.parse({}),
    actor: by,
    again,
    urgency: 'high' as const,
    callbackUrl: 'https://ci.example/hook',
  });

  it('records fifty that come at once, each whole, in fewer transactions than there are', async () => {
    const ada = await actor(desk().ledger, 'Ada at once', 'submitter');
    const each = Array.from({ length: 50 }, (_, n) => recordNew(service(), wanted(`at-once-${n}`, ada)));
    const made = (await Promise.all(each)).map((one) => one!);
    expect(new Set(made.map(({ id }) => id)).size).toBe(50);
    expect(new Set(made.map(({ createdAt }) => createdAt)).size).toBeLessThan(10);
    for (const [n, submission] of made.entries()) {
      expect(submission.files[0]?.fileName).toBe(`at-once-${n}.apk`);
      expect(await getSubmission(desk().ledger, submission.id)).toEqual(submission);
    }
    const [first] = made;
    const view = viewOfNew(first!, wanted('', ada));
    expect(await viewSubmission(desk().ledger, first!.id, ada)).toEqual(view);
    expect(await listCustody(desk().ledger, first!.id)).toMatchObject([
      { who: ada.person, what: 'submitted 2 file(s)' },
    ]);
    const queued = { type: 'state', state: 'queued', verdict: null, fault: null };
    expect(await eventsAfter(desk().ledger, first!.id, null, 10)).toMatchObject([{ id: '1', event: queued }]);
  });

  it('writes one entry of the audit log for each, and the chain holds', async () => {
    const bo = await actor(desk().ledger, 'Bo of the log', 'submitter');
    const made = await Promise.all([1, 2, 3].map((n) => recordNew(service(), wanted(`logged-${n}`, bo))));
    const entries = (await listAudit(desk().ledger, { most: 3 })).items;
    expect(new Set(entries.map(({ subject }) => subject))).toEqual(new Set(made.map((one) => one!.id)));
    expect(entries[0]).toMatchObject({ who: bo.person, act: 'submitted', detail: { name: 'Bo of the log' } });
    await expect(verifyAudit(desk().ledger, { signal })).resolves.toMatchObject({ head: entries[0]!.hash });
  });

  it('records the same files and options once, though many bring them in the same moment', async () => {
    const eve = await actor(desk().ledger, 'Eve twice', 'submitter');
    const made = await Promise.all(Array.from({ length: 9 }, () => recordNew(service(), wanted('twice', eve))));
    expect(made.filter((one) => one !== null)).toHaveLength(1);
    await expect(recordNew(service(), wanted('twice', eve))).resolves.toBeNull();
    const again = await Promise.all([1, 2].map(() => recordNew(service(), wanted('twice', eve, true))));
    expect(new Set(again.map((one) => one!.id)).size).toBe(2);
  });

  it('fails the one that cannot be recorded, and leaves nothing of it; the others are recorded', async () => {
    const { ledger, sql } = desk();
    const good = await actor(ledger, 'Good among bad', 'submitter');
    const nobody: Actor = { ...good, person: 'usr-nobody' };
    const before = (await sql('select count(*)::int as n from sleeptalk.audit'))[0]?.['n'] as number;
    // The first goes alone, so that the others are together.
    const settled = await Promise.allSettled(
      [good, good, nobody, good].map((by, n) => recordNew(service(), wanted(`mixed-${n}`, by))),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(settled[2]).toMatchObject({ reason: { code: 'ledger-failed' } });
    const left = await sql('select 1 from sleeptalk.submission_files where sha256 = $1', [digest('mixed-2')]);
    expect(left).toEqual([]);
    expect(await sql('select count(*)::int as n from sleeptalk.audit')).toEqual([{ n: before + 3 }]);
  });
});
