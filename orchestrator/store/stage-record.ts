import { sql } from 'kysely';
import { Fault, printable } from '../contract/fault.ts';
import type { Ledger } from './ledger.ts';
import { cancelled } from './outcome.ts';
import { getSubmission, recordFault, setState } from './submissions.ts';

type LedgerLike = Pick<Ledger, 'db'>;

/** What the ledger says and is told at the ends of a stage. */
export interface StageRecord {
  /** @returns the fencing token of this start. @throws Fault `cancelled` where the submission was, `submission-unknown` */
  readonly begin: (submission: string) => Promise<number>;
  /** Ends a submission whose stage failed for the last time; one that has ended stays as it is. */
  readonly fail: (submission: string, fault: Fault, again: boolean) => Promise<void>;
}

export function recordIn(ledger: LedgerLike): StageRecord {
  return {
    begin: (submission) => takeToken(ledger, submission),
    fail: (submission, fault, again) =>
      again ? endAgain(ledger, submission) : recordEnd(ledger, submission, fault).then(() => undefined),
  };
}

/**
 * The next fencing token: larger than all that were given out before, also where the queue has forgotten that it ever
 * started the job.
 * @throws Fault `cancelled` where the submission was cancelled, `submission-unknown`
 */
export async function takeToken(ledger: LedgerLike, submission: string): Promise<number> {
  const row = await ledger.db
    .selectFrom('submissions')
    .select(['state', sql<string>`nextval('sleeptalk.fencing_tokens')`.as('token')])
    .where('id', '=', submission)
    .executeTakeFirst();
  if (row === undefined) throw new Fault('submission-unknown', printable(submission));
  if (row.state === 'cancelled') throw cancelled();
  return Number(row.token);
}

/** @returns false where the submission had ended before */
export async function recordEnd(ledger: LedgerLike, submission: string, fault: Fault): Promise<boolean> {
  return unlessConflict(recordFault(ledger, submission, fault));
}

/** An assessment of old evidence that fails takes nothing back: the submission is as done as it was. */
async function endAgain(ledger: LedgerLike, submission: string): Promise<void> {
  if ((await getSubmission(ledger, submission)).state !== 'assessing') return;
  await unlessConflict(setState(ledger, submission, 'done'));
}

async function unlessConflict(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'state-conflict') return false;
    throw error;
  }
}
