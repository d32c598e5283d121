import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportView, SubmissionView } from '../../orchestrator/contract/api.ts';
import type { Place } from '../store/places.ts';
import { BACKENDS } from './backends.ts';
import { ended, formOf, freshApk, submit } from './forms.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

for (const { name, open, missing } of BACKENDS) {
  describe.skipIf(missing !== null)(`the API on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let stand: Stand;
    let submitter: Guest;
    let reviewer: Guest;

    beforeAll(async () => {
      place = await open();
      stand = await openStand(place);
      await stand.work();
      submitter = await stand.person('submitter');
      reviewer = await stand.person('reviewer');
    });
    afterAll(async () => {
      await stand?.[Symbol.asyncDispose]();
      await place?.[Symbol.asyncDispose]();
    });

    it('takes an APK, vets it, and shows the report as it was stored', async () => {
      const { id } = await submit(submitter);
      const done = await ended(submitter, id);
      expect(done).toMatchObject({ state: 'done', verdict: 'inconsistent', package: 'org.example.torch' });
      const answer = await submitter.fetch(`/api/v1/reports/${done.report}`, {
        headers: { accept: 'application/json' },
      });
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as { verdict: string }).verdict).toBe('inconsistent');
    });

    it('answers the same files with the same options by the same submission', async () => {
      const apk = freshApk();
      const first = await submitter.json<SubmissionView>('/api/v1/submissions', {
        method: 'POST',
        body: formOf(['minutes', '5'], ['apk', apk]),
      });
      const again = await submitter.json<SubmissionView>('/api/v1/submissions', {
        method: 'POST',
        body: formOf(['apk', apk], ['minutes', '5']),
      });
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body.id).toBe(first.body.id);
    });
  });
}
