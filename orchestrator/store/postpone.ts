import type { Fault } from '../contract/fault.ts';
import { isOutage } from './outage.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** Some 25 minutes of outage; a job that meets one for longer is tried as often as any other, and then fails. */
const MOST = 55;

/**
 * How long to put a job off that met an outage; null where its fault is its own, or it was put off too often.
 * @param starts how often it was started without having been counted, this time included
 */
export function postponedMs(fault: Fault, starts: number): number | null {
  if (!isOfOutage(fault) || starts > MOST) return null;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, starts - 1));
}

/** What everything stands on is away: the job is not at fault, so trying it again is not counted against it. */
function isOfOutage(fault: Fault): boolean {
  if (fault.code === 'ledger-failed') return isOutage(fault.cause);
  // A lease is lost to another holder, or because its lock could not be renewed: not by anything that the job did.
  return ['queue-failed', 'store-failed', 'lease-lost'].includes(fault.code);
}
