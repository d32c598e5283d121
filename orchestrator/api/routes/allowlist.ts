import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { allowancesOf, allowReport, endAllowanceOf } from '../../acts/allow.ts';
import { pageOf } from '../../contract/api.ts';
import { Fault, printable } from '../../contract/fault.ts';
import { Allowance, Review, ReviewRequest } from '../../contract/review.ts';
import { allowlistCsv } from '../../export/allowlist.ts';
import type { Service } from '../../service.ts';
import { listAllowances } from '../../store/allowances.ts';
import { negotiate } from '../negotiate.ts';
import { PROBLEMS } from '../problems.ts';
import { Paged, text } from '../queries.ts';

const OfPackage = z.strictObject({ package: text(255) });
const State = Allowance.shape.state;
const EXPORT_PAGE = 200;

/** The allowlist: read it, export it, put a version on it, take a package off. */
export function allowlistRoutes(server: FastifyInstance, service: Service): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const reader = server.requireRole('submitter');
  const reviewer = server.requireRole('reviewer');

  routes.get(
    '/allowlist',
    {
      preHandler: reader,
      schema: {
        operationId: 'listAllowances',
        summary: 'Approved versions, newest first; CSV, by Accept or `format`, has all of them',
        tags: ['allowlist'],
        querystring: z.strictObject({
          ...Paged,
          format: z.enum(['json', 'csv']).optional(),
          state: State.optional(),
          package: text(255).optional(),
          q: text(200).optional(),
        }),
        response: {
          200: {
            description: 'The allowlist',
            content: {
              'application/json': { schema: pageOf(Allowance) },
              'text/csv': { schema: z.string() },
            },
          },
          ...PROBLEMS,
        },
      },
    },
    async ({ query, headers }, reply) => {
      const { format, cursor, limit, q, state } = query;
      const filters = {
        now: service.now(),
        ...(state === undefined ? {} : { state }),
        ...(query.package === undefined ? {} : { package: query.package }),
        ...(q === undefined ? {} : { text: q }),
      };
      reply.header('vary', 'accept');
      const type = format === undefined ? negotiate(headers.accept, ['application/json', 'text/csv']) : `${format}`;
      if (!type.endsWith('csv')) {
        reply.type('application/json; charset=utf-8');
        return await listAllowances(service.ledger, { ...filters, cursor: cursor ?? null, most: limit });
      }
      const all: Allowance[] = [];
      let next: string | null = null;
      do {
        const page = await listAllowances(service.ledger, { ...filters, cursor: next, most: EXPORT_PAGE });
        all.push(...page.items);
        next = page.next;
      } while (next !== null);
      reply.header('content-disposition', 'attachment; filename="allowlist.csv"');
      return reply.type('text/csv; charset=utf-8').serializer(String).send(allowlistCsv(all));
    },
  );

  routes.get(
    '/allowlist/:package',
    {
      preHandler: reader,
      schema: {
        operationId: 'getAllowances',
        summary: 'Every entry of a package, those that ended too, newest first',
        tags: ['allowlist'],
        params: OfPackage,
        response: { 200: z.strictObject({ items: z.array(Allowance), next: z.null() }), ...PROBLEMS },
      },
    },
    async ({ params }) => {
      const items = await allowancesOf(service, params.package);
      if (items.length === 0) throw new Fault('allowance-unknown', printable(params.package));
      return { items, next: null };
    },
  );

  routes.put(
    '/allowlist/:package',
    {
      preHandler: reviewer,
      schema: {
        operationId: 'allow',
        summary: 'Approve the version that a report shows',
        tags: ['allowlist'],
        params: OfPackage,
        body: z.strictObject({
          report: text(200),
          reason: ReviewRequest.shape.reason,
          until: ReviewRequest.shape.until,
        }),
        response: { 200: z.strictObject({ review: Review, allowance: Allowance.nullable() }), ...PROBLEMS },
      },
    },
    async ({ params, body, actor }) => await allowReport(service, actor, params.package, body),
  );

  routes.delete(
    '/allowlist/:package',
    {
      preHandler: reviewer,
      schema: {
        operationId: 'endAllowance',
        summary: 'Take a package off the allowlist; its entries stay as history',
        tags: ['allowlist'],
        params: OfPackage,
        querystring: z.strictObject({ reason: text(4000) }),
        response: { 200: z.strictObject({ items: z.array(Allowance) }), ...PROBLEMS },
      },
    },
    async ({ params, query, actor }) => ({
      items: await endAllowanceOf(service, actor, params.package, query.reason),
    }),
  );
}
