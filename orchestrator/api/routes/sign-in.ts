import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { note } from '../../acts/noted.ts';
import type { Actor, Person } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { actorOfToken } from '../../store/tokens.ts';
import { closeWebSession, openWebSession, redeemSignInCode } from '../../store/web-sessions.ts';
import { signInPage } from '../../web/pages/sign-in.ts';
import { clearSessionCookie, SESSION_COOKIE, setSessionCookie } from '../cookies.ts';
import type { FailedSignIns } from '../failed-sign-ins.ts';

const Query = z.object({ code: z.string().max(200).optional(), next: z.string().max(2000).optional() });
const Form = z.object({ token: z.string().max(512), next: z.string().max(2000).optional() });

/** Failures of signing in from one address in a minute, over all processes' own counts. */
const TRIES_PER_MINUTE = 20;

/** Signing in to the pages by token or one-time link, and out again. */
export function signInRoutes(server: FastifyInstance, service: Service, failed: FailedSignIns): void {
  const oidc = service.config.SLEEPTALK_OIDC_ISSUER !== undefined;
  const rateLimit = {
    max: TRIES_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => request.ip,
  };
  const schema = { hide: true };

  function show(reply: FastifyReply, next: string, failure: string | null): FastifyReply {
    const page = signInPage({ oidc, failed: failure, next });
    return reply
      .code(failure === null ? 200 : 401)
      .type('text/html; charset=utf-8')
      .send(String(page));
  }

  server.get('/sign-in', { schema, config: { rateLimit } }, async (request, reply) => {
    const query = Query.safeParse(request.query);
    const next = localPath(query.data?.next);
    const code = query.data?.code;
    if (code === undefined) return request.actor === null ? show(reply, next, null) : reply.redirect(next, 303);
    // A link on another site could sign somebody in as whom its author chose (login CSRF): it must be opened by hand.
    const foreign = request.headers['sec-fetch-site'] === 'cross-site';
    const person = foreign ? null : await redeemSignInCode(service.ledger, code, service.now());
    if (person === null) {
      await failed.record(request, 'code');
      return show(reply, next, 'That link was used before, or its time is over.');
    }
    await signIn(service, request, reply, person, { by: 'code' });
    return reply.redirect(next, 303);
  });

  server.post('/sign-in', { schema, config: { rateLimit, beforeSignIn: true } }, async (request, reply) => {
    const form = Form.safeParse(request.body);
    const next = localPath(form.data?.next);
    const actor = form.success ? await actorOfToken(service.ledger, form.data.token.trim(), service.now()) : null;
    if (actor === null) {
      await failed.record(request, 'form');
      return show(reply, next, 'That token is not known, has expired or was revoked.');
    }
    const person = { id: actor.person, name: actor.name, role: actor.role };
    await signIn(service, request, reply, person, { by: 'token', token: actor.credential });
    return reply.redirect(next, 303);
  });

  server.post('/sign-out', { schema }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (request.actor !== null) await note(service, request.actor, { act: 'signed-out', subject: null });
    if (secret !== undefined) await closeWebSession(service.ledger, secret);
    clearSessionCookie(service, request, reply);
    return reply.redirect('/sign-in', 303);
  });
}

/** Opens a session under a new secret, ends the one there was (session fixation), and sets the cookie. */
export async function signIn(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, name, role }: Pick<Person, 'id' | 'name' | 'role'>,
  { by, token = null }: { readonly by: 'token' | 'code' | 'oidc'; readonly token?: string | null },
): Promise<void> {
  const before = request.cookies[SESSION_COOKIE];
  if (before !== undefined) await closeWebSession(service.ledger, before);
  const { secret } = await openWebSession(service.ledger, {
    person: id,
    role,
    token,
    hours: service.config.SLEEPTALK_SESSION_HOURS,
    now: service.now(),
  });
  const actor: Actor = { person: id, name, role, via: 'session', credential: `sign-in by ${by}` };
  await note(service, actor, { act: 'signed-in', subject: null, detail: { address: request.ip } });
  request.log.info({ person: id, by }, 'signed in');
  setSessionCookie(service, request, reply, secret);
}

/** A place of this service to go on to; anything that a browser could take for another site becomes the first page. */
export function localPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return '/';
  return next;
}
