import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { quarantine, release } from '../../acts/devices.ts';
import { readWebhookSecret } from '../../acts/webhooks/read-secret.ts';
import { reassessReports } from '../../acts/reassess.ts';
import { pageOf } from '../../contract/api.ts';
import { AuditEntry } from '../../contract/audit.ts';
import { Device } from '../../contract/device.ts';
import type { Service } from '../../service.ts';
import { listAudit } from '../../store/audit.ts';
import { listDevices } from '../../store/devices.ts';
import { PROBLEMS } from '../problems.ts';
import { Identified, Paged, text } from '../queries.ts';

const Which = z.union([
  z.strictObject({ submissions: z.array(text(200)).min(1).max(1000) }),
  z.strictObject({ olderThanProfile: z.literal(true) }),
]);

/** What those do who run the service: devices, judging again, the audit log. */
export function operationRoutes(server: FastifyInstance, service: Service): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const admin = server.requireRole('admin');

  routes.get(
    '/devices',
    {
      preHandler: server.requireRole('submitter'),
      schema: {
        operationId: 'listDevices',
        summary: 'Places for device sessions, as their workers report them',
        tags: ['operations'],
        response: { 200: z.strictObject({ items: z.array(Device), next: z.null() }), ...PROBLEMS },
      },
    },
    async () => ({ items: await listDevices(service.ledger, service.now()), next: null }),
  );

  routes.post(
    '/devices/:id/quarantine',
    {
      preHandler: admin,
      schema: {
        operationId: 'quarantineDevice',
        summary: 'Take a device out of use after its present session',
        tags: ['operations'],
        params: Identified,
        body: z.strictObject({ reason: text(1000) }),
        response: { 200: Device, ...PROBLEMS },
      },
    },
    async ({ params, body, actor }) => await quarantine(service, actor, params.id, body.reason),
  );

  routes.delete(
    '/devices/:id/quarantine',
    {
      preHandler: admin,
      schema: {
        operationId: 'releaseDevice',
        summary: 'Put a device back into use',
        tags: ['operations'],
        params: Identified,
        response: { 200: Device, ...PROBLEMS },
      },
    },
    async ({ params, actor }) => await release(service, actor, params.id),
  );

  routes.post(
    '/reassessments',
    {
      preHandler: admin,
      schema: {
        operationId: 'reassess',
        summary: 'Judge sealed evidence again by the present profiles; earlier reports remain',
        tags: ['operations'],
        body: Which,
        response: {
          202: z.strictObject({ queued: z.array(z.string()), passedOver: z.array(z.string()) }),
          ...PROBLEMS,
        },
      },
    },
    async ({ body, actor }, reply) => reply.code(202).send(await reassessReports(service, actor, body)),
  );

  routes.get(
    '/webhooks/secret',
    {
      preHandler: admin,
      schema: {
        operationId: 'getWebhookSecret',
        summary: 'The key by which receivers check the signatures of webhooks; each reading stands in the audit log',
        tags: ['operations'],
        response: { 200: z.strictObject({ secret: z.string() }), ...PROBLEMS },
      },
    },
    async ({ actor }) => ({ secret: await readWebhookSecret(service, actor) }),
  );

  routes.get(
    '/audit',
    {
      preHandler: admin,
      schema: {
        operationId: 'listAudit',
        summary: 'The audit log, newest first',
        tags: ['operations'],
        querystring: z.strictObject(Paged),
        response: { 200: pageOf(AuditEntry), ...PROBLEMS },
      },
    },
    async ({ query }) => await listAudit(service.ledger, { cursor: query.cursor ?? null, most: query.limit }),
  );
}
