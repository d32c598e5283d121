/**
 * A worker of the API's tests in a process of its own. Arguments: URL of PostgreSQL, URL of Redis or `-`, name of the
 * queue, directory of the store of files. Says `ready`, then `began ID` and `let-go ID` of sessions that it holds: those
 * whose note is {@link HELD}, which last until they are aborted. Ends with its standard input.
 */
import { pino } from 'pino';
import { readConfig } from '../../orchestrator/config.ts';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openFileStore } from '../../orchestrator/store/files.ts';
import { openLedger } from '../../orchestrator/store/ledger.ts';
import { openQueue } from '../../orchestrator/store/queue.ts';
import { getSubmission } from '../../orchestrator/store/submissions.ts';
import { baselineOf } from '../../workers/judge/baseline.ts';
import { compareRuns } from '../../workers/judge/compare-runs.ts';
import { fakeProcessors } from './fake-worker.ts';
import { HELD } from './worker-processes.ts';

const [url = '', redisUrl = '-', name = '', directory = ''] = process.argv.slice(2);
const stopping = new AbortController();
const { signal } = stopping;
process.stdin.resume().on('end', () => stopping.abort());
const config = readConfig({});
await using database = await openDatabase({ url, signal });
await using ledger = await openLedger({ database, signal });
await using queue = await openQueue({
  database,
  ledger,
  redisUrl: redisUrl === '-' ? undefined : redisUrl,
  signal,
  name,
  backoffMs: 50,
});
const say = (words: string): void => void process.stdout.write(`${words}\n`);
const processors = fakeProcessors(
  {
    config,
    ledger,
    queue,
    files: await openFileStore(config, { directory, signal }),
    judge: { baselineOf, compareRuns, functions: [], profileDigest: 'ab'.repeat(32) },
    engineVersion: '0.0.0-test',
    log: pino({ level: 'silent' }),
    now: () => new Date(),
  },
  {
    async examining(submission, context) {
      say(`examining ${submission}`);
      if ((await getSubmission(ledger, submission)).options.note !== HELD) return;
      await new Promise<void>((_resolve, reject) => {
        const end = (): void => {
          say(`let-go ${submission}`);
          reject(context.signal.reason as Error);
        };
        if (context.signal.aborted) end();
        else context.signal.addEventListener('abort', end, { once: true });
        say(`began ${submission}`);
      });
    },
  },
);
await using _workers = await queue.work(processors, {
  stages: ['inspect', 'examine', 'assess'],
  classes: { simulated: 2 },
});
say('ready');
await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
