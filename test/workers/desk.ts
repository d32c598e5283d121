import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { vi } from 'vitest';
import { SubmissionOptions, type Stage } from '../../orchestrator/contract/job.ts';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openFileStore, type FileStore } from '../../orchestrator/store/files.ts';
import { openLedger, type Ledger } from '../../orchestrator/store/ledger.ts';
import { Opened } from '../../orchestrator/store/opened.ts';
import { openQueue, type JobQueue } from '../../orchestrator/store/queue.ts';
import { createSubmission } from '../../orchestrator/store/submissions.ts';
import { readConfig } from '../../orchestrator/config.ts';
import type { examine } from '../../workers/examine.ts';
import type { Bench } from '../../workers/processors.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { ledgerTemplate } from '../../cli/ledger-template.ts';

/** Ledger, queue, files and evidence of a worker under test, all embedded and removed afterwards. */
export interface WorkerDesk extends AsyncDisposable {
  readonly directory: string;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly files: FileStore;
  readonly evidence: string;
  readonly bench: Omit<Bench, 'ledger' | 'deviceFor' | 'warn'>;
  /** Submits files as a service does; gives the submission's id. */
  submit(files: Readonly<Record<string, Buffer>>, from?: Stage): Promise<string>;
}

export async function openWorkerDesk(examined: typeof examine): Promise<WorkerDesk> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-worker-'));
  const { signal } = new AbortController();
  await using opening = new Opened();
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const database = opening.use(
    await openDatabase({ directory: join(directory, 'ledger'), template: ledgerTemplate(), signal }),
  );
  const ledger = opening.use(await openLedger({ database, signal }));
  const files = await openFileStore(readConfig({}), { directory: join(directory, 'files'), signal });
  const queue = opening.use(await openQueue({ database, ledger, signal, backoffMs: 1 }));
  const evidence = join(directory, 'evidence');
  const profiles = await loadProfiles();
  const opened = opening.handOn();
  return {
    directory,
    ledger,
    queue,
    files,
    evidence,
    bench: {
      files,
      profiles,
      baselineFor: async () => null,
      evidence,
      keepsEvidence: false,
      environment: {},
      engineVersion: '0.0.0-test',
      examine: examined,
    },
    async submit(contents, from = 'inspect') {
      const sent = [];
      for (const [fileName, bytes] of Object.entries(contents)) {
        const stored = await files.add(Readable.from([bytes]), { limitBytes: bytes.length, signal });
        sent.push({ sha256: stored.sha256, sizeBytes: stored.sizeBytes, fileName });
      }
      const { submission } = await createSubmission(ledger, {
        files: sent,
        options: SubmissionOptions.parse({}),
        again: true,
      });
      await queue.submit(submission, { from });
      return submission.id;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

export const silent = { info: vi.fn(), warn: vi.fn() };
