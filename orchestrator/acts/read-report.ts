import { buffer } from 'node:stream/consumers';
import type { ReportView } from '../contract/api.ts';
import type { RunComparison } from '../contract/difference.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import { Report } from '../contract/report.ts';
import type { Service } from '../service.ts';
import { viewReport } from '../store/report-views.ts';
import { permit } from './permit.ts';

export interface ReadReport {
  readonly view: ReportView;
  readonly report: Report;
  /** report.json byte by byte as it was stored. */
  readonly json: Buffer;
}

/** A report with its facts. @throws Fault `report-unknown`, `artefact-removed`, `contract-broken` */
export async function readReport(
  service: Pick<Service, 'ledger' | 'files'>,
  viewer: Actor | null,
  id: string,
  signal: AbortSignal = AbortSignal.timeout(30_000),
): Promise<ReadReport> {
  permit(viewer, 'submitter');
  const view = await viewReport(service.ledger, id, viewer);
  const json = await readStored(service, view, signal);
  const parsed = Report.safeParse(JSON.parse(json.toString('utf8')));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new Fault('contract-broken', `the stored report ${view.id} is not of the agreed form at ${printable(where)}`);
  }
  return { view, report: parsed.data, json };
}

/** What changed between two reports, each of which the viewer may see. */
export async function compareReports(
  service: Pick<Service, 'ledger' | 'files' | 'judge'>,
  viewer: Actor | null,
  before: string,
  after: string,
): Promise<RunComparison> {
  const [a, b] = [await readReport(service, viewer, before), await readReport(service, viewer, after)];
  return service.judge.compareRuns(a.report, b.report);
}

async function readStored(
  { files }: Pick<Service, 'files'>,
  { id, sha256 }: ReportView,
  signal: AbortSignal,
): Promise<Buffer> {
  // The command line keeps its reports as files on the machine where it ran.
  if (sha256 === null) throw new Fault('report-unknown', `${id} lies on the machine that made it, not in the store`);
  return await buffer(await files.open(sha256, signal));
}
