import type { FastifyInstance } from 'fastify';
import { Fault } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import type { measure } from '../metrics.ts';
import { sendProblem } from '../problem.ts';
import { askParts, type Part } from '../readiness.ts';

/**
 * For whatever keeps the service running and watches it: does the process live, has it all that it stands on, what does
 * it do. No secret stands in the answers, so nobody is asked who they are.
 */
export function healthRoutes(
  server: FastifyInstance,
  service: Service,
  options: { readonly stopping: AbortSignal; readonly metrics: ReturnType<typeof measure> },
): void {
  const { stopping, metrics } = options;
  const config = { open: true };

  server.get('/healthz', { config, schema: { hide: true } }, async () => ({
    status: 'ok',
    version: service.engineVersion,
  }));

  server.get('/metrics', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );

  server.get('/readyz', { config, schema: { hide: true } }, async (request, reply) => {
    if (stopping.aborted) return sendProblem(request, reply, new Fault('not-ready', 'the service is stopping'));
    const parts = await askParts(service);
    const away = (Object.keys(parts) as Part[]).filter((part) => !parts[part].ready);
    if (away.length === 0) return { status: 'ready', parts };
    const said = away.map(
      (part) => `${part}: ${parts[part].reason === 'slow' ? 'no answer in time' : 'does not answer'}`,
    );
    return sendProblem(request, reply, new Fault('not-ready', said.join('; ')));
  });
}
