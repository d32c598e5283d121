import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Fault } from '../../contract/fault.ts';
import type { Service } from '../../service.ts';
import { eventsAfter } from '../../store/events.ts';
import { viewSubmission } from '../../store/submission-views.ts';
import { UNFINISHED } from '../../store/submissions.ts';
import { eventStream } from '../event-stream.ts';
import { PROBLEMS } from '../problems.ts';
import { Identified } from '../queries.ts';

/** Streams that one token or session may hold open at a time. */
const MOST_STREAMS = 100;

/** Server-sent events of a submission, from the first or from where a client left off. */
export function eventRoutes(server: FastifyInstance, service: Service, stopping: AbortSignal): void {
  const open = new Map<string, number>();

  server.withTypeProvider<ZodTypeProvider>().get(
    '/submissions/:id/events',
    {
      preHandler: server.requireRole('submitter'),
      exposeHeadRoute: false,
      schema: {
        operationId: 'followSubmission',
        summary: 'Stage, phase, progress and live sessions as server-sent events, until the submission has ended',
        tags: ['submissions'],
        params: Identified,
        querystring: z.strictObject({
          after: lastId.optional().describe('As Last-Event-ID, for clients that cannot set it'),
        }),
        headers: z.looseObject({ 'last-event-id': lastId.optional() }),
        response: {
          204: z.undefined().describe('There will be no event after that one'),
          200: { description: 'The events', content: { 'text/event-stream': { schema: z.string() } } },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { id, state } = await viewSubmission(service.ledger, request.params.id, request.actor);
      const after = request.headers['last-event-id'] ?? request.query.after ?? null;
      // An EventSource comes again after every end of the stream; 204 tells it that there will be no more.
      const over = !UNFINISHED.includes(state) && after !== null;
      if (over && (await eventsAfter(service.ledger, id, after, 1)).length === 0) return reply.code(204).send();
      const holder = request.actor?.credential ?? '';
      const held = open.get(holder) ?? 0;
      if (held >= MOST_STREAMS) throw new Fault('rate-limited', `${held} event streams are open already`);
      open.set(holder, held + 1);
      const gone = new AbortController();
      reply.raw.once('close', () => {
        gone.abort();
        const left = (open.get(holder) ?? 1) - 1;
        if (left > 0) open.set(holder, left);
        else open.delete(holder);
      });
      const signal = AbortSignal.any([gone.signal, stopping]);
      reply
        .type('text/event-stream')
        .header('cache-control', 'private, no-cache')
        // nginx buffers answers unless it is told not to.
        .header('x-accel-buffering', 'no')
        .serializer(String);
      return reply.send(eventStream(service.ledger, { submission: id, after, signal, log: request.log }) as never);
    },
  );
}

const lastId = z.string().regex(/^\d{1,18}$/, 'expected the id of an event');
