import type { Ledger } from '../../orchestrator/store/ledger.ts';
import type { Processors } from '../../orchestrator/store/stage.ts';
import { setState } from '../../orchestrator/store/submissions.ts';
import type { AssessResult, ExamineResult, InspectResult } from '../../orchestrator/contract/job.ts';

/** Results of the three stages, of the agreed form and as small as it allows. */
export const inspected = {
  inspection: {
    facts: {
      files: [{ sha256: 'a'.repeat(64), sizeBytes: 5, fileName: 'torch.apk', split: null }],
      packageName: 'org.example.torch',
      versionCode: 1,
      versionName: '1.0',
      label: 'Torch',
      minSdk: 24,
      targetSdk: 34,
      debuggable: false,
      testOnly: false,
      appCategory: null,
      isGame: false,
      sharedUserId: null,
      usesCleartextTraffic: null,
      permissions: [],
      features: [],
      components: [],
      launchActivity: null,
      instrumentations: [],
      metaData: {},
      abis: [],
      requiredSplits: false,
      certificates: [],
      pinnedHosts: [],
      hasScriptedBehaviour: true,
      warnings: [],
    },
    declaredFunction: { name: 'torch', title: 'Torch', confidence: 1, evidence: [], also: [] },
    needs: { abis: [], minSdk: 24, targetSdk: 34, playServices: false, features: [] },
  },
} satisfies InspectResult;

export const examined = { run: 'run-1', bundle: 'b'.repeat(64), directory: 'runs/run-1' } satisfies ExamineResult;

export const assessed = {
  verdict: 'inconsistent',
  sentence: 'A torch has no use for that.',
  reportJson: 'report.json',
  reportHtml: 'report.html',
} satisfies AssessResult;

/** Processors that write the stages down in the ledger, as a worker does; `examine` is given. */
export function recording(ledger: Ledger, examine: Processors['examine']): Processors {
  return {
    async inspect(job) {
      await setState(ledger, job.submission, 'inspecting');
      return inspected;
    },
    async examine(job, context) {
      await setState(ledger, job.submission, 'examining');
      return examine(job, context);
    },
    async assess(job) {
      await setState(ledger, job.submission, 'assessing');
      await setState(ledger, job.submission, 'done', { verdict: assessed.verdict });
      return assessed;
    },
  };
}
