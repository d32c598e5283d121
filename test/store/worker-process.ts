import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import { openQueue } from '../../orchestrator/store/queue.ts';
import { openRun } from '../../orchestrator/store/runs.ts';
import { examined, recording } from './results.ts';

/**
 * A worker that never ends what it examines, so that a test can kill it in the middle: opens a run, says its id, hangs.
 * Arguments: directory of the embedded ledger, or `-`; URL of PostgreSQL, or `-`; URL of Redis, or `-`.
 */
const [directory = '-', url = '-', redisUrl = '-'] = process.argv.slice(2);
const signal = new AbortController().signal;
const database = await openDatabase({
  ...(directory === '-' ? {} : { directory }),
  ...(url === '-' ? {} : { url }),
  signal,
});
const ledger = await openLedger({ database, signal });
const queue = await openQueue({ database, redisUrl: redisUrl === '-' ? undefined : redisUrl, signal });
const processors = recording(ledger, async (job, { token }) => {
  const run = await openRun(ledger, { submission: job.submission, token });
  process.stdout.write(`${run.id}\n`);
  await delay(600_000);
  return examined;
});
await queue.work(processors, { classes: { simulated: 1 }, lockMs: 1_000, stalledCheckMs: 500 });
