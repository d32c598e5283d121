import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../contract/fault.ts';
import type { Actor, Role } from '../contract/person.ts';
import { permit } from '../acts/permit.ts';
import type { Service } from '../service.ts';
import { actorOfToken } from '../store/tokens.ts';
import { actorOfWebSession } from '../store/web-sessions.ts';
import { SESSION_COOKIE } from './cookies.ts';
import type { FailedSignIns } from './failed-sign-ins.ts';
import { shared } from './shared.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; null where nobody is signed in. */
    actor: Actor | null;
    /** The token that forms of this session carry; null without a session. */
    csrf: string | null;
    /** Why the credentials that were sent do not count; null where they do, or none were sent. */
    refusal: Fault | null;
  }
  interface FastifyInstance {
    /** A preHandler that lets through who has at least that role. */
    requireRole: (role: Role) => (request: FastifyRequest) => Promise<void>;
  }
  interface FastifyContextConfig {
    /** True asks nobody who they are: the route answers while the ledger is away. */
    open?: boolean;
  }
}

/** Requests of one token that come in a crowd ask for it together, at most some hundred times a second. */
const GATHER_MS = 8;

/**
 * Finds out who sends each request: by bearer token, else by the session cookie. A token that does not count is told
 * only after the limit of rates has had its say, so that guessing is slow; a cookie that does not count is no cookie.
 */
export function authenticate(server: FastifyInstance, service: Service, failed: FailedSignIns): void {
  server.decorateRequest('actor', null);
  server.decorateRequest('csrf', null);
  server.decorateRequest('refusal', null);
  server.decorate('requireRole', (role: Role) => async (request: FastifyRequest) => permit(request.actor, role));

  const actorOf = shared((secret) => actorOfToken(service.ledger, secret, service.now()), GATHER_MS);

  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.open === true) return;
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const secret = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
      request.actor = secret === undefined ? null : await actorOf(secret);
      if (request.actor === null) {
        request.refusal = new Fault('unauthenticated', 'the bearer token is not known, has expired or was revoked');
        await failed.record(request, 'token');
      }
      return;
    }
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie === undefined) return;
    const session = await actorOfWebSession(service.ledger, cookie, service.now());
    request.actor = session?.actor ?? null;
    request.csrf = session?.csrf ?? null;
  });

  server.addHook('preParsing', async (request) => {
    if (request.refusal !== null) throw request.refusal;
  });
}
