import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import { describe, expect, it } from 'vitest';
import { eventsAfter, followEvents } from '../../orchestrator/store/events.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import * as first from '../../orchestrator/store/migrations/0001-ledger.ts';
import { listSubmissionViews, viewSubmission } from '../../orchestrator/store/submission-views.ts';
import { getInspection } from '../../orchestrator/store/submissions.ts';
import { digest } from './each-ledger.ts';
import { PLACES } from './places.ts';
import { inspected } from './results.ts';

const { signal } = new AbortController();

for (const { name, open, missing } of PLACES.filter((place) => place.name !== 'Redis')) {
  describe.skipIf(missing !== null)(`a ledger of before the service on ${name}`, () => {
    it('keeps what it holds, and can be searched for it', async () => {
      await using place = await open();
      const { pool } = place.database;
      const db = new Kysely({ dialect: new PostgresDialect({ pool: unended(pool) }) });
      const provider = { getMigrations: () => Promise.resolve({ '0001-ledger': first }) };
      const { error } = await new Migrator({ db, migrationTableSchema: 'sleeptalk', provider }).migrateToLatest();
      expect(error).toBeUndefined();
      const facts = {
        ...inspected.inspection.facts,
        label: 'Old Torch',
        certificates: [{ sha256: digest('old'), subject: 'CN=old', scheme: 'v2', verified: true }],
      };
      const inspection = { ...inspected.inspection, facts };
      const options = JSON.stringify({ function: null, device: 'simulated', minutes: 60 });
      for (const [id, state, found] of [
        ['sub-old', 'done', JSON.stringify(inspection)],
        ['sub-bare', 'queued', null],
      ]) {
        await pool.query(
          `insert into sleeptalk.submissions (id, digest, options, inspection, state) values ($1, $2, $3, $4, $5)`,
          [id, digest(id ?? ''), options, found, state],
        );
        await pool.query(`insert into sleeptalk.files values ($1, 5)`, [digest(`file of ${id}`)]);
        await pool.query(`insert into sleeptalk.submission_files values ($1, 0, $2, 'old.apk')`, [
          id,
          digest(`file of ${id}`),
        ]);
      }

      await using ledger = await openLedger({ database: place.database, signal });
      const view = await viewSubmission(ledger, 'sub-old', null);
      expect(view).toMatchObject({
        package: 'org.example.torch',
        label: 'Old Torch',
        versionCode: 1,
        versionName: '1.0',
        function: 'torch',
        urgency: 'normal',
        submittedBy: null,
      });
      expect(await viewSubmission(ledger, 'sub-bare', null)).toMatchObject({ package: null, label: null });
      expect(await getInspection(ledger, 'sub-old')).toEqual(inspection);
      for (const search of [{ text: 'old torch' }, { certificate: digest('old') }, { package: 'org.example' }]) {
        expect((await listSubmissionViews(ledger, { viewer: null, ...search })).items).toEqual([view]);
      }
      expect(await eventsAfter(ledger, 'sub-old', null, 10)).toEqual([]);
      const seen: string[] = [];
      for await (const event of followEvents(ledger, { submission: 'sub-old', after: null, signal }))
        seen.push(event.id);
      expect(seen).toEqual([]);
    });
  });
}

/** The pool as Kysely takes it, which must not end it. */
function unended(pool: { connect: () => Promise<unknown> }): PostgresPool {
  return { connect: () => pool.connect(), end: () => Promise.resolve() } as unknown as PostgresPool;
}
