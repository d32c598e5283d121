import { text } from 'node:stream/consumers';
import type { Service } from '../../orchestrator/service.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import { appendEvents } from '../../orchestrator/store/events.ts';
import { addReport } from '../../orchestrator/store/reports.ts';
import { listRuns, openRun, sealRun } from '../../orchestrator/store/runs.ts';
import type { Processors, StageContext } from '../../orchestrator/store/stage.ts';
import { getSubmission, recordInspection, setState } from '../../orchestrator/store/submissions.ts';
import { inspected } from '../store/results.ts';
import { torchReport } from '../support/report.ts';

/** What a fake APK says of itself: the text of the file, as JSON. */
export interface FakeApk {
  readonly package?: string;
  readonly label?: string;
  readonly versionCode?: number;
  readonly verdict?: Verdict;
  /** Makes two files of the same app differ. */
  readonly salt?: string;
}

export interface Watched {
  /** Called as *examine* begins, with its signal; the session lasts until it resolves. */
  readonly examining?: (submission: string, context: StageContext) => Promise<void>;
}

export const SIGNER = '8be2'.padEnd(64, '1');

/** The three stages without any device: they leave in ledger and store what real ones leave there. */
export function fakeProcessors(service: Service, watched: Watched): Processors {
  const { ledger, files } = service;
  const never = new AbortController().signal;

  async function store(content: string): Promise<{ sha256: string; sizeBytes: number }> {
    return await files.add([Buffer.from(content)] as never, { limitBytes: 2 ** 24, signal: never });
  }

  async function apkOf(submission: string): Promise<FakeApk & { sha256: string }> {
    const [file] = (await getSubmission(ledger, submission)).files;
    if (file === undefined) throw new Error('no file');
    return { ...(JSON.parse(await text(await files.open(file.sha256, never))) as FakeApk), sha256: file.sha256 };
  }

  return {
    async inspect({ submission }) {
      await setState(ledger, submission, 'inspecting');
      const apk = await apkOf(submission);
      const { facts, ...rest } = inspected.inspection;
      const inspection = {
        ...rest,
        facts: { ...facts, packageName: apk.package ?? facts.packageName, label: apk.label ?? facts.label },
      };
      await recordInspection(ledger, submission, inspection);
      return { inspection: inspection };
    },
    async examine({ submission }, context) {
      await setState(ledger, submission, 'examining');
      const run = await openRun(ledger, { submission, token: context.token });
      await appendEvents(ledger, submission, [
        {
          type: 'progress',
          progress: {
            stage: 'examine',
            step: 'watching',
            phase: 'background',
            done: 0.5,
            sessions: 1,
            pushes: 0,
            secondsLeft: 1,
          },
        },
      ]);
      await watched.examining?.(submission, context);
      const capture = await store('{"type":"end","atMs":1}\n');
      const manifest = {
        schema: 'sleeptalk-bundle-1',
        run: run.id,
        sealedAt: '2026-11-22T12:00:00.000Z',
        sample: [],
        package: 'org.example.torch',
        seed: 1,
        device: { kind: 'simulated' },
        tools: {},
        files: [{ path: 'capture.ndjson', sha256: capture.sha256, sizeBytes: capture.sizeBytes }],
        custody: [],
      };
      const { sha256: bundle } = await store(JSON.stringify(manifest));
      await sealRun(ledger, { run: run.id, token: context.token, bundle, directory: 'elsewhere' });
      return { run: run.id, bundle, directory: 'elsewhere' };
    },
    async assess({ submission }) {
      await setState(ledger, submission, 'assessing');
      const apk = await apkOf(submission);
      const run = (await listRuns(ledger, submission)).filter((one) => one.state === 'sealed').at(-1);
      if (run === undefined) throw new Error('no sealed run');
      const verdict = apk.verdict ?? 'inconsistent';
      const base = torchReport();
      const report = torchReport({
        verdict,
        sample: {
          ...base.sample,
          sha256: apk.sha256,
          package: apk.package ?? base.sample.package,
          label: apk.label ?? base.sample.label,
          versionCode: apk.versionCode ?? base.sample.versionCode,
          signers: [SIGNER],
        },
        provenance: { ...base.provenance, run: run.id, bundleDigest: run.bundle },
      });
      const { sha256: jsonSha256 } = await store(JSON.stringify(report));
      const { sentence } = report;
      await addReport(ledger, {
        submission,
        run: run.id,
        bundle: run.bundle,
        profileDigest: service.judge.profileDigest,
        engineVersion: service.engineVersion,
        verdict,
        sentence,
        reportJson: '',
        reportHtml: '',
        jsonSha256,
        hosts: report.channels.map((channel) => channel.destination.host),
      });
      await setState(ledger, submission, 'done', { verdict });
      return { verdict, sentence, reportJson: '', reportHtml: '' };
    },
  };
}
