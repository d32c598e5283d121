import type { FastifyInstance } from 'fastify';
import { Fault } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import { ASSETS } from '../asset.ts';
import { allowlistPages } from '../routes/allowlist.ts';
import { browsePages } from '../routes/browse.ts';
import { operationPages } from '../routes/operations.ts';
import { peoplePages } from '../routes/people.ts';
import { reportPages } from '../routes/reports.ts';
import { submissionPages } from '../routes/submissions.ts';
import { countForReviewers } from '../routes/visiting.ts';

/** The pages of the service and what they load. Who sends a request, forgery and faults are the server's affair. */
export async function pages(server: FastifyInstance, { service }: { readonly service: Service }): Promise<void> {
  await server.register(async (inner) => {
    inner.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    countForReviewers(inner, service);
    assetRoute(inner);
    browsePages(inner, service);
    submissionPages(inner, service);
    reportPages(inner, service);
    allowlistPages(inner, service);
    operationPages(inner, service);
    peoplePages(inner, service);
  });
}

function assetRoute(server: FastifyInstance): void {
  server.get('/assets/:name', { config: { open: true } }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const asset = ASSETS.get(name);
    if (asset === undefined) throw new Fault('not-found', 'there is no such file');
    const etag = `"${asset.version}"`;
    const { v } = request.query as { v?: string };
    // Named by its digest it never changes; by its bare name it may.
    const caching = v === asset.version ? 'public, max-age=31536000, immutable' : 'no-cache';
    reply.header('cache-control', caching).header('etag', etag).type(asset.type);
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(asset.bytes);
  });
}
