import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Inspection } from '../orchestrator/contract/apk.ts';
import type { Baseline } from '../orchestrator/contract/baseline.ts';
import { Fault } from '../orchestrator/contract/fault.ts';
import type { AssessResult, ExamineResult, SubmissionOptions } from '../orchestrator/contract/job.ts';
import type { ProfileSet } from '../orchestrator/contract/profile.ts';
import type { Report } from '../orchestrator/contract/report.ts';
import { recordArtefacts } from '../orchestrator/store/artefacts.ts';
import { openBundle } from '../orchestrator/store/bundles.ts';
import { appendEvents } from '../orchestrator/store/events.ts';
import type { FileStore } from '../orchestrator/store/files.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import { addReport } from '../orchestrator/store/reports.ts';
import { failRun, openRun, sealRun } from '../orchestrator/store/runs.ts';
import { asFault, type Processors, type StageContext } from '../orchestrator/store/stage.ts';
import { getInspection, getSubmission, recordInspection, setState } from '../orchestrator/store/submissions.ts';
import { refuseUnmet, SIMULATED_OFFER } from './apk/refuse.ts';
import { assess } from './assess.ts';
import { unpackSubmitted, type UnpackedApks } from './containers.ts';
import { keepBundle, sealedRunOf, takeBundle } from './evidence.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';
import { signerOf } from './judge/baseline-signer.ts';
import { reportLive, type LiveReport } from './live.ts';
import { keepScreen } from './screen-store.ts';

/** What the stages stand on; constructed by a `main` or by the command line. */
export interface Bench {
  readonly ledger: Ledger;
  readonly files: FileStore;
  readonly profiles: ProfileSet;
  /** The approved version that an app is held against; null where none is on record. */
  readonly baselineFor: (app: { packageName: string; signers: readonly string[] }) => Promise<Baseline | null>;
  /** Folder of evidence bundles on this machine. */
  readonly evidence: string;
  /** True where a bundle stays in that folder too, for the person whose machine this is. */
  readonly keepsEvidence: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly engineVersion: string;
  /** What is leased for a submission: the command line's device as it was asked for, a worker's place. */
  readonly deviceFor: (options: SubmissionOptions) => string;
  /** Also writes the report where a person asked for it. The store of files has it in any case. */
  readonly writeReport?: (written: WrittenReport) => Promise<Pick<AssessResult, 'reportJson' | 'reportHtml'>>;
  /** What observes the app in the place of a device session, as in tests and benches. */
  readonly examine?: typeof examine;
  /** Told of what does not matter to the result, such as live events that could not be kept. */
  readonly warn: (message: string) => void;
}

/** A report with the bytes of its report.json. */
export interface WrittenReport {
  readonly report: Report;
  readonly json: string;
  readonly run: string;
}

