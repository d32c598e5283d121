import { Fault } from '../contract/fault.ts';
import type { Submission } from '../contract/job.ts';
import type { Actor } from '../contract/person.ts';
import type { Service } from '../service.ts';
import { appendAudits } from '../store/audit.ts';
import { inTransaction } from '../store/custody.ts';
import type { LedgerLike } from '../store/ledger.ts';
import { isOutage } from '../store/outage.ts';
import { createSubmissions, type NewSubmission } from '../store/submissions.ts';
import { together } from '../store/together.ts';
import { entryOf } from './noted.ts';

type Recording = Pick<Service, 'ledger' | 'now'>;
type Wanted = NewSubmission & { readonly actor: Actor };
interface Waiting {
  readonly service: Recording;
  readonly wanted: Wanted;
}
type Outcome = { readonly made: Submission | null } | { readonly error: unknown };

/** So many rows are written in a few milliseconds. */
const MOST_TOGETHER = 100;

const BATCHES = new WeakMap<LedgerLike['db'], (waiting: Waiting) => Promise<Outcome>>();

/**
 * Records a submission that is new, and who submitted it in the audit log, both or neither. Those that come while others
 * are being written are written together, in one transaction: fifty at once wait for two commits, not for fifty.
 * @returns null where one of the same files and options is there: nothing is written then
 */
export async function recordNew(service: Recording, wanted: Wanted): Promise<Submission | null> {
  const { db } = service.ledger;
  let record = BATCHES.get(db);
  if (record === undefined) {
    record = together(recordEach, MOST_TOGETHER);
    BATCHES.set(db, record);
  }
  const outcome = await record({ service, wanted });
  if ('error' in outcome) throw outcome.error;
  return outcome.made;
}

/** One that cannot be written fails alone: the others are tried once more without it, unless nothing can be written now. */
async function recordEach(all: readonly Waiting[]): Promise<Outcome[]> {
  try {
    return (await recordAll(all)).map((made) => ({ made }));
  } catch (error) {
    if (all.length === 1 || isAway(error)) return all.map(() => ({ error }));
    const outcomes: Outcome[] = [];
    for (const one of all) outcomes.push(...(await recordEach([one])));
    return outcomes;
  }
}

async function recordAll(all: readonly Waiting[]): Promise<(Submission | null)[]> {
  const [first] = all;
  if (first === undefined) return [];
  return await inTransaction(first.service.ledger, async (inside) => {
    const made = await createSubmissions(
      inside,
      all.map(({ wanted }) => wanted),
    );
    const entries = all.flatMap(({ service, wanted }, index) => {
      const submission = made[index] ?? null;
      if (submission === null) return [];
      const detail = { files: wanted.files.map((file) => file.sha256) };
      return [entryOf(service, wanted.actor, { act: 'submitted', subject: submission.id, detail })];
    });
    await appendAudits(inside, entries);
    return made;
  });
}

function isAway(error: unknown): boolean {
  return isOutage(error instanceof Fault ? error.cause : error);
}
