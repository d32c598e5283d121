import { Kysely, Migrator, PostgresDialect, type Migration, type PostgresPool } from 'kysely';
import { describe, expect, it } from 'vitest';
import { eventsAfter, followEvents } from '../../orchestrator/store/events.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import * as first from '../../orchestrator/store/migrations/0001-ledger.ts';
import * as service from '../../orchestrator/store/migrations/0002-service.ts';
import * as records from '../../orchestrator/store/migrations/0003-records.ts';
import * as fencing from '../../orchestrator/store/migrations/0004-fencing.ts';
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
      await migrate(pool, { '0001-ledger': first });
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

    it('knows what waits for review among what was reviewed before it kept that', async () => {
      await using place = await open();
      const { pool } = place.database;
      const before = {
        '0001-ledger': first,
        '0002-service': service,
        '0003-records': records,
        '0004-fencing': fencing,
      };
      await migrate(pool, before);
      await pool.query(`insert into sleeptalk.people (id, name, role) values ('usr-a', 'Ada', 'reviewer')`);
      /** Each with the effects of its reviews, of one report after the other. */
      const reviewed = {
        'sub-bare': [],
        'sub-fresh': [[]],
        'sub-asked': [['noted']],
        'sub-half': [['waits-for-second', 'noted']],
        'sub-yes': [['waits-for-second', 'approved', 'noted']],
        'sub-no': [['approved', 'rejected']],
        'sub-again': [['approved'], []],
      } as const;
      for (const [id, reports] of Object.entries(reviewed)) {
        await pool.query(
          `insert into sleeptalk.submissions (id, digest, options, state)
           values ($1, $2, '{"function":null,"device":"simulated","minutes":60}', 'done')`,
          [id, digest(id)],
        );
        await pool.query(`insert into sleeptalk.files values ($1, 5)`, [digest(`file of ${id}`)]);
        const file = [id, digest(`file of ${id}`)];
        await pool.query(`insert into sleeptalk.submission_files values ($1, 0, $2, 'old.apk')`, file);
        for (const [index, effects] of reports.entries()) {
          await pool.query(
            `insert into sleeptalk.reports (id, submission, verdict, sentence, report_json, report_html)
             values ($1, $2, 'inconsistent', 'So it is.', '', '')`,
            [`${id}-${index}`, id],
          );
          for (const [number, effect] of effects.entries()) {
            await pool.query(
              `insert into sleeptalk.reviews
                 (id, report, submission, person, person_name, at, decision, reason, override, effect)
               values ($1, $2, $3, 'usr-a', 'Ada', now(), 'ask', 'x', false, $4)`,
              [`${id}-${index}-${number}`, `${id}-${index}`, id, effect],
            );
          }
        }
      }
      await using ledger = await openLedger({ database: place.database, signal });
      const { items } = await listSubmissionViews(ledger, { viewer: null });
      expect(Object.fromEntries(items.map(({ id, review }) => [id, review?.state]))).toEqual({
        'sub-bare': undefined,
        'sub-fresh': 'undecided',
        'sub-asked': 'undecided',
        'sub-half': 'waits-for-second',
        'sub-yes': 'approved',
        'sub-no': 'rejected',
        'sub-again': 'undecided',
      });
      const waiting = await listSubmissionViews(ledger, { viewer: null, review: 'waiting', order: 'oldest' });
      expect(waiting.items.map(({ id }) => id)).toEqual(['sub-fresh', 'sub-asked', 'sub-half', 'sub-again']);
    });
  });
}

async function migrate(
  pool: { connect: () => Promise<unknown> },
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: unended(pool) }) });
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error } = await new Migrator({ db, migrationTableSchema: 'sleeptalk', provider }).migrateToLatest();
  expect(error).toBeUndefined();
}

/** The pool as Kysely takes it, which must not end it. */
function unended(pool: { connect: () => Promise<unknown> }): PostgresPool {
  return { connect: () => pool.connect(), end: () => Promise.resolve() } as unknown as PostgresPool;
}
