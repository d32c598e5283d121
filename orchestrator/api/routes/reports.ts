import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { compareReports, readReport } from '../../acts/read-report.ts';
import { downloadBundle } from '../../acts/download-bundle.ts';
import { reviewReport } from '../../acts/review.ts';
import { pageOf, ReportView } from '../../contract/api.ts';
import { RunComparison } from '../../contract/difference.ts';
import { Fault } from '../../contract/fault.ts';
import { Allowance, Review, ReviewRequest } from '../../contract/review.ts';
import { reportPdf } from '../../export/pdf.ts';
import type { Service } from '../../service.ts';
import { listReportViews, viewReport } from '../../store/report-views.ts';
import { listReviews } from '../../store/reviews.ts';
import { reportPage } from '../../web/report/page.ts';
import { isFresh } from '../fresh.ts';
import { negotiate } from '../negotiate.ts';
import { PROBLEMS } from '../problems.ts';
import { Identified, Paged, text } from '../queries.ts';
import { REPORT_POLICY } from '../security-headers.ts';

const FORMS = { json: 'application/json', html: 'text/html', pdf: 'application/pdf' } as const;
type Form = keyof typeof FORMS;

/** Reports: list, read in three forms, evidence, compare, review. */
export function reportRoutes(server: FastifyInstance, service: Service, stopping: AbortSignal): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const preHandler = server.requireRole('submitter');

  routes.get(
    '/reports',
    {
      preHandler,
      schema: {
        operationId: 'listReports',
        summary: 'Reports that you may see, newest first',
        tags: ['reports'],
        querystring: z.strictObject({ ...Paged, submission: text(200).optional(), package: text(255).optional() }),
        response: { 200: pageOf(ReportView), ...PROBLEMS },
      },
    },
    async ({ query, actor }) =>
      await listReportViews(service.ledger, {
        viewer: actor,
        most: query.limit,
        cursor: query.cursor ?? null,
        ...(query.submission === undefined ? {} : { submission: query.submission }),
        ...(query.package === undefined ? {} : { package: query.package }),
      }),
  );

  routes.get(
    '/reports/:id',
    {
      preHandler,
      schema: {
        operationId: 'getReport',
        summary: 'A report as JSON, as a page or as PDF, by Accept or `format`',
        tags: ['reports'],
        params: Identified,
        querystring: z.strictObject({ format: z.enum(['json', 'html', 'pdf']).optional() }),
        response: {
          200: {
            description: 'The report',
            content: {
              'application/json': { schema: z.looseObject({ schema: z.string(), verdict: z.string() }) },
              'text/html': { schema: z.string() },
              'application/pdf': { schema: z.string() },
            },
          },
          304: z.undefined().describe('You have it already'),
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const form = formOf(request.query.format, request.headers.accept);
      reply.header('vary', 'accept').serializer((payload: unknown) => payload as string);
      // By the ledger alone: the file is read only for whoever has not got it.
      const { sha256 } = await viewReport(service.ledger, request.params.id, request.actor);
      if (sha256 !== null) {
        const etag = `"${form === 'json' ? sha256 : `${sha256}-${form}-${service.engineVersion}`}"`;
        reply.header('etag', etag).header('cache-control', 'private, no-cache');
        if (isFresh(request, etag)) return reply.code(304).send();
      }
      return await sendReport(service, request as never, reply, form, stopping);
    },
  );

  routes.get(
    '/reports/:id/bundle',
    {
      preHandler,
      schema: {
        operationId: 'getBundle',
        summary: 'The sealed evidence that a report rests on, as tar; each download stands in the audit log',
        tags: ['reports'],
        params: Identified,
        response: {
          200: { description: 'The evidence', content: { 'application/x-tar': { schema: z.string() } } },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { content, name } = await downloadBundle(service, request.actor, request.params.id, stopping);
      reply
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'private, no-cache');
      return reply.type('application/x-tar').send(content as never);
    },
  );

  routes.get(
    '/reports/:a/compare/:b',
    {
      preHandler,
      schema: {
        operationId: 'compareReports',
        summary: 'What changed from the run of report a to that of report b',
        tags: ['reports'],
        params: z.strictObject({ a: text(200), b: text(200) }),
        response: { 200: RunComparison, ...PROBLEMS },
      },
    },
    async ({ params, actor }) => await compareReports(service, actor, params.a, params.b),
  );

  routes.get(
    '/reports/:id/reviews',
    {
      preHandler,
      schema: {
        operationId: 'listReviews',
        summary: 'The reviews of a report, newest first',
        tags: ['reviews'],
        params: Identified,
        response: { 200: z.strictObject({ items: z.array(Review), next: z.null() }), ...PROBLEMS },
      },
    },
    async ({ params, actor }) => {
      const { id } = await viewReport(service.ledger, params.id, actor);
      return { items: await listReviews(service.ledger, { report: id }), next: null };
    },
  );

  routes.post(
    '/reports/:id/reviews',
    {
      preHandler: server.requireRole('reviewer'),
      schema: {
        operationId: 'reviewReport',
        summary: 'Approve, reject or ask; an approval against the verdict takes two people',
        tags: ['reviews'],
        params: Identified,
        body: ReviewRequest,
        response: { 201: z.strictObject({ review: Review, allowance: Allowance.nullable() }), ...PROBLEMS },
      },
    },
    async ({ params, body, actor }, reply) => reply.code(201).send(await reviewReport(service, actor, params.id, body)),
  );
}

function formOf(asked: Form | undefined, accept: string | undefined): Form {
  if (asked !== undefined) return asked;
  const type = negotiate(accept, [FORMS.json, FORMS.html, FORMS.pdf]);
  const form = (Object.keys(FORMS) as Form[]).find((one) => FORMS[one] === type);
  if (form === undefined) throw new Fault('not-acceptable', type);
  return form;
}

async function sendReport(
  service: Service,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  form: Form,
  stopping: AbortSignal,
): Promise<FastifyReply> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(60_000)]);
  const { report, json, view } = await readReport(service, request.actor, request.params.id, signal);
  switch (form) {
    case 'json':
      return reply.type('application/json; charset=utf-8').send(json);
    case 'html':
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', REPORT_POLICY)
        .send(reportPage(report));
    case 'pdf':
      return reply
        .type(FORMS.pdf)
        .header('content-disposition', `inline; filename="${view.id}.pdf"`)
        .send(await reportPdf(report, { sha256: view.sha256 }));
  }
}