/** The three stages as the queue calls them: each takes its input from the ledger and leaves its result there. */
export function createProcessors(bench: Bench): Processors {
  const { ledger, files, profiles } = bench;

  /** Does a stage while those who watch are told of it. The queue records how it ended. */
  async function telling<Result>(
    { submission }: { readonly submission: string },
    work: (live: LiveReport) => Promise<Result>,
  ): Promise<Result> {
    await using live = reportLive({
      append: (events) => appendEvents(ledger, submission, events),
      failed: (error) => bench.warn(`live events of ${submission}: ${asFault(error).message}`),
    });
    return await work(live);
  }

  /** The APKs of a submission on this machine, out of their containers. */
  async function apksOf(submission: string, signal: AbortSignal): Promise<UnpackedApks> {
    const { files: submitted } = await getSubmission(ledger, submission);
    const local: { path: string; fileName: string }[] = [];
    for (const { sha256, fileName } of submitted) local.push({ path: await files.local(sha256, signal), fileName });
    return unpackSubmitted(local, signal);
  }

  async function inspectionOf(submission: string): Promise<Inspection> {
    const inspection = await getInspection(ledger, submission);
    if (inspection === null) throw new Fault('contract-broken', `${submission} was not inspected`);
    return inspection;
  }

  return {
    inspect: (job, context) =>
      telling(job, async (live) => {
        const { signal } = context;
        const progress = both(context.progress, live);
        if (!(await enter(ledger, job.submission, 'inspecting')))
          return { inspection: await inspectionOf(job.submission) };
        const { options } = await getSubmission(ledger, job.submission);
        await using apks = await apksOf(job.submission, signal);
        const stated = options.function;
        const inspection = await inspect(apks.paths, { functions: profiles.functions, stated, signal, progress });
        // A simulated handset's offer is known without launching it: what it lacks is said now, not in a minute.
        if (options.device === 'simulated') refuseUnmet(inspection, { ...SIMULATED_OFFER, apiLevel: options.apiLevel });
        await recordInspection(ledger, job.submission, inspection);
        return { inspection };
      }),

    examine: (job, context) =>
      telling(job, async (live) => {
        const { signal, token } = context;
        // A worker that died, or lost its queue, just after it sealed: the evidence is there, and an hour is saved.
        const before = await sealedRunOf(ledger, job.submission);
        if (before !== null) return examined(before);
        if (!(await enter(ledger, job.submission, 'examining'))) {
          const meanwhile = await sealedRunOf(ledger, job.submission);
          if (meanwhile !== null) return examined(meanwhile);
          throw new Fault('contract-broken', `${job.submission} is judged, and has no sealed run`);
        }
        const { options } = await getSubmission(ledger, job.submission);
        const inspection = await inspectionOf(job.submission);
        await using apks = await apksOf(job.submission, signal);
        const run = await openRun(ledger, { submission: job.submission, token });
        try {
          await using bundle = await openBundle({ root: bench.evidence, run: run.id });
          const evidence = await (bench.examine ?? examine)({
            run: run.id,
            directory: bundle.directory,
            paths: apks.paths,
            inspection,
            options: { ...options, device: bench.deviceFor(options) },
            environment: bench.environment,
            engineVersion: bench.engineVersion,
            signal,
            progress: both(context.progress, live),
            onRecord: (record) => live.record(record),
            onScreen: (screen) =>
              keepScreen({ ledger, files }, { submission: job.submission, run: run.id }, screen, live),
          });
          const sealed = await bundle.seal(evidence);
          await keepBundle(bench, job.submission, sealed, signal);
          await sealRun(ledger, { run: run.id, token, bundle: sealed.digest, directory: sealed.directory });
          if (!bench.keepsEvidence) await rm(sealed.directory, { recursive: true, force: true });
          return { run: run.id, bundle: sealed.digest, directory: sealed.directory };
        } catch (error) {
          const fault = asFault(signal.aborted ? signal.reason : error);
          await failRun(ledger, { run: run.id, token, fault }).catch(() => undefined); // a lost lease: the run is another's
          throw fault;
        }
      }),

    assess: (job, context) =>
      telling(job, async (live) => {
        const { signal } = context;
        const progress = both(context.progress, live);
        await setState(ledger, job.submission, 'assessing');
        progress({ stage: 'assess', step: 'verifying the bundle', done: 0 });
        const { options } = await getSubmission(ledger, job.submission);
        const inspection = await inspectionOf(job.submission);
        const { packageName } = inspection.facts;
        const run = await sealedRunOf(ledger, job.submission);
        if (run === null) throw new Fault('bundle-missing', `no run of ${job.submission} was sealed`);
        await using sealed = await takeBundle(bench, run, signal);
        progress({ stage: 'assess', step: 'judging', done: 0.3 });
        const report = await assess({
          source: { directory: sealed.directory },
          inspection,
          baseline: await bench.baselineFor({ packageName, signers: signerOf(inspection.facts)?.signers ?? [] }),
          profiles,
          tunables: options.tunables,
          provenance: {
            run: run.id,
            startedAt: sealed.manifest.custody[0]?.at ?? null,
            bundleDigest: sealed.digest,
            seed: sealed.manifest.seed,
            device: sealed.manifest.device,
            tools: sealed.manifest.tools,
          },
          engineVersion: bench.engineVersion,
          signal,
        });
        progress({ stage: 'assess', step: 'writing the report', done: 0.9 });
        const json = `${JSON.stringify(report, null, 2)}\n`;
        const stored = await files.add(Readable.from([Buffer.from(json)]), { limitBytes: MOST_REPORT_BYTES, signal });
        const use = { submission: job.submission, run: run.id, name: 'report.json' };
        await recordArtefacts(ledger, [
          { sha256: stored.sha256, sizeBytes: stored.sizeBytes, class: 'report', ...use },
        ]);
        const named = `sha256:${stored.sha256}`;
        const place = (await bench.writeReport?.({ report, json, run: run.id })) ?? {
          reportJson: named,
          reportHtml: named,
        };
        await live.flush();
        await addReport(ledger, {
          submission: job.submission,
          run: run.id,
          bundle: run.bundle,
          jsonSha256: stored.sha256,
          profileDigest: profiles.digest,
          engineVersion: bench.engineVersion,
          verdict: report.verdict,
          sentence: report.sentence,
          hosts: [...new Set(report.channels.map(({ destination }) => destination.host))],
          ...place,
        });
        await setState(ledger, job.submission, 'done', { verdict: report.verdict });
        return { verdict: report.verdict, sentence: report.sentence, ...place };
      }),
  };
}

function examined({ id, bundle, directory }: { id: string; bundle: string; directory: string | null }): ExamineResult {
  return { run: id, bundle, directory: directory ?? '' };
}

/** Where a submission may stand that is past a stage. */
const PAST = { inspecting: ['examining', 'assessing', 'done'], examining: ['assessing', 'done'] } as const;

/**
 * Begins a stage. After an outage of the queue two workers may have the same job; the one that comes late must not end
 * what the other has brought further.
 * @returns false where the submission is past that stage
 * @throws Fault `state-conflict` where it has ended
 */
async function enter(ledger: Ledger, submission: string, state: keyof typeof PAST): Promise<boolean> {
  try {
    await setState(ledger, submission, state);
    return true;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'state-conflict') throw error;
    const present = (await getSubmission(ledger, submission)).state;
    if (!(PAST[state] as readonly string[]).includes(present)) throw error;
    return false;
  }
}

/** A report of the most channels that are judged at once is far below. */
const MOST_REPORT_BYTES = 512 * 1024 ** 2;

/** To the queue, for who waits at a terminal, and to the ledger's events. */
function both(queue: StageContext['progress'], live: LiveReport): StageContext['progress'] {
  return (progress) => {
    queue(progress);
    live.progress(progress);
  };
}
