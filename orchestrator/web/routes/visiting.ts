import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../contract/fault.ts';
import { mayActAs, type Role } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { countWaitingForReview } from '../../store/review-standing.ts';
import { flashOf, type Done } from '../flash.ts';
import type { SignedIn, Visit } from '../pages/visit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How many submissions wait for a reviewer; null where it is not counted for the answer. */
    toReview: number | null;
  }
}

/** Counts for who may review what waits for one: the navigation of every page says it. */
export function countForReviewers(server: FastifyInstance, { ledger }: Pick<Service, 'ledger'>): void {
  server.decorateRequest('toReview', null);
  server.addHook('preHandler', async (request) => {
    const { actor, headers } = request;
    if (actor === null || !mayActAs(actor, 'reviewer')) return;
    // Browsers ask for pages in these words, and for the pictures in them in others.
    if (headers.accept?.includes('text/html') === true) request.toReview = await countWaitingForReview(ledger);
  });
}

/** The visit that a request is, also before sign-in. */
export function visitOf(service: Pick<Service, 'now'>, request: FastifyRequest): Visit {
  const [path = '/'] = request.url.split('?');
  return {
    actor: request.actor,
    csrf: request.csrf,
    path,
    now: service.now(),
    flash: flashOf(queryOf(request).get('did') ?? undefined),
    ...(request.toReview === null ? {} : { toReview: request.toReview }),
  };
}

/** @throws Fault `unauthenticated`, `forbidden` */
export function signedIn(service: Pick<Service, 'now'>, request: FastifyRequest, role: Role = 'submitter'): SignedIn {
  const visit = visitOf(service, request);
  if (visit.actor === null) throw new Fault('unauthenticated', 'sign in to see this page');
  if (!mayActAs(visit.actor, role))
    throw new Fault('forbidden', `a ${role} may see this; you are a ${visit.actor.role}`);
  return { ...visit, actor: visit.actor };
}

export function queryOf(request: Pick<FastifyRequest, 'url'>): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** A text of the query, cut and without NUL, which the ledger cannot hold; null where it is empty. */
export function asked(query: URLSearchParams, name: string, most = 255): string | null {
  const text = query.get(name)?.replaceAll('\0', '').trim().slice(0, most) ?? '';
  return text === '' ? null : text;
}

/** A parameter of the path. */
export function named(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? '';
}

/** The fields of a form; what is no text is left out. */
export function fieldsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const { body } = request;
  if (body === null || typeof body !== 'object') return {};
  return Object.fromEntries(
    Object.entries(body).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'csrf',
    ),
  );
}

export function show(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

/** After a change: to a page that shows it (RFC 9110, 15.4.4). */
export function onTo(reply: FastifyReply, path: string, done: Done): FastifyReply {
  const [before = '', fragment] = path.split('#');
  const joined = `${before}${before.includes('?') ? '&' : '?'}did=${done}`;
  return reply.redirect(fragment === undefined ? joined : `${joined}#${fragment}`, 303);
}
