import type { FastifyInstance } from 'fastify';

/** One line for each answer: who, what, how long. Of the address only the path: a query may hold a one-time code. */
export function logRequests(server: FastifyInstance): void {
  server.addHook('onResponse', async (request, reply) => {
    const { open } = request.routeOptions.config;
    request.log[open === true ? 'debug' : 'info'](
      {
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        person: request.actor?.person,
        address: request.ip,
      },
      'answered',
    );
  });
}
