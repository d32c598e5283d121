import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Baseline } from '../orchestrator/contract/baseline.ts';
import type { ProfileSet } from '../orchestrator/contract/profile.ts';
import type { Report } from '../orchestrator/contract/report.ts';
import { openBundle, readBundle } from '../orchestrator/store/bundles.ts';
import type { FileStore } from '../orchestrator/store/files.ts';
import type { Ledger } from '../orchestrator/store/ledger.ts';
import { addReport } from '../orchestrator/store/reports.ts';
import { failRun, openRun, sealRun } from '../orchestrator/store/runs.ts';
import { asFault, type Processors } from '../orchestrator/store/stage.ts';
import { getSubmission, recordFault, recordInspection, setState } from '../orchestrator/store/submissions.ts';
import { refuseUnmet, SIMULATED_OFFER } from './apk/refuse.ts';
import { assess } from './assess.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';

/** What the stages stand on; constructed by a `main` or by the command line. */
export interface Bench {
  readonly ledger: Ledger;
  readonly files: FileStore;
  readonly profiles: ProfileSet;
  /** The approved version of a package; null where none is on record. */
  readonly baselineFor?: (packageName: string) => Baseline | null;
  /** Folder of evidence bundles. */
  readonly evidence: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly engineVersion: string;
  /** Where the report of a run is to lie; created here. */
  readonly placeReport: (run: string, packageName: string) => string;
  readonly renderHtml: (report: Report) => string;
}

/** The three stages as the queue calls them: each takes its input from the ledger and leaves its result there. */
export function createProcessors(bench: Bench): Processors {
  const { ledger, files, profiles } = bench;

  /** Records a fault that no retry will mend as the submission's end. */
  async function noting<Result>(submission: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const fault = asFault(error);
      if (!fault.retryable && fault.code !== 'cancelled') await recordFault(ledger, submission, fault);
      throw fault;
    }
  }

  return {
    inspect: (job, { signal, progress }) =>
      noting(job.submission, async () => {
        await setState(ledger, job.submission, 'inspecting');
        const { options, files: submitted } = await getSubmission(ledger, job.submission);
        const inspection = await inspect(
          submitted.map(({ sha256, fileName }) => ({ path: files.path(sha256), fileName })),
          { functions: profiles.functions, stated: options.function, signal, progress },
        );
        // A simulated handset's offer is known without launching it: what it lacks is said now, not in a minute.
        if (options.device === 'simulated') refuseUnmet(inspection, { ...SIMULATED_OFFER, apiLevel: options.apiLevel });
        await recordInspection(ledger, job.submission, inspection);
        return { inspection };
      }),

    examine: (job, { signal, progress, token, inspected }) =>
      noting(job.submission, async () => {
        await setState(ledger, job.submission, 'examining');
        const submission = await getSubmission(ledger, job.submission);
        const run = await openRun(ledger, { submission: job.submission, token });
        try {
          await using bundle = await openBundle({ root: bench.evidence, run: run.id });
          const evidence = await examine({
            run: run.id,
            directory: bundle.directory,
            paths: submission.files.map(({ sha256, fileName }) => ({ path: files.path(sha256), fileName })),
            inspection: inspected.inspection,
            options: submission.options,
            environment: bench.environment,
            engineVersion: bench.engineVersion,
            signal,
            progress,
          });
          const sealed = await bundle.seal(evidence);
          await sealRun(ledger, { run: run.id, token, bundle: sealed.digest, directory: sealed.directory });
          return { run: run.id, bundle: sealed.digest, directory: sealed.directory };
        } catch (error) {
          const fault = asFault(error);
          await failRun(ledger, { run: run.id, token, fault }).catch(() => undefined); // a lost lease: the run is another's
          throw fault;
        }
      }),

    assess: (job, { signal, progress, inspected, examined }) =>
      noting(job.submission, async () => {
        await setState(ledger, job.submission, 'assessing');
        progress({ stage: 'assess', step: 'verifying the bundle', done: 0 });
        const { options } = await getSubmission(ledger, job.submission);
        const sealed = await readBundle(examined.directory, examined.bundle);
        progress({ stage: 'assess', step: 'judging', done: 0.3 });
        const report = await assess({
          source: { directory: sealed.directory },
          inspection: inspected.inspection,
          baseline: bench.baselineFor?.(inspected.inspection.facts.packageName) ?? null,
          profiles,
          tunables: options.tunables,
          provenance: {
            run: examined.run,
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
        const directory = bench.placeReport(examined.run, report.sample.package);
        const place = { reportJson: join(directory, 'report.json'), reportHtml: join(directory, 'report.html') };
        await mkdir(directory, { recursive: true });
        await writeFile(place.reportJson, `${JSON.stringify(report, null, 2)}\n`);
        await writeFile(place.reportHtml, bench.renderHtml(report));
        await addReport(ledger, {
          submission: job.submission,
          run: examined.run,
          bundle: examined.bundle,
          profileDigest: profiles.digest,
          verdict: report.verdict,
          sentence: report.sentence,
          ...place,
        });
        await setState(ledger, job.submission, 'done', { verdict: report.verdict });
        return { verdict: report.verdict, sentence: report.sentence, ...place };
      }),
  };
}
