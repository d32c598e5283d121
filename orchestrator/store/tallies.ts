import { sql } from 'kysely';
import type { Ledger } from './ledger.ts';

type LedgerLike = Pick<Ledger, 'db'>;

/** How submissions ended: reports by verdict, submissions by the code of the fault that ended them. */
export async function countEnds(
  ledger: LedgerLike,
): Promise<{ verdicts: Record<string, number>; faults: Record<string, number> }> {
  const count = sql<string>`count(*)`.as('count');
  const verdicts = await ledger.db.selectFrom('reports').select(['verdict', count]).groupBy('verdict').execute();
  const faults = await ledger.db
    .selectFrom('submissions')
    .select(['fault_code', count])
    .where('fault_code', 'is not', null)
    .groupBy('fault_code')
    .execute();
  return {
    verdicts: Object.fromEntries(verdicts.map((row) => [row.verdict, Number(row.count)])),
    faults: Object.fromEntries(faults.map((row) => [row.fault_code ?? '', Number(row.count)])),
  };
}

const STAGE_OF: Readonly<Record<string, string>> = {
  inspecting: 'inspect',
  examining: 'examine',
  assessing: 'assess',
};
const MOVES = [...Object.keys(STAGE_OF), 'queued', 'done', 'failed', 'cancelled', 'crashed'];
const LINES_AT_A_TIME = 5_000;

/**
 * The time each stage took, by the custody log, which grows and never changes: each line is read once in the life of the
 * process, and what a stage took is known when the submission moves on.
 */
export class StageTimes {
  #last = '0';
  readonly #begun = new Map<string, { stage: string; atMs: number }>();

  async advance(ledger: LedgerLike, took: (one: { stage: string; seconds: number }) => void): Promise<void> {
    for (;;) {
      const lines = await ledger.db
        .selectFrom('custody')
        .select(['id', 'submission', 'what', 'at'])
        .where('id', '>', this.#last)
        .where('submission', 'is not', null)
        .where(sql<string>`split_part(what, ':', 1)`, 'in', MOVES)
        .orderBy('id')
        .limit(LINES_AT_A_TIME)
        .execute();
      for (const { submission, what, at } of lines) this.#move(submission ?? '', what.split(':')[0] ?? '', at, took);
      this.#last = lines.at(-1)?.id ?? this.#last;
      if (lines.length < LINES_AT_A_TIME) return;
    }
  }

  #move(submission: string, state: string, at: Date, took: (one: { stage: string; seconds: number }) => void): void {
    const before = this.#begun.get(submission);
    if (before !== undefined) took({ stage: before.stage, seconds: (at.getTime() - before.atMs) / 1000 });
    const stage = STAGE_OF[state];
    if (stage === undefined) this.#begun.delete(submission);
    else this.#begun.set(submission, { stage, atMs: at.getTime() });
  }
}
