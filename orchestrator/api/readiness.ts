import { sql } from 'kysely';
import type { Service } from '../service.ts';

export type Part = 'ledger' | 'queue' | 'files';

/** How long a part may take to answer before it counts as away. */
const PATIENCE_MS = 2_000;

/** Whether each part that the service stands on answers now; `reason` is null where it does. */
export async function askParts(service: Service): Promise<Record<Part, { ready: boolean; reason: string | null }>> {
  const [ledger, queue, files] = await Promise.all([
    answers(() => sql`select 1`.execute(service.ledger.db)),
    answers(() => service.queue.ping()),
    // A digest that nothing has: the answer "no" is an answer.
    answers(() => service.files.size('0'.repeat(64))),
  ]);
  return { ledger, queue, files };
}

async function answers(ask: () => Promise<unknown>): Promise<{ ready: boolean; reason: string | null }> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    await Promise.race([ask(), patience]);
    return { ready: true, reason: null };
  } catch (error) {
    return { ready: false, reason: error instanceof Error && error.message.startsWith('no answer') ? 'slow' : 'away' };
  } finally {
    clearTimeout(timer);
  }
}
