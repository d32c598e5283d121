import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '../orchestrator/contract/fault.ts';
import type { Baseline } from '../orchestrator/contract/baseline.ts';
import type { AssessResult, SubmissionOptions } from '../orchestrator/contract/job.ts';
import { classOf } from '../orchestrator/store/device-class.ts';
import { asFault } from '../orchestrator/store/stage.ts';
import { getSubmission, recordFault } from '../orchestrator/store/submissions.ts';
import { reportPage } from '../orchestrator/web/report/page.ts';
import { createProcessors, type WrittenReport } from '../workers/processors.ts';
import { loadProfiles } from '../workers/profiles.ts';
import type { Home } from './home.ts';
import { LiveView } from './live.ts';
import { tellOverrides } from './profile-folders.ts';
import { interruption, openStand, type Stand } from './service.ts';
import type { Sample } from './samples.ts';
import { submit } from './submit.ts';
import { line, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** How the vetting of one sample ended. */
export type Vetted =
  | { readonly sample: Sample; readonly submission: string; readonly result: AssessResult }
  | { readonly sample: Sample; readonly submission: string | null; readonly fault: Fault };

export interface VetOrder {
  readonly samples: readonly Sample[];
  readonly options: SubmissionOptions;
  readonly home: Home;
  readonly out: string;
  /** Folders of profiles that hold over the shipped ones. */
  readonly profileFolders?: readonly string[];
  /** Approved versions: each app is held against that of its own package. */
  readonly baselines?: readonly Baseline[];
  /** Device sessions at a time. */
  readonly concurrency: number;
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** The whole job, for each sample, through ledger and queue, with this process as the worker. */
export async function vet(order: VetOrder): Promise<Vetted[]> {
  const { home, signal, terminal } = order;
  if (order.samples.length === 0) return [];
  const profiles = await loadProfiles({ extra: order.profileFolders ?? [] });
  tellOverrides(terminal, profiles.overrides);
  refuseUnknownFunction(
    order.options.function,
    profiles.functions.map((one) => one.name),
  );
  const warn = (message: string): void => line(terminal.err, `note: ${message}`);
  await using service = await openStand(home, {
    environment: order.environment,
    signal,
    warn,
    leftovers: 'abandon',
    onStep: (step) => line(terminal.err, step),
  });
  const processors = createProcessors({
    ledger: service.ledger,
    files: service.files,
    profiles,
    baselineFor: async ({ packageName }) => baselineFor(packageName, order),
    evidence: home.evidence,
    keepsEvidence: true,
    environment: order.environment,
    engineVersion: version(),
    deviceFor: ({ device }) => device,
    writeReport: (written) => writeReport(order.out, written),
    warn,
  });
  const { concurrency } = order;
  await using _workers = await service.queue.work(processors, {
    concurrency: { inspect: 2, assess: 1 },
    classes: { [classOf(order.options.device)]: concurrency },
  });
  using view = new LiveView(terminal);
  return await Promise.all(order.samples.map((sample) => vetOne(service, sample, order, view)));
}

/** The last one given for the package. One alone for one app is shown even where it is another's: the report says so. */
function baselineFor(packageName: string, { baselines = [], samples }: VetOrder): Baseline | null {
  const only = baselines.length === 1 && samples.length === 1 ? baselines[0]! : null;
  return baselines.findLast((one) => one.package === packageName) ?? only;
}

async function vetOne(service: Stand, sample: Sample, order: VetOrder, view: LiveView): Promise<Vetted> {
  const { signal } = order;
  let id: string | null = null;
  let unsubscribe = (): void => undefined;
  try {
    const submission = await submit(service, sample.paths, order.options, signal);
    id = submission.id;
    view.begin(id, sample.name);
    unsubscribe = service.queue.onProgress(id, (progress) => view.update(submission.id, progress));
    await service.queue.submit(submission);
    const result = await service.queue.waitFor(id, signal);
    view.end(id, `${result.verdict}: ${result.sentence}`);
    return { sample, submission: id, result };
  } catch (error) {
    const fault = signal.aborted ? interruption(signal) : asFault(error);
    if (id !== null) {
      view.end(id, `${fault.code}: ${fault.detail}`);
      await settle(service, id, fault);
    }
    return { sample, submission: id, fault };
  } finally {
    unsubscribe();
  }
}

/** A submission that failed after its last retry, or was interrupted, is over in the ledger too. */
async function settle(service: Stand, id: string, fault: Fault): Promise<void> {
  if (fault.code === 'cancelled') await service.queue.cancel(id);
  const { state } = await getSubmission(service.ledger, id);
  if (state !== 'failed' && state !== 'cancelled' && state !== 'done') await recordFault(service.ledger, id, fault);
}

function refuseUnknownFunction(name: string | null, known: readonly string[]): void {
  if (name === null || known.includes(name)) return;
  throw new Fault('function-unknown', `${name}; known are ${[...known].sort().join(', ')}`);
}

async function writeReport(
  out: string,
  { report, json, run }: WrittenReport,
): Promise<Pick<AssessResult, 'reportJson' | 'reportHtml'>> {
  const directory = join(resolve(out), `${safeName(report.sample.package)}-${run}`);
  const place = { reportJson: join(directory, 'report.json'), reportHtml: join(directory, 'report.html') };
  await mkdir(directory, { recursive: true });
  await writeFile(place.reportJson, json);
  await writeFile(place.reportHtml, reportPage(report));
  return place;
}

/** A folder name from a package name, which is hostile: letters, digits, dots and dashes only. */
function safeName(packageName: string): string {
  return (
    packageName
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, 80) || 'app'
  );
}
