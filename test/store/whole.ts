import type { AssessJob } from '../../orchestrator/contract/job.ts';
import type { LedgerLike } from '../../orchestrator/store/ledger.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { listRuns, openRun, sealRun } from '../../orchestrator/store/runs.ts';
import type { Processors } from '../../orchestrator/store/stage.ts';
import { recordInspection, setState } from '../../orchestrator/store/submissions.ts';
import { assessed, examined, inspected } from './results.ts';

/**
 * Processors that take their input from the ledger and leave all results there, as those of a real worker do, but for
 * those given. `judging` is told of each assessment before it is written.
 */
export function whole(
  ledger: LedgerLike,
  given: Partial<Processors> = {},
  judging: (job: AssessJob) => unknown = () => undefined,
): Processors {
  return {
    async inspect({ submission }) {
      await setState(ledger, submission, 'inspecting');
      await recordInspection(ledger, submission, inspected.inspection);
      return inspected;
    },
    async examine({ submission }, { token }) {
      await setState(ledger, submission, 'examining');
      const run = await openRun(ledger, { submission, token });
      await sealRun(ledger, { run: run.id, token, bundle: examined.bundle, directory: examined.directory });
      return { ...examined, run: run.id };
    },
    async assess(job) {
      const { submission } = job;
      await setState(ledger, submission, 'assessing');
      const run = (await listRuns(ledger, submission)).findLast(({ state }) => state === 'sealed');
      if (run === undefined) throw new Error(`no run of ${submission} was sealed`);
      judging(job);
      await addReport(ledger, {
        submission,
        run: run.id,
        bundle: run.bundle,
        jsonSha256: 'c'.repeat(64),
        profileDigest: 'd'.repeat(64),
        engineVersion: '1.0.0',
        hosts: [],
        ...assessed,
      });
      await setState(ledger, submission, 'done', { verdict: assessed.verdict });
      return assessed;
    },
    ...given,
  };
}
