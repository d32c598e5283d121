import { Fault, printable } from '../contract/fault.ts';
import type { Actor } from '../contract/person.ts';
import type { Allowance, ReviewRequest } from '../contract/review.ts';
import type { Service } from '../service.ts';
import { endAllowance, listAllowances } from '../store/allowances.ts';
import { noted } from './noted.ts';
import { permit } from './permit.ts';
import { readReport } from './read-report.ts';
import { reviewReport, type Reviewed } from './review.ts';

/**
 * Puts the version that a report shows on the allowlist: an approving review of that report, for callers that think in
 * packages. @throws Fault `review-refused` where the report is of another package
 */
export async function allowReport(
  service: Service,
  actor: Actor | null,
  packageName: string,
  { report: id, ...request }: { readonly report: string } & Pick<ReviewRequest, 'reason' | 'until'>,
): Promise<Reviewed> {
  permit(actor, 'reviewer');
  const { report } = await readReport(service, actor, id);
  if (report.sample.package !== packageName) {
    const detail = `${printable(id)} is a report of ${printable(report.sample.package)}, not of ${printable(packageName)}`;
    throw new Fault('review-refused', detail);
  }
  return await reviewReport(service, actor, id, { ...request, decision: 'approve' });
}

/**
 * Takes a package off the allowlist: every active entry of it, whoever signed it.
 * @throws Fault `allowance-unknown` where there is none
 */
export async function endAllowanceOf(
  service: Service,
  actor: Actor | null,
  packageName: string,
  reason: string,
): Promise<Allowance[]> {
  permit(actor, 'reviewer');
  const active = await allowancesOf(service, packageName, 'active');
  if (active.length === 0) throw new Fault('allowance-unknown', printable(packageName));
  const ended: Allowance[] = [];
  for (const { id } of active) {
    const one = await noted(service, actor, async (inside) => {
      const allowance = await endAllowance(inside, { id, actor, reason, now: service.now() });
      return [allowance, { act: 'ended-allowance', subject: id, detail: { package: packageName, reason } }];
    });
    ended.push(one);
  }
  return ended;
}

/** Entries of exactly that package, newest first; all states unless one is asked for. */
export async function allowancesOf(
  service: Pick<Service, 'ledger' | 'now'>,
  packageName: string,
  state?: Allowance['state'],
): Promise<Allowance[]> {
  const { items } = await listAllowances(service.ledger, {
    package: packageName,
    most: 200,
    now: service.now(),
    ...(state === undefined ? {} : { state }),
  });
  return items;
}
