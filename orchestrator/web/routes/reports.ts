import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readReport } from '../../acts/read-report.ts';
import { reviewReport, type Reviewed } from '../../acts/review.ts';
import { ReviewRequest } from '../../contract/review.ts';
import type { Service } from '../../service.ts';
import { currentAllowance } from '../../store/allowances.ts';
import { listReportViews } from '../../store/report-views.ts';
import { listReviews } from '../../store/reviews.ts';
import { comparePage } from '../pages/compare.ts';
import { NOTHING_TYPED, type Typed } from '../pages/form.ts';
import { reportViewPage } from '../pages/report.ts';
import { refused, wrongFields } from './refused.ts';
import { fieldsOf, named, onTo, show, signedIn } from './visiting.ts';

const WORDS = {
  decision: 'Choose approve, reject or ask.',
  reason: 'Give a reason, of at most 4000 characters.',
  until: 'Give a day like 2027-06-30, or leave it empty.',
} as const;

/** Reports: read, compare, review. */
export function reportPages(server: FastifyInstance, service: Service): void {
  const { ledger } = service;

  async function showReport(request: FastifyRequest, reply: FastifyReply, typed: Typed, status: number) {
    const visit = signedIn(service, request);
    const { view, report } = await readReport(service, visit.actor, named(request, 'id'));
    const [reviews, others, allowed] = await Promise.all([
      listReviews(ledger, { report: view.id }),
      listReportViews(ledger, { viewer: visit.actor, submission: view.submission, most: 20 }),
      currentAllowance(ledger, report.sample.package, visit.now, report.sample.signers ?? undefined),
    ]);
    const allowance = allowed?.allowance ?? null;
    const parts = { view, report, reviews: reviews.reverse(), others: others.items, allowance, typed };
    return show(reply, reportViewPage(visit, parts), status);
  }

  server.get('/reports/:id', async (request, reply) => showReport(request, reply, NOTHING_TYPED, 200));

  server.post('/reports/:id/reviews', async (request, reply) => {
    const id = named(request, 'id');
    signedIn(service, request, 'reviewer');
    const values = fieldsOf(request);
    const { decision, reason, until } = values;
    const wanted = ReviewRequest.safeParse({
      decision,
      reason,
      until: until === undefined || until === '' ? null : until,
    });
    if (!wanted.success) return showReport(request, reply, wrongFields(wanted.error.issues, values, WORDS), 422);
    const today = service.now().toISOString().slice(0, 10);
    if (wanted.data.until !== null && wanted.data.until < today) {
      return showReport(
        request,
        reply,
        { values, problems: { until: 'That day is over: nothing would be approved.' } },
        422,
      );
    }
    let reviewed: Reviewed;
    try {
      reviewed = await reviewReport(service, request.actor, id, wanted.data);
    } catch (error) {
      return await showReport(request, reply, refused(error, values), 409);
    }
    const { review, allowance } = reviewed;
    const done = allowance !== null ? 'allowed' : review.effect === 'waits-for-second' ? 'waits' : 'reviewed';
    return onTo(reply, `/reports/${id}#review`, done);
  });

  server.get('/reports/:a/compare/:b', async (request, reply) => {
    const visit = signedIn(service, request);
    const before = await readReport(service, visit.actor, named(request, 'a'));
    const after = await readReport(service, visit.actor, named(request, 'b'));
    return show(reply, comparePage(visit, before, after, service.judge.compareRuns(before.report, after.report)));
  });
}
