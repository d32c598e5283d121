import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault, printable } from '../contract/fault.ts';
import { FAULTS } from '../contract/faults.ts';
import { problemPage } from '../web/pages/problem.ts';
import { faultOf, sendProblem } from './problem.ts';

/**
 * Every error leaves as a problem: those that routes throw, addresses that nothing is at, methods that an address does
 * not take. Call it before the first route.
 */
export function answerErrors(server: FastifyInstance): void {
  const addresses = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = addresses.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    addresses.set(url, methods);
  });

  server.setErrorHandler(async (error, request, reply) => {
    const fault = faultOf(error);
    const { status } = FAULTS[fault.code];
    const said = { fault: fault.code, err: status >= 500 ? (fault.cause ?? fault) : undefined };
    request.log[status >= 500 ? 'error' : 'info'](said, 'request refused');
    if (reply.sent) return reply;
    return answer(request, reply, fault);
  });

  server.setNotFoundHandler(async (request, reply) => {
    const methods = methodsAt(request.url, addresses);
    if (methods.length === 0) return answer(request, reply, new Fault('not-found', printable(request.url)));
    reply.header('allow', methods.join(', '));
    const detail = `${request.method} is not taken here; there are ${methods.join(', ')}`;
    return answer(request, reply, new Fault('method-refused', detail));
  });
}

/** A browser that walks through the pages gets a page, and who is nobody yet the way to sign in; all others a problem. */
function answer(request: FastifyRequest, reply: FastifyReply, fault: Fault): FastifyReply {
  const { url, method, headers, id } = request;
  const reading = headers.accept?.includes('text/html') === true && !url.startsWith('/api/');
  if (!reading) return sendProblem(request, reply, fault);
  if (fault.code === 'unauthenticated' && method === 'GET' && request.refusal === null) {
    return reply.redirect(`/sign-in?next=${encodeURIComponent(url)}`, 303);
  }
  const visit = { actor: request.actor, csrf: request.csrf, path: url, now: new Date(), flash: null };
  const { status, retryable } = FAULTS[fault.code];
  if (retryable) reply.header('retry-after', '5');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(problemPage(visit, fault, id));
}

/** The methods of the routes whose pattern the address fits. */
function methodsAt(url: string, addresses: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const parts = (url.split('?')[0] ?? '').split('/');
  const found = new Set<string>();
  for (const [pattern, methods] of addresses)
    if (fits(parts, pattern.split('/'))) for (const one of methods) found.add(one);
  return [...found].sort();
}

function fits(parts: readonly string[], pattern: readonly string[]): boolean {
  return parts.length === pattern.length && pattern.every((part, at) => part === parts[at] || part.startsWith(':'));
}
