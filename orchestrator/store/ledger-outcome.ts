import { sql } from 'kysely';
import { Fault } from '../contract/fault.ts';
import { FAULTS, type FaultCode } from '../contract/faults.ts';
import type { Stage, Submission } from '../contract/job.ts';
import { classOf } from './device-class.ts';
import type { Ledger } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { listReports } from './reports.ts';
import { getSubmission, UNFINISHED } from './submissions.ts';

type LedgerLike = Pick<Ledger, 'db'>;

/** Where a submission stands by the ledger, for one that the queue has forgotten. */
export async function ledgerOutcome(ledger: LedgerLike, id: string): Promise<Outcome> {
  const { state, fault } = await getSubmission(ledger, id).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'submission-unknown') return { state: null, fault: null };
    throw error;
  });
  if (state === null) return { state: 'unknown' };
  if (state === 'failed' || state === 'cancelled' || state === 'crashed') {
    return { state: 'failed', stage: 'assess', fault: faultOf(state, fault) };
  }
  if (state !== 'done') return { state: 'waiting', stage: STAGE_OF[state] };
  const [report] = await listReports(ledger, id);
  if (report === undefined) return { state: 'unknown' };
  const { verdict, sentence, reportJson, reportHtml } = report;
  return { state: 'done', result: { verdict, sentence, reportJson, reportHtml } };
}

/** The classes of devices that unfinished submissions ask for. */
export async function unfinishedClasses(ledger: LedgerLike): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('submissions')
    .select(sql<string>`options ->> 'device'`.as('device'))
    .distinct()
    .where('state', 'in', [...UNFINISHED])
    .execute();
  return [...new Set(rows.map((row) => classOf(row.device)))];
}

const STAGE_OF = {
  queued: 'inspect',
  inspecting: 'inspect',
  examining: 'examine',
  assessing: 'assess',
} as const satisfies Partial<Record<Submission['state'], Stage>>;

function faultOf(state: 'failed' | 'cancelled' | 'crashed', fault: Submission['fault']): Fault {
  if (fault !== null && Object.hasOwn(FAULTS, fault.code)) return new Fault(fault.code as FaultCode, fault.detail);
  if (state === 'cancelled') return new Fault('cancelled', 'as was asked');
  return new Fault('worker-lost', `the ledger has it as ${state}`);
}
