import type { Logger } from 'pino';
import type { Baseline, Approval } from './contract/baseline.ts';
import type { RunComparison } from './contract/difference.ts';
import type { Report } from './contract/report.ts';
import type { ServiceConfig } from './config.ts';
import type { FileStore } from './store/files.ts';
import type { Ledger } from './store/ledger.ts';
import type { JobQueue } from './store/queue.ts';

/**
 * What the judge offers to the service beside the queue: pure functions, handed in by the command line, since the
 * orchestrator never imports the workers.
 */
export interface Judge {
  /** The approved cadence of the app that `report` shows. @throws Fault `certificate-unknown` */
  readonly baselineOf: (report: Report, approval: Approval, reportSha256: string) => Baseline;
  readonly compareRuns: (before: Report, after: Report) => RunComparison;
  /** Names of the functions that a submitter may state. */
  readonly functions: readonly { readonly name: string; readonly title: string }[];
  /** SHA-256 over the profiles in use: a report of another one may be assessed again. */
  readonly profileDigest: string;
}

/** Everything that an act, a route or a page stands on. */
export interface Service {
  readonly config: ServiceConfig;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly files: FileStore;
  readonly judge: Judge;
  readonly engineVersion: string;
  readonly log: Logger;
  readonly now: () => Date;
}
