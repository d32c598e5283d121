import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import { appendCustody, listCustody } from '../../orchestrator/store/custody.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { addReport, listReports } from '../../orchestrator/store/reports.ts';
import { failRun, listRuns, markCrashed, openRun, sealRun } from '../../orchestrator/store/runs.ts';
import {
  createSubmission,
  getInspection,
  getSubmission,
  listSubmissions,
  recordFault,
  setState,
} from '../../orchestrator/store/submissions.ts';
import { PLACES, type Place } from './places.ts';

const signal = new AbortController().signal;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function apk(name: string): { sha256: string; fileName: string; sizeBytes: number } {
  return { sha256: digest(name), fileName: `${name}.apk`, sizeBytes: name.length };
}

const options = SubmissionOptions.parse({});

for (const { name, open, missing } of PLACES.filter((place) => place.name !== 'Redis')) {
  describe.skipIf(missing !== null)(`the ledger on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let ledger: Ledger;

    beforeAll(async () => {
      place = await open();
      ledger = await openLedger({ database: place.database, signal });
    });
    afterAll(async () => {
      await ledger[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    async function submit(file: string): Promise<string> {
      return (await createSubmission(ledger, { files: [apk(file)], options })).submission.id;
    }

    it('opens again, and twice at once, without applying a migration twice', async () => {
      const again = await Promise.all([1, 2].map(() => openLedger({ database: place.database, signal })));
      for (const one of again) await one[Symbol.asyncDispose]();
      await expect(submit('opens-again')).resolves.toMatch(/^sub-/);
    });

    it('gives the same submission for the same files and options, in any order of the files', async () => {
      const files = [apk('base'), apk('split')];
      const first = await createSubmission(ledger, { files, options });
      const second = await createSubmission(ledger, { files: files.toReversed(), options: { ...options } });
      expect([first.created, second.created]).toEqual([true, false]);
      expect(second.submission).toEqual(first.submission);
      expect(first.submission.files).toEqual(files);
      expect(first.submission.options).toEqual(options);
    });

    it('makes another submission for other options, and for the same ones when asked to do it again', async () => {
      const files = [apk('other')];
      const first = await createSubmission(ledger, { files, options });
      const seeded = await createSubmission(ledger, { files, options: { ...options, seed: 7 } });
      const again = await createSubmission(ledger, { files, options, again: true });
      expect(new Set([first, seeded, again].map((each) => each.submission.id)).size).toBe(3);
    });

    it('makes another submission after the first one failed', async () => {
      const first = await submit('failing');
      await recordFault(ledger, first, new Fault('apk-malformed', 'the central directory overlaps'));
      const second = await submit('failing');
      expect(second).not.toBe(first);
      await expect(getSubmission(ledger, first)).resolves.toMatchObject({
        state: 'failed',
        fault: { code: 'apk-malformed', detail: 'the central directory overlaps' },
      });
    });

    it('gives one submission to twenty that submit the same at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, () => createSubmission(ledger, { files: [apk('at-once')], options })),
      );
      expect(new Set(all.map((each) => each.submission.id)).size).toBe(1);
      expect(all.filter((each) => each.created)).toHaveLength(1);
    });

    it('walks the stages to done, and refuses to leave a final state', async () => {
      const id = await submit('walk');
      for (const state of ['inspecting', 'examining', 'assessing'] as const) await setState(ledger, id, state);
      await setState(ledger, id, 'done', { verdict: 'inconsistent' });
      await expect(getSubmission(ledger, id)).resolves.toMatchObject({ state: 'done', verdict: 'inconsistent' });
      await expect(setState(ledger, id, 'failed')).rejects.toMatchObject({
        code: 'state-conflict',
        detail: `${id} is done and cannot become failed`,
      });
    });

    it.each([
      ['queued', 'done'],
      ['queued', 'examining'],
      ['queued', 'assessing'],
    ] as const)('refuses to go from %s straight to %s', async (_from, to) => {
      const id = await submit(`straight-${to}`);
      await expect(setState(ledger, id, to)).rejects.toMatchObject({ code: 'state-conflict' });
    });

    it('says which submission is unknown, with hostile characters made visible', async () => {
      await expect(getSubmission(ledger, 'x\u001b[2J')).rejects.toMatchObject({
        code: 'submission-unknown',
        detail: 'x\\u001b[2J',
      });
      await expect(setState(ledger, 'nobody', 'done')).rejects.toMatchObject({ code: 'submission-unknown' });
      await expect(getInspection(ledger, 'nobody')).resolves.toBeNull();
    });

    it('lists newest first, a page at a time, each submission once', async () => {
      const made: string[] = [];
      for (const file of ['p1', 'p2', 'p3', 'p4', 'p5']) made.push(await submit(file));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof listSubmissions>> = await listSubmissions(ledger, { cursor, most: 2 });
        expect(page.submissions.length).toBeLessThanOrEqual(2);
        seen.push(...page.submissions.map((each) => each.id));
        cursor = page.next;
      } while (cursor !== null);
      expect(seen.slice(0, 5)).toEqual(made.toReversed());
      expect(new Set(seen).size).toBe(seen.length);
      await expect(listSubmissions(ledger, { cursor: "1' or 1=1" })).rejects.toMatchObject({ code: 'usage' });
      const finished = await listSubmissions(ledger, { states: ['done'] });
      expect(finished.submissions.every((each) => each.state === 'done')).toBe(true);
    });

    it('lets only the holder of the newest token seal its run', async () => {
      const submission = await submit('fencing');
      const old = await openRun(ledger, { submission, token: 1 });
      const fresh = await openRun(ledger, { submission, token: 2 });
      const bundle = digest('bundle');
      await expect(sealRun(ledger, { run: old.id, token: 1, bundle, directory: 'a' })).rejects.toMatchObject({
        code: 'lease-lost',
      });
      await expect(sealRun(ledger, { run: fresh.id, token: 1, bundle, directory: 'a' })).rejects.toMatchObject({
        code: 'lease-lost',
      });
      await sealRun(ledger, { run: fresh.id, token: 2, bundle, directory: 'a' });
      expect((await listRuns(ledger, submission)).map((run) => run.state)).toEqual(['crashed', 'sealed']);
      await expect(sealRun(ledger, { run: fresh.id, token: 2, bundle, directory: 'b' })).rejects.toMatchObject({
        code: 'lease-lost',
      });
    });

    it('refuses a run under a token that is not newer than all before', async () => {
      const submission = await submit('stale-token');
      await openRun(ledger, { submission, token: 5 });
      for (const token of [5, 4]) {
        await expect(openRun(ledger, { submission, token })).rejects.toMatchObject({ code: 'lease-lost' });
      }
      await expect(openRun(ledger, { submission: 'nobody', token: 1 })).rejects.toMatchObject({
        code: 'submission-unknown',
      });
    });

    it('gives one of two that open a run with the same token at once the run, and the other a lost lease', async () => {
      const submission = await submit('race');
      const both = await Promise.allSettled([1, 2].map(() => openRun(ledger, { submission, token: 1 })));
      expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await listRuns(ledger, submission)).toHaveLength(1);
    });

    it('keeps every report of a submission, newest first, and changes none', async () => {
      const submission = await submit('reports');
      const run = await openRun(ledger, { submission, token: 1 });
      const report = {
        submission,
        run: run.id,
        bundle: digest('bundle'),
        profileDigest: digest('profiles'),
        verdict: 'inconclusive',
        sentence: 'Too few beats.',
        reportJson: 'reports/a.json',
        reportHtml: 'reports/a.html',
      } as const;
      await expect(addReport(ledger, report)).rejects.toMatchObject({ code: 'lease-lost' });
      await sealRun(ledger, { run: run.id, token: 1, bundle: report.bundle, directory: 'runs/a' });
      const first = await addReport(ledger, report);
      const second = await addReport(ledger, { ...report, verdict: 'consistent', profileDigest: digest('newer') });
      expect(await listReports(ledger, submission)).toEqual([second, first]);
      await expect(ledger.db.deleteFrom('reports').execute()).rejects.toThrow('never changed or deleted');
    });

    it('writes down who did what, and refuses to change the log', async () => {
      const submission = await submit('custody');
      const run = await openRun(ledger, { submission, token: 1 });
      await failRun(ledger, { run: run.id, token: 1, fault: new Fault('install-failed', 'INSTALL_FAILED_OLDER_SDK') });
      await appendCustody(ledger, { who: 'reviewer', what: 'exported', submission });
      const log = await listCustody(ledger, submission);
      expect(log.map((entry) => entry.what)).toEqual([
        'submitted 1 file(s)',
        'run opened with token 1',
        'run failed: install-failed',
        'exported',
      ]);
      const me = `${hostname()}/${process.pid}`;
      expect(log.map((entry) => entry.who)).toEqual([me, me, me, 'reviewer']);
      await expect(ledger.db.deleteFrom('custody').execute()).rejects.toThrow('never changed or deleted');
      await expect(ledger.db.deleteFrom('submissions').execute()).rejects.toThrow('never changed or deleted');
    });

    it('marks the run and submission of a dead process as crashed, and leaves those of a living one', async () => {
      const [dead, living] = [await submit('dead'), await submit('living')];
      const run = await openRun(ledger, { submission: dead, token: 1 });
      await openRun(ledger, { submission: living, token: 1 });
      await setState(ledger, dead, 'inspecting');
      // A process id that is ours but a start that is not: the number was given out again.
      const holder = JSON.stringify({ pid: process.pid, startedAt: 'another-boot/1' });
      await place.database.pool.query('update sleeptalk.runs set holder = $1 where id = $2', [holder, run.id]);
      expect((await markCrashed(ledger)).map((each) => each.id)).toEqual([run.id]);
      expect((await getSubmission(ledger, dead)).state).toBe('crashed');
      expect((await getSubmission(ledger, living)).state).toBe('queued');
      await setState(ledger, dead, 'examining');
      await expect(openRun(ledger, { submission: dead, token: 2 })).resolves.toMatchObject({ state: 'open' });
    });

    it('turns a broken query into a fault that names the ledger', async () => {
      await expect(
        ledger.db
          .selectFrom('nowhere' as 'files')
          .selectAll()
          .execute(),
      ).rejects.toMatchObject({
        code: 'ledger-failed',
      });
    });
  });
}
