import { createHash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../orchestrator/config.ts';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import { recordArtefacts } from '../../orchestrator/store/artefacts.ts';
import { listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import { openFileStore, type WalkableFiles } from '../../orchestrator/store/files.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { applyRetention } from '../../orchestrator/store/retention.ts';
import { createSubmission } from '../../orchestrator/store/submissions.ts';
import { planUnnamed, removeUnnamed } from '../../orchestrator/store/unnamed.ts';
import { onEachLedger } from './each-ledger.ts';
import { scratch } from './places.ts';
import { startS3, type S3Server } from './s3-server.ts';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;
const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
const inTwoDays = (): Date => new Date(Date.now() + 2 * DAY_MS);

onEachLedger('files that nothing names', (desk) => {
  describe.each(['on disk', 'in a bucket'] as const)('%s', (where) => {
    let place: Awaited<ReturnType<typeof scratch>>;
    let s3: S3Server | null = null;
    let files: WalkableFiles;

    beforeAll(async () => {
      place = await scratch();
      if (where === 'in a bucket') s3 = await startS3(path.join(place.directory, 's3'), 'sleeptalk-unnamed');
      const config = readConfig(s3?.environment ?? {});
      files = await openFileStore(config, { directory: path.join(place.directory, 'files'), signal });
    });
    afterAll(async () => {
      await s3?.[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    /** Texts are of this store alone, since the two share a ledger. */
    const of = (text: string): string => `${text} ${where}`;
    const store = (text: string) => files.add(Readable.from([Buffer.from(of(text))]), { limitBytes: 1000, signal });
    const plan = async (now: Date, from = files) =>
      (await planUnnamed(desk().ledger, from, { now, signal })).files.map(({ sha256 }) => sha256);
    const remove = (now: Date, from = files) => removeUnnamed(desk().ledger, from, { now, who: 'usr-admin', signal });
    const digestOf = (text: string): string => sha256Of(of(text));

    async function submitted(text: string): Promise<string> {
      const { sha256, sizeBytes } = await store(text);
      const { submission } = await createSubmission(desk().ledger, {
        files: [{ sha256, sizeBytes, fileName: 'app.apk' }],
        options: SubmissionOptions.parse({}),
      });
      return submission.id;
    }

    it('are those of uploads that were never recorded, a day after they were stored', async () => {
      const { ledger } = desk();
      const submission = await submitted('recorded');
      const { sha256, sizeBytes } = await store('evidence');
      const use = { sha256, sizeBytes, class: 'evidence', submission, run: null, name: 'capture.ndjson' } as const;
      await recordArtefacts(ledger, [use]);
      await store('report');
      await addReport(ledger, {
        ...{ submission, run: null, bundle: null, profileDigest: null, verdict: 'consistent', sentence: 'Quiet.' },
        ...{ reportJson: '', reportHtml: '', jsonSha256: digestOf('report') },
      });
      await store('stray');
      expect(await plan(new Date())).toEqual([]);
      expect(await plan(new Date(Date.now() + DAY_MS - 60_000))).toEqual([]);
      expect(await planUnnamed(ledger, files, { now: inTwoDays(), signal })).toEqual({
        files: [{ sha256: digestOf('stray'), sizeBytes: of('stray').length }],
        bytes: of('stray').length,
      });
      expect(await files.has(digestOf('stray'))).toBe(true);
    });

    it('are removed, looked for, found absent, and on record once', async () => {
      const { ledger } = desk();
      await submitted('kept');
      await store('taken');
      const planned = await plan(inTwoDays());
      expect(planned).toContain(digestOf('taken'));
      const proof = await remove(inTwoDays());
      expect(proof.files.map(({ sha256 }) => sha256)).toEqual(planned);
      for (const sha256 of planned) {
        await expect(files.open(sha256, signal)).rejects.toMatchObject({ code: 'artefact-removed' });
      }
      expect(await files.has(digestOf('kept'))).toBe(true);
      const [entry] = (await listAudit(ledger)).items;
      expect(entry).toMatchObject({ who: 'usr-admin', act: 'removed-by-retention' });
      expect(entry?.detail).toMatchObject({ class: 'unnamed', files: proof.files });
      await verifyAudit(ledger, { signal });
      expect(await remove(inTwoDays())).toEqual({ files: [], bytes: 0, inUse: [] });
      expect((await listAudit(ledger)).items[0]?.seq).toBe(entry?.seq);
    });

    it('stay where somebody names or stores them between the look and the removal', async () => {
      await store('named meanwhile');
      const naming: WalkableFiles = {
        ...files,
        usedAt: async (sha256) => {
          const at = await files.usedAt(sha256);
          if (sha256 === digestOf('named meanwhile')) await submitted('named meanwhile');
          return at;
        },
      };
      expect(await remove(inTwoDays(), naming)).toMatchObject({ files: [], inUse: [digestOf('named meanwhile')] });

      await store('stored meanwhile');
      const before = Date.now() + 1000; // S3 counts in seconds
      await expect.poll(() => Date.now(), { timeout: 5000 }).toBeGreaterThan(before + 1000);
      const storing: WalkableFiles = {
        ...files,
        remove: async (sha256, options) => {
          await store('stored meanwhile');
          return files.remove(sha256, options);
        },
      };
      const now = new Date(before + DAY_MS);
      expect(await remove(now, storing)).toMatchObject({ files: [], inUse: [digestOf('stored meanwhile')] });
      expect(await plan(now)).toEqual([]);
      await remove(inTwoDays());
    });

    it('are also what retention took away and somebody stored again without a word', async () => {
      const { ledger } = desk();
      await submitted('taken and back');
      const keep = { sample: 1, evidence: 0, screen: 0, report: 0, event: 0 };
      await ledger.db.updateTable('submissions').set({ state: 'done' }).where('state', '=', 'queued').execute();
      await applyRetention(ledger, files, keep, { now: inTwoDays(), who: 'usr-admin', signal });
      expect(await files.has(digestOf('taken and back'))).toBe(false);
      await store('taken and back');
      expect(await plan(inTwoDays())).toEqual([digestOf('taken and back')]);
      await remove(inTwoDays());
      expect(await files.has(digestOf('taken and back'))).toBe(false);
    });

    it('are none of those that lay there before the ledger began', async () => {
      await store('of another ledger');
      const older: WalkableFiles = {
        ...files,
        async *walk(stop) {
          for await (const file of files.walk(stop)) yield { ...file, storedAt: new Date('2020-01-01') };
        },
      };
      expect(await plan(inTwoDays(), older)).toEqual([]);
      expect(await plan(inTwoDays())).toEqual([digestOf('of another ledger')]);
      await remove(inTwoDays());
    });

    it('are found among more than a page of them', async () => {
      const many = Array.from({ length: 1100 }, (_, index) => ({ ...file(index), storedAt: new Date() }));
      const crowded: WalkableFiles = {
        ...files,
        async *walk() {
          yield* await Promise.resolve(many);
        },
        usedAt: () => Promise.resolve(new Date()),
      };
      const { sha256, sizeBytes } = many[1050]!;
      await createSubmission(desk().ledger, {
        files: [{ sha256, sizeBytes, fileName: 'app.apk' }],
        options: SubmissionOptions.parse({}),
      });
      const found = await plan(inTwoDays(), crowded);
      expect(found).toHaveLength(1099);
      expect(found).not.toContain(sha256);
    });
    const file = (index: number) => ({ sha256: sha256Of(`${of('many')} ${index}`), sizeBytes: 1 });
  });
});
