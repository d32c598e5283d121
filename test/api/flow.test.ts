import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubmissionView } from '../../orchestrator/contract/api.ts';
import type { Allowance, Review } from '../../orchestrator/contract/review.ts';
import { reconcile } from '../../orchestrator/store/reconcile.ts';
import { setState } from '../../orchestrator/store/submissions.ts';
import type { Place } from '../store/places.ts';
import { BACKENDS } from './backends.ts';
import { eventsOf } from './events-of.ts';
import { SIGNER } from './fake-worker.ts';
import { ended, formOf, freshApk, held, postJson, submit } from './forms.ts';
import { openStand, type Guest, type Stand } from './stand.ts';
import { HELD, type WorkerProcesses } from './worker-processes.ts';

interface Reviewed {
  review: Review;
  allowance: Allowance | null;
}

for (const { name, open, missing } of BACKENDS) {
  describe.skipIf(missing !== null)(`the API on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let stand: Stand;
    let submitter: Guest;
    let reviewer: Guest;
    const hold = held();
    let apart: WorkerProcesses | null = null;

    beforeAll(async () => {
      place = await open();
      stand = await openStand(place);
      // Where other processes can, they do the work; the service's own process has none then.
      if (place.url === undefined) await stand.work({ examining: hold.examining });
      else apart = await stand.workApart(2);
      submitter = await stand.person('submitter');
      reviewer = await stand.person('reviewer');
    });
    afterAll(async () => {
      await apart?.[Symbol.asyncDispose]();
      await stand?.[Symbol.asyncDispose]();
      await place?.[Symbol.asyncDispose]();
    });

    async function reportOf(apk = freshApk()): Promise<string> {
      const { report } = await ended(submitter, (await submit(submitter, apk)).id);
      if (report === null) throw new Error('no report');
      return report;
    }

    it('takes an APK, vets it, and gives the report byte by byte as it was stored', async () => {
      const done = await ended(submitter, (await submit(submitter)).id);
      expect(done).toMatchObject({ state: 'done', verdict: 'inconsistent', package: 'org.example.torch' });
      const json = { headers: { accept: 'application/json' } };
      const answer = await submitter.fetch(`/api/v1/reports/${done.report}`, json);
      const { sha256 } = (await submitter.json<{ items: { sha256: string }[] }>('/api/v1/reports')).body.items[0]!;
      expect(answer.headers.get('etag')).toBe(`"${sha256}"`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(await stand.stored(sha256));
    });

    it('answers the same files with the same options by the same submission, whatever the order of the parts', async () => {
      const apk = freshApk();
      const path = '/api/v1/submissions';
      const first = await submitter.json<SubmissionView>(path, {
        method: 'POST',
        body: formOf(['minutes', '5'], ['apk', apk]),
      });
      const again = await submitter.json<SubmissionView>(path, {
        method: 'POST',
        body: formOf(['apk', apk], ['minutes', '5']),
      });
      const other = await submitter.json<SubmissionView>(path, {
        method: 'POST',
        body: formOf(['apk', apk], ['minutes', '6']),
      });
      expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
      expect(again.body.id).toBe(first.body.id);
      expect(other.body.id).not.toBe(first.body.id);
    });

    it('takes several files of one app as one submission', async () => {
      const body = formOf(['apk', freshApk(), 'base.apk'], ['apk', freshApk(), 'split_config.de.apk']);
      const { body: submission } = await submitter.json<SubmissionView>('/api/v1/submissions', {
        method: 'POST',
        body,
      });
      expect(submission.files.map((file) => file.fileName)).toEqual(['base.apk', 'split_config.de.apk']);
    });

    it('makes a submission of each file of a bulk upload', async () => {
      const body = formOf(['apk', freshApk(), 'a.apk'], ['apk', freshApk(), 'b.apk'], ['function', 'torch']);
      const answer = await submitter.json<{
        items: { fileName: string; created: boolean; submission: SubmissionView }[];
      }>('/api/v1/submissions/bulk', { method: 'POST', body });
      expect(answer.body.items.map(({ fileName, created }) => [fileName, created])).toEqual([
        ['a.apk', true],
        ['b.apk', true],
      ]);
      expect(new Set(answer.body.items.map((item) => item.submission.id)).size).toBe(2);
    });

    it('lists newest first, page after page, and finds by state, package, host and digest', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1)
        ids.push((await submit(submitter, freshApk({ package: 'org.example.pages' }))).id);
      for (const id of ids) await ended(submitter, id);
      type Page = { items: SubmissionView[]; next: string | null };
      const first = await submitter.json<Page>('/api/v1/submissions?package=org.example.pages&limit=2');
      const second = await submitter.json<Page>(
        `/api/v1/submissions?package=org.example.pages&limit=2&cursor=${first.body.next}`,
      );
      expect([...first.body.items, ...second.body.items].map((one) => one.id)).toEqual(ids.reverse());
      expect(second.body.next).toBeNull();
      const [newest] = first.body.items;
      const sha256 = newest?.files[0]?.sha256;
      for (const query of [
        `state=done,failed&sha256=${sha256}`,
        `host=brightlamp.example&sha256=${sha256}`,
        `q=torch&sha256=${sha256}`,
      ]) {
        const { body } = await submitter.json<Page>(`/api/v1/submissions?${query}`);
        expect(
          body.items.map((one) => one.id),
          query,
        ).toEqual([newest?.id]);
      }
      const none = await submitter.json<Page>(`/api/v1/submissions?state=failed&sha256=${sha256}`);
      expect(none.body.items).toEqual([]);
    });

    it('tells what happens as it happens, and goes on where a client left off', async () => {
      const { id } = await submit(submitter);
      await ended(submitter, id);
      const all = await eventsOf(submitter, id);
      expect(all.map((one) => (one.data.event.type === 'state' ? one.data.event.state : one.data.event.type))).toEqual([
        ...['queued', 'inspecting', 'examining', 'progress', 'assessing', 'report', 'done'],
      ]);
      const rest = await eventsOf(submitter, id, all[3]?.id);
      expect(rest.map((one) => one.id)).toEqual(all.slice(4).map((one) => one.id));
      const over = await submitter.fetch(`/api/v1/submissions/${id}/events`, {
        headers: { 'last-event-id': all.at(-1)?.id ?? '' },
      });
      expect(over.status).toBe(204);
    });

    it('cancels a submission in the middle of its session, and the worker lets go', async () => {
      const session = hold.next();
      const { id } = await submit(submitter, freshApk({ salt: 'hold' }), { note: HELD });
      session.hold(id);
      await (apart?.said('began', id) ?? session.began);
      const cancelled = await submitter.json<SubmissionView>(`/api/v1/submissions/${id}`, { method: 'DELETE' });
      expect(cancelled.body).toMatchObject({ state: 'cancelled', fault: { code: 'cancelled' } });
      await (apart?.said('let-go', id) ?? session.letGo);
      const twice = await submitter.json<SubmissionView>(`/api/v1/submissions/${id}`, { method: 'DELETE' });
      expect(twice).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    });

    it('ends a submission that crashed: whoever took it up lets go, and nobody takes it up again', async () => {
      const { ledger, queue } = stand.service;
      const session = hold.next();
      const { id } = await submit(submitter, freshApk({ salt: 'crashed' }), { note: HELD });
      session.hold(id);
      await (apart?.said('began', id) ?? session.began);
      await setState(ledger, id, 'crashed');
      const cancelled = await submitter.json<SubmissionView>(`/api/v1/submissions/${id}`, { method: 'DELETE' });
      expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', fault: { code: 'cancelled' } } });
      await (apart?.said('let-go', id) ?? session.letGo);
      const later = new Date(Date.now() + 60_000);
      expect((await reconcile(ledger, queue, { now: later })).requeued).not.toContain(id);
      expect((await ended(submitter, id)).state).toBe('cancelled');
    });

    it('does not cancel what has ended', async () => {
      const { id } = await submit(submitter);
      await ended(submitter, id);
      const answer = await submitter.json(`/api/v1/submissions/${id}`, { method: 'DELETE' });
      expect(answer).toMatchObject({ status: 409, body: { code: 'state-conflict' } });
    });

    it('vets again on request, and compares the two runs', async () => {
      const first = await ended(submitter, (await submit(submitter)).id);
      const replay = await submitter.json<SubmissionView>(`/api/v1/submissions/${first.id}/replay`, { method: 'POST' });
      expect(replay.status).toBe(201);
      expect(replay.body.options).toMatchObject({ note: `Replay of ${first.id}`, seed: first.options.seed });
      const second = await ended(submitter, replay.body.id);
      const { status, body } = await submitter.json(`/api/v1/reports/${first.report}/compare/${second.report}`);
      expect([status, body]).toEqual([200, { same: true, differences: [], notCompared: [] }]);
    });

    it('lists what waits for a reviewer, in either order, until it is decided about', async () => {
      const [older, newer] = [await reportOf(), await reportOf(freshApk({ verdict: 'consistent' }))];
      const waiting = async (more = '') => {
        const path = `/api/v1/submissions?review=waiting&limit=200${more}`;
        const { status, body } = await reviewer.json<{ items: SubmissionView[] }>(path);
        expect(status).toBe(200);
        return body.items.filter(({ report }) => [older, newer].includes(report ?? ''));
      };
      expect((await waiting()).map(({ report }) => report)).toEqual([newer, older]);
      expect((await waiting('&order=oldest')).map(({ report }) => report)).toEqual([older, newer]);
      const path = (report: string) => `/api/v1/reports/${report}/reviews`;
      const approval = { decision: 'approve', reason: 'as expected' };
      expect((await reviewer.json(path(newer), postJson(approval))).status).toBe(201);
      expect((await reviewer.json(path(older), postJson(approval))).status).toBe(201);
      const by = { person: reviewer.person.id, name: reviewer.person.name };
      const half = { report: older, review: { state: 'waits-for-second', asked: false, by } };
      expect(await waiting()).toMatchObject([half]);
      expect(await waiting('&verdict=consistent')).toEqual([]);
      expect((await reviewer.json('/api/v1/submissions?review=maybe')).status).toBe(400);
      expect((await reviewer.json('/api/v1/submissions?order=random')).status).toBe(400);
    });

    it('puts an approved version on the allowlist, and takes it off again', async () => {
      const id = await reportOf(freshApk({ package: 'org.example.fine', verdict: 'consistent' }));
      const approval = { decision: 'approve', reason: 'as expected of a torch', until: '2099-01-01' };
      const { status, body } = await reviewer.json<Reviewed>(`/api/v1/reports/${id}/reviews`, postJson(approval));
      expect(status).toBe(201);
      expect(body.review).toMatchObject({ effect: 'approved', override: false, by: { person: reviewer.person.id } });
      expect(body.allowance).toMatchObject({ package: 'org.example.fine', signers: [SIGNER], state: 'active' });
      const listed = await submitter.json<{ items: Allowance[] }>('/api/v1/allowlist/org.example.fine');
      expect(listed.body.items.map((one) => one.state)).toEqual(['active']);
      const path = '/api/v1/allowlist/org.example.fine?reason=the%20developer%20left';
      const off = await reviewer.json<{ items: Allowance[] }>(path, { method: 'DELETE' });
      expect(off.body.items[0]).toMatchObject({ state: 'ended', ended: { reason: 'the developer left' } });
      expect(await reviewer.json(path, { method: 'DELETE' })).toMatchObject({
        status: 404,
        body: { code: 'allowance-unknown' },
      });
    });

    it('needs two people to approve against the verdict, by review or by PUT', async () => {
      const id = await reportOf(freshApk({ package: 'org.example.odd' }));
      const path = '/api/v1/allowlist/org.example.odd';
      const body = { report: id, reason: 'the beacon is their licence server' };
      const first = await reviewer.json<Reviewed>(path, { ...postJson(body), method: 'PUT' });
      expect(first.body).toMatchObject({ review: { effect: 'waits-for-second' }, allowance: null });
      const same = await reviewer.json(path, { ...postJson(body), method: 'PUT' });
      expect(same).toMatchObject({ status: 409, body: { code: 'review-refused' } });
      const other = await stand.person('reviewer');
      const second = await other.json<Reviewed>(path, { ...postJson(body), method: 'PUT' });
      expect(second.body.allowance?.approvedBy.map((one) => one.person).sort()).toEqual(
        [reviewer.person.id, other.person.id].sort(),
      );
      const wrong = await other.json('/api/v1/allowlist/org.example.else', { ...postJson(body), method: 'PUT' });
      expect(wrong).toMatchObject({ status: 409, body: { code: 'review-refused' } });
    });

    it('queues sealed evidence to be judged again, and passes over what the present profiles judged', async () => {
      const admin = await stand.person('admin');
      const done = await ended(submitter, (await submit(submitter)).id);
      const answer = await admin.json('/api/v1/reassessments', postJson({ submissions: [done.id] }));
      expect(answer).toMatchObject({ status: 202, body: { queued: [done.id], passedOver: [] } });
      const upToDate = await admin.json<{ queued: string[] }>(
        '/api/v1/reassessments',
        postJson({ olderThanProfile: true }),
      );
      expect(upToDate.body.queued).toEqual([]);
    });

    it('gives the evidence as tar, and writes down who took it', async () => {
      const id = await reportOf();
      const answer = await submitter.fetch(`/api/v1/reports/${id}/bundle`);
      expect(answer.headers.get('content-type')).toBe('application/x-tar');
      const tar = Buffer.from(await answer.arrayBuffer()).toString('latin1');
      expect(tar).toContain('manifest.json');
      expect(tar).toContain('{"type":"end","atMs":1}');
      const admin = await stand.person('admin');
      const { body } = await admin.json<{ items: { act: string; who: string; subject: string }[] }>('/api/v1/audit');
      expect(body.items).toContainEqual(
        expect.objectContaining({ act: 'downloaded-bundle', who: submitter.person.id, subject: id }),
      );
    });

    it('had its work done by every worker there was', async () => {
      const ids = await Promise.all(Array.from({ length: 12 }, async () => (await submit(submitter)).id));
      for (const id of ids) expect((await ended(submitter, id)).state).toBe('done');
      if (apart !== null) expect(apart.sessions.every((count) => count > 0)).toBe(true);
    });
  });
}
