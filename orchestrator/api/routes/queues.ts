import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../../service.ts';
import { faultOf, problemOf, PROBLEM_TYPE } from '../problem.ts';

const PATH = '/admin/queues';

/**
 * Bull-Board looks inline scripts and styles up in its own page, so its policy is looser; it holds on its path only.
 */
const BOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/**
 * Bull-Board behind admin, to look at only: the ledger is the truth, and a job that somebody retried or removed by hand
 * would contradict it.
 */
export async function queueRoutes(server: FastifyInstance, service: Service): Promise<void> {
  const adapter = new FastifyAdapter();
  const queues = service.queue
    .bullQueues()
    .map((queue) => new BullMQAdapter(queue as never, { readOnlyMode: true, allowRetries: false }));
  createBullBoard({
    queues,
    serverAdapter: adapter as never,
    options: { uiConfig: { boardTitle: 'sleeptalk queues' } },
  });
  adapter.setBasePath(PATH);
  // Its own handler would show stack traces.
  adapter.setErrorHandler((error) => {
    const problem = problemOf(faultOf(error), '');
    return { status: problem.status as 500, body: problem };
  });
  await server.register(async (board) => {
    board.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    board.addHook('preHandler', server.requireRole('admin'));
    board.addHook('onSend', async (_request, reply) => {
      reply.header('content-security-policy', BOARD_POLICY);
      if (reply.statusCode >= 400) reply.type(PROBLEM_TYPE);
    });
    await board.register(adapter.registerPlugin(), { prefix: PATH });
  });
}
