import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { SubmissionOptions, type Submission } from '../../orchestrator/contract/job.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { reVet } from '../../orchestrator/store/re-vetting.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { createSubmission, getSubmission, recordFault, setState } from '../../orchestrator/store/submissions.ts';
import { PLACES, type Place } from './places.ts';
import { signal } from './queue-harness.ts';
import { assessed } from './results.ts';

const DAY_MS = 86_400_000;
let apps = 0;

for (const { name, open, missing } of PLACES.filter((place) => place.name !== 'Redis')) {
  describe.skipIf(missing !== null)(
    `vetting allowed apps again on ${name}${missing === null ? '' : ` (${missing})`}`,
    () => {
      let place: Place;
      let ledger: Ledger;
      beforeAll(async () => {
        place = await open();
        ledger = await openLedger({ database: place.database, signal: signal() });
      });
      afterEach(async () => {
        const off = { ended_at: new Date(), ended_by: 'the test', ended_reason: 'it is over' };
        await ledger.db.updateTable('allowances').set(off).where('ended_at', 'is', null).execute();
      });
      afterAll(() => place[Symbol.asyncDispose]());

      const in31Days = (): Date => new Date(Date.now() + 31 * DAY_MS);

      /** A queue that remembers what it was given. */
      function remembering(): {
        queued: [string, unknown][];
        submit: (one: { id: string }, how?: unknown) => Promise<void>;
      } {
        const queued: [string, unknown][] = [];
        return { queued, submit: async ({ id }, how) => void (await Promise.resolve(queued.push([id, how]))) };
      }

      /** An app that was vetted and approved now. */
      async function approve(until: string | null = null): Promise<Submission> {
        const sha256 = (apps += 1).toString(16).padStart(64, '0');
        const files = [{ sha256, fileName: 'torch.apk', sizeBytes: 5 }];
        const { submission } = await createSubmission(ledger, {
          files,
          options: SubmissionOptions.parse({ minutes: 7 }),
        });
        await finish(submission);
        const report = await reportOn(submission);
        await ledger.db
          .insertInto('allowances')
          .values({
            id: newId('alw'),
            package: `org.example.app${apps}`,
            label: null,
            signers: ['f'.repeat(64)],
            version_code: 1,
            version_name: null,
            sha256,
            function: 'torch',
            report,
            verdict: 'consistent',
            override: false,
            approved_by: '[{"person":"p","name":"P"}]',
            reason: 'as it should be',
            since: new Date(),
            until,
            baseline: '{}',
            search_text: '',
          })
          .execute();
        return submission;
      }

      async function finish({ id }: Submission): Promise<void> {
        for (const state of ['inspecting', 'examining', 'assessing', 'done'] as const)
          await setState(ledger, id, state);
      }

      async function reportOn({ id }: Submission): Promise<string> {
        const added = await addReport(ledger, {
          submission: id,
          run: null,
          bundle: null,
          jsonSha256: null,
          profileDigest: null,
          engineVersion: '1.0.0',
          hosts: [],
          ...assessed,
        });
        return added.id;
      }

      it('takes those whose newest report is older, once, with the same files and options', async () => {
        const approved = await approve();
        const queue = remembering();
        await expect(reVet(ledger, queue, { olderThanDays: 30, now: new Date() })).resolves.toEqual([]);
        const [again, ...more] = await reVet(ledger, queue, { olderThanDays: 30, now: in31Days() });
        expect(more).toEqual([]);
        expect(queue.queued).toEqual([[again, { urgency: 'low' }]]);
        const made = await getSubmission(ledger, again ?? '');
        expect(made).toMatchObject({ files: approved.files, options: approved.options, state: 'queued' });
        await expect(reVet(ledger, queue, { olderThanDays: 30, now: in31Days() })).resolves.toEqual([]);
        await finish(made);
      });

      it('takes none whose approval has run out, or that was taken off', async () => {
        await approve('2020-01-01');
        const queue = remembering();
        await expect(reVet(ledger, queue, { olderThanDays: 30, now: in31Days() })).resolves.toEqual([]);
      });

      it('takes each app once where several processes do so at once', async () => {
        const approved = [await approve(), await approve()];
        const queue = remembering();
        const passes = [1, 2, 3].map(() => reVet(ledger, queue, { olderThanDays: 30, now: in31Days() }));
        const made = (await Promise.all(passes)).flat();
        expect(made).toHaveLength(approved.length);
        for (const id of made) await finish(await getSubmission(ledger, id));
      });

      it('takes no more in one pass than it is told to', async () => {
        await approve();
        await approve();
        const queue = remembering();
        for (const most of [1, 1, 0]) {
          expect(await reVet(ledger, queue, { olderThanDays: 30, now: in31Days(), most: 1 })).toHaveLength(most);
        }
      });

      it('waits as long again after a vetting that failed', async () => {
        await approve();
        const queue = remembering();
        const [failed] = await reVet(ledger, queue, { olderThanDays: 30, now: in31Days() });
        await recordFault(ledger, failed ?? '', new Fault('canary-failed', 'none seen'));
        const nextDay = new Date(Date.now() + DAY_MS);
        await expect(reVet(ledger, queue, { olderThanDays: 30, now: nextDay })).resolves.toEqual([]);
        await expect(reVet(ledger, queue, { olderThanDays: 30, now: in31Days() })).resolves.toHaveLength(1);
      });
    },
  );
}
