import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { SubmissionOptions } from '../../orchestrator/contract/job.ts';
import type { Actor, Role } from '../../orchestrator/contract/person.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { createPerson } from '../../orchestrator/store/people.ts';
import { createSubmission } from '../../orchestrator/store/submissions.ts';
import { PLACES, type Place } from './places.ts';

/** What a test of the ledger stands on. */
export interface Desk {
  readonly ledger: Ledger;
  readonly database: Place['database'];
  /** SQL as the owner of the database could run it, past every function of the store. */
  readonly sql: (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
}

/** Runs the tests on the embedded database and on PostgreSQL; `desk` is there from `beforeAll` on. */
export function onEachLedger(what: string, tests: (desk: () => Desk) => void): void {
  for (const { name, open, missing } of PLACES.filter((place) => place.name !== 'Redis')) {
    describe.skipIf(missing !== null)(`${what} on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
      let place: Place;
      let ledger: Ledger;
      beforeAll(async () => {
        place = await open();
        ledger = await openLedger({ database: place.database, signal: new AbortController().signal });
      });
      afterAll(async () => {
        await ledger[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      });
      tests(() => ({
        ledger,
        database: place.database,
        sql: async (text, values) => (await place.database.pool.query(text, values)).rows,
      }));
    });
  }
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function actor(ledger: Ledger, name: string, role: Role = 'reviewer'): Promise<Actor> {
  const person = await createPerson(ledger, { name, role });
  return { person: person.id, name, role, via: 'token', credential: 'tok-test' };
}

export async function submitted(ledger: Ledger, file: string, by: Actor | null = null): Promise<string> {
  const files = [{ sha256: digest(file), fileName: `${file}.apk`, sizeBytes: file.length }];
  const { submission } = await createSubmission(ledger, { files, options: SubmissionOptions.parse({}), actor: by });
  return submission.id;
}
