import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SubmissionEvent } from '../../orchestrator/contract/event.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { SubmissionOptions, type Submission } from '../../orchestrator/contract/job.ts';
import { archiveBundle, fetchBundle } from '../../orchestrator/store/archive.ts';
import { listArtefacts, recordArtefacts, type NewArtefact } from '../../orchestrator/store/artefacts.ts';
import { listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { openBundle } from '../../orchestrator/store/bundles.ts';
import { openDiskFiles, type DiskFiles } from '../../orchestrator/store/disk-files.ts';
import { removeExpiredFolders } from '../../orchestrator/store/evidence-folders.ts';
import { appendEvents, eventsAfter } from '../../orchestrator/store/events.ts';
import type { KeepDays } from '../../orchestrator/store/expired.ts';
import type { FileStore } from '../../orchestrator/store/files.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { applyRetention, planRetention } from '../../orchestrator/store/retention.ts';
import { openRun, sealRun } from '../../orchestrator/store/runs.ts';
import { createSubmission } from '../../orchestrator/store/submissions.ts';
import { PLACES, scratch, type Place } from './places.ts';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;
const NEVER: KeepDays = { sample: 0, evidence: 0, screen: 0, report: 0, event: 0 };

for (const { name, open, missing } of PLACES.slice(0, 2)) {
  describe.skipIf(missing !== null)(`retention on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
    let place: Place;
    let folder: Awaited<ReturnType<typeof scratch>>;
    let ledger: Ledger;
    let files: DiskFiles;
    /** Tests share a ledger; each lives in its own century, at whose beginning what others left is removed. */
    let century = 0;
    let now: Date;

    beforeAll(async () => {
      place = await open();
      ledger = await openLedger({ database: place.database, signal });
      folder = await scratch();
      files = await openDiskFiles(folder.directory);
    });
    afterAll(async () => {
      await ledger[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      century += 1;
      now = new Date(Date.now() + century * 36_500 * DAY_MS);
      await apply({ sample: 1, evidence: 1, screen: 1, report: 1, event: 1 });
    });

    const apply = (keep: Partial<KeepDays>, store: FileStore = files) =>
      applyRetention(ledger, store, { ...NEVER, ...keep }, { now, who: 'usr-admin', signal });
    const plan = (keep: Partial<KeepDays>) => planRetention(ledger, { ...NEVER, ...keep }, now);
    const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
    const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

    async function store(text: string): Promise<{ sha256: string; sizeBytes: number }> {
      return files.add(Readable.from([Buffer.from(text)]), { limitBytes: 1000, signal });
    }

    /** A submission of a file of its own, `days` old. */
    async function submitted(text: string, days: number, state: Submission['state'] = 'done'): Promise<string> {
      const file = await store(text);
      const { submission } = await createSubmission(ledger, {
        files: [{ ...file, fileName: `${text}.apk` }],
        options: SubmissionOptions.parse({}),
        again: true,
      });
      await ledger.db
        .updateTable('submissions')
        .set({ state, created_at: daysAgo(days) })
        .where('id', '=', submission.id)
        .execute();
      return submission.id;
    }

    async function used(text: string, kind: NewArtefact['class'], submission: string, days: number): Promise<string> {
      const { sha256, sizeBytes } = await store(text);
      await ledger.db
        .insertInto('artefacts')
        .values({
          sha256,
          class: kind,
          submission,
          run: null,
          name: text,
          size_bytes: sizeBytes,
          created_at: daysAgo(days),
        })
        .execute();
      return sha256;
    }

    async function approve(submission: string, until: string | null): Promise<string> {
      const report = await addReport(ledger, {
        submission,
        run: null,
        bundle: null,
        profileDigest: null,
        verdict: 'consistent',
        sentence: 'Quiet.',
        reportJson: 'x',
        reportHtml: 'x',
        jsonSha256: sha256Of(`${submission} report`),
        engineVersion: '1',
        hosts: [],
      });
      const id = `alw-${century}-${submission}`;
      await ledger.db
        .insertInto('allowances')
        .values({
          id,
          package: `org.example.p${century}`,
          label: null,
          signers: ['a'.repeat(64)],
          version_code: 1,
          version_name: null,
          sha256: 'b'.repeat(64),
          function: 'tool',
          report: report.id,
          verdict: 'consistent',
          override: false,
          approved_by: JSON.stringify([{ person: 'usr-1', name: 'Ada' }]),
          reason: 'fine',
          since: daysAgo(50),
          until,
          baseline: '{}',
          search_text: '',
        })
        .execute();
      return id;
    }

    it('says in a dry run what would go and how many bytes, and removes nothing', async () => {
      const old = await submitted('dry run old', 40);
      const young = await submitted('dry run young', 20);
      const evidence = await used('evidence!', 'evidence', old, 40);
      const planned = await plan({ sample: 30 });
      expect(planned.uses.map(({ submission, name, class: kind }) => [submission, name, kind])).toEqual([
        [old, 'dry run old.apk', 'sample'],
      ]);
      // 'dry run old' has 11 bytes
      expect(planned).toMatchObject({ files: [{ sha256: sha256Of('dry run old'), sizeBytes: 11 }], bytes: 11 });
      expect((await plan({ sample: 30, evidence: 30 })).bytes).toBe(20);
      expect((await plan({})).uses).toEqual([]);
      expect(await files.has(sha256Of('dry run old'))).toBe(true);
      expect(await files.has(evidence)).toBe(true);
      expect((await listArtefacts(ledger, young)).map(({ removedAt }) => removedAt)).toEqual([null]);
    });

    it('removes what a plan named, proves it by absence, and puts it on record once', async () => {
      const old = await submitted('applied', 40);
      const planned = await plan({ sample: 30 });
      const before = await listAudit(ledger);
      const proof = await apply({ sample: 30 });
      expect(proof.files.map(({ sha256, sizeBytes }) => ({ sha256, sizeBytes }))).toEqual(planned.files);
      expect(proof).toMatchObject({ bytes: planned.bytes, uses: planned.uses.length, inUse: [] });
      await expect(stat(files.path(sha256Of('applied')))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(files.open(sha256Of('applied'), signal)).rejects.toMatchObject({ code: 'artefact-removed' });
      await expect(files.local(sha256Of('applied'), signal)).rejects.toMatchObject({ code: 'artefact-removed' });
      const [entry, previous] = (await listAudit(ledger)).items;
      expect(previous?.seq ?? 0).toBe(before.items[0]?.seq ?? 0);
      expect(entry).toMatchObject({ who: 'usr-admin', act: 'removed-by-retention', at: now.toISOString() });
      expect(entry?.detail['files']).toContainEqual({
        sha256: sha256Of('applied'),
        sizeBytes: 7,
        absentAt: expect.stringMatching(/^20\d\d-/) as string,
      });
      await verifyAudit(ledger, { signal });
      expect(await listArtefacts(ledger, old)).toMatchObject([{ name: 'applied.apk', removedAt: now.toISOString() }]);
      expect(await apply({ sample: 30 })).toMatchObject({ uses: 0, files: [], bytes: 0 });
      expect((await listAudit(ledger)).items[0]?.seq).toBe(entry?.seq);
    });

    it('keeps a file as long as one use of it is left', async () => {
      const first = await submitted('shared', 40);
      const second = await submitted('shared', 10);
      expect(await plan({ sample: 30 })).toMatchObject({ bytes: 0, files: [], uses: [{ submission: first }] });
      expect(await apply({ sample: 30 })).toMatchObject({ uses: 1, files: [] });
      expect(await files.has(sha256Of('shared'))).toBe(true);
      now = new Date(now.getTime() + 25 * DAY_MS);
      expect((await apply({ sample: 30 })).files).toMatchObject([{ sha256: sha256Of('shared') }]);
      expect((await listArtefacts(ledger, second)).map(({ removedAt }) => removedAt)).toEqual([now.toISOString()]);
    });

    it('keeps a picture whose bytes are evidence too', async () => {
      const id = await submitted('pictured', 40);
      const sha256 = await used('picture', 'screen', id, 40);
      await used('picture', 'evidence', id, 40);
      expect(await apply({ screen: 30 })).toMatchObject({ uses: 1, files: [] });
      expect(await files.has(sha256)).toBe(true);
    });

    it.each(['queued', 'inspecting', 'examining', 'assessing'] as const)(
      'keeps the sample of a submission that is %s, however old',
      async (state) => {
        const id = await submitted(`unfinished ${state}`, 4000, state);
        expect((await plan({ sample: 1 })).uses.filter(({ submission }) => submission === id)).toEqual([]);
        await apply({ sample: 1 });
        expect(await files.has(sha256Of(`unfinished ${state}`))).toBe(true);
      },
    );

    it('keeps what an approval in force rests on, until it ends', async () => {
      const id = await submitted('approved', 100);
      const evidence = await used('its evidence', 'evidence', id, 100);
      const report = await used('its report', 'report', id, 100);
      const screen = await used('its screen', 'screen', id, 100);
      const allowance = await approve(id, now.toISOString().slice(0, 10));
      const keep = { sample: 30, evidence: 30, screen: 30, report: 30 };
      expect((await apply(keep)).files.map(({ sha256 }) => sha256)).toEqual([screen]);
      await ledger.db
        .updateTable('allowances')
        .set({ ended_at: now, ended_by: 'usr-1', ended_reason: 'gone' })
        .where('id', '=', allowance)
        .execute();
      const gone = (await apply(keep)).files.map(({ sha256 }) => sha256);
      expect(gone.sort()).toEqual([sha256Of('approved'), evidence, report].sort());
    });

    it('takes an approval for over on the day after its last', async () => {
      const id = await submitted('lapsed', 100);
      await approve(id, daysAgo(1).toISOString().slice(0, 10));
      expect((await apply({ sample: 30 })).files).toMatchObject([{ sha256: sha256Of('lapsed') }]);
    });

    it('leaves a file that somebody stores again meanwhile, and a use recorded again is a use', async () => {
      const id = await submitted('stored again', 40);
      const real = {
        ...files,
        remove: async (sha256: string) => files.remove(sha256, { unlessUsedSince: new Date(0) }),
      };
      expect(await apply({ sample: 30 }, real)).toMatchObject({
        uses: 1,
        files: [],
        inUse: [sha256Of('stored again')],
      });
      expect(await files.has(sha256Of('stored again'))).toBe(true);
      const [sample] = await listArtefacts(ledger, id);
      if (sample === undefined) throw new Error('no sample is on record');
      const { createdAt: _createdAt, removedAt: _removedAt, ...use } = sample;
      await recordArtefacts(ledger, [use, use]);
      expect(await listArtefacts(ledger, id)).toMatchObject([{ removedAt: null }]);
      await apply({});
      expect(await files.has(sha256Of('stored again'))).toBe(true);
    });

    it('finishes the next time what the store failed to remove, and records what it did remove', async () => {
      await submitted('first to go', 40);
      await submitted('second to go', 40);
      const [first, second] = [sha256Of('first to go'), sha256Of('second to go')].sort();
      const failing: FileStore = {
        ...files,
        remove: (sha256, options) =>
          sha256 === second ? Promise.reject(new Fault('store-failed', 'away')) : files.remove(sha256, options),
      };
      await expect(apply({ sample: 30 }, failing)).rejects.toMatchObject({ code: 'store-failed', detail: 'away' });
      expect((await listAudit(ledger)).items[0]?.detail['files']).toMatchObject([{ sha256: first }]);
      expect((await plan({ sample: 30 })).files).toMatchObject([{ sha256: second }]);
      expect((await apply({ sample: 30 })).files).toMatchObject([{ sha256: second }]);
      expect(await apply({ sample: 30 })).toMatchObject({ files: [] });
    });

    it('believes no store that says a file is removed while it is there', async () => {
      await submitted('clinging', 40);
      const lying: FileStore = { ...files, remove: () => Promise.resolve('removed') };
      await expect(apply({ sample: 30 }, lying)).rejects.toMatchObject({
        code: 'store-failed',
        detail: `${sha256Of('clinging')} was removed and is still there`,
      });
      await rm(files.path(sha256Of('clinging')));
      await apply({ sample: 30 });
    });

    it('removes the copy of a bundle on the machine that sealed it, once its evidence is gone, and no other', async () => {
      const root = path.join(folder.directory, 'evidence');
      const id = await submitted('with a bundle', 40);
      const run = await openRun(ledger, { submission: id, token: 1 });
      await using bundle = await openBundle({ root, run: run.id });
      await writeFile(bundle.path('capture.ndjson'), '{"type":"end","atMs":1}\n');
      const fields = { sample: [], package: 'p', seed: 1, device: {}, tools: {}, custody: [] };
      const sealed = await bundle.seal(fields);
      await sealRun(ledger, { run: run.id, token: 1, bundle: sealed.digest, directory: sealed.directory });
      await mkdir(path.join(root, 'run-of-another-ledger'));
      await ledger.db
        .insertInto('artefacts')
        .values(
          (await archiveBundle(files, sealed, signal)).map(({ sha256, name, sizeBytes }) => ({
            ...{ sha256, class: 'evidence' as const, submission: id, run: run.id, name },
            ...{ size_bytes: sizeBytes, created_at: daysAgo(40) },
          })),
        )
        .execute();
      expect(await removeExpiredFolders(ledger, root)).toEqual([]);
      expect((await apply({ evidence: 30 })).files).toHaveLength(2);
      expect(await removeExpiredFolders(ledger, root)).toEqual([run.id]);
      expect(await readdir(root)).toEqual(['run-of-another-ledger']);
      expect(await removeExpiredFolders(ledger, root)).toEqual([]);
      expect(await removeExpiredFolders(ledger, path.join(root, 'nowhere'))).toEqual([]);
      await expect(fetchBundle(files, sealed.digest, path.join(root, 'again'), signal)).rejects.toMatchObject({
        code: 'artefact-removed',
      });
    });

    it('removes progress of ended submissions, and keeps what became of them', async () => {
      const id = await submitted('with events', 40);
      const running = await submitted('running', 40, 'examining');
      const progress = SubmissionEvent.parse({ type: 'progress', progress: { stage: 'inspect', step: 'reading' } });
      const state = { type: 'state', state: 'done', verdict: 'consistent', fault: null } as const;
      for (const submission of [id, running])
        await appendEvents(ledger, submission, [progress, progress, state], daysAgo(40));
      await appendEvents(ledger, id, [progress], daysAgo(20));
      expect((await plan({ event: 30 })).events).toBe(2);
      expect((await apply({ event: 30 })).events).toBe(2);
      const left = async (submission: string) =>
        (await eventsAfter(ledger, submission, null, 10))
          .map(({ event }) => event.type)
          .filter((type) => type !== 'report');
      expect((await left(id)).slice(-2)).toEqual(['state', 'progress']);
      expect((await left(running)).slice(-3)).toEqual(['progress', 'progress', 'state']);
    });
  });
}
