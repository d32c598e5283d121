import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import { z } from 'zod';
import { Fault } from '../../contract/fault.ts';
import { Role, type Person } from '../../contract/person.ts';
import type { Service } from '../../service.ts';
import { changePerson, createPerson, findPersonBySubject, getPerson } from '../../store/people.ts';
import { signInPage } from '../../web/pages/sign-in.ts';
import { isSecure } from '../cookies.ts';
import type { FailedSignIns } from '../failed-sign-ins.ts';
import { localPath, signIn } from './sign-in.ts';

const CALLBACK = '/sign-in/oidc/callback';
const COOKIE = 'sleeptalk_oidc';
const MINUTES_TO_RETURN = 10;

/** What the browser carries while its user is at the issuer; bound to the browser, so a stolen answer is worth nothing. */
const Journey = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() });

const Claims = z.looseObject({ sub: z.string().min(1).max(255), iss: z.string(), name: z.string().optional() });

/** Sign-in by OpenID Connect: authorization code with PKCE, state and nonce (RFC 9700). Routes only where it is set. */
export function oidcRoutes(server: FastifyInstance, service: Service, failed: FailedSignIns): void {
  const { SLEEPTALK_OIDC_ISSUER: issuer } = service.config;
  if (issuer === undefined) return;
  const issuerOf = discoverer(service, issuer);
  const schema = { hide: true };

  server.get('/sign-in/oidc', { schema }, async (request, reply) => {
    const verifier = client.randomPKCECodeVerifier();
    const journey = { state: client.randomState(), nonce: client.randomNonce(), verifier, next: nextOf(request) };
    const target = client.buildAuthorizationUrl(await issuerOf(), {
      redirect_uri: `${baseOf(service, request)}${CALLBACK}`,
      scope: 'openid profile',
      state: journey.state,
      nonce: journey.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const value = Buffer.from(JSON.stringify(journey)).toString('base64url');
    reply.setCookie(COOKIE, value, { ...cookieOf(service, request), maxAge: MINUTES_TO_RETURN * 60 });
    return reply.redirect(target.href, 303);
  });

  server.get(CALLBACK, { schema }, async (request, reply) => {
    const carried = request.cookies[COOKIE];
    reply.clearCookie(COOKIE, cookieOf(service, request));
    let next: string;
    try {
      const journey = journeyOf(carried);
      const here = new URL(request.url, baseOf(service, request));
      const tokens = await client.authorizationCodeGrant(await issuerOf(), here, {
        pkceCodeVerifier: journey.verifier,
        expectedState: journey.state,
        expectedNonce: journey.nonce,
        idTokenExpected: true,
      });
      const person = await personOf(service, tokens.claims());
      await signIn(service, request, reply, person, { by: 'oidc' });
      next = localPath(journey.next);
    } catch (error) {
      return await refuse(request, reply, error);
    }
    return reply.redirect(next, 303);
  });

  async function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<FastifyReply> {
    if (error instanceof Fault && error.code !== 'unauthenticated') throw error;
    request.log.warn({ reason: error instanceof Error ? error.message : '' }, 'the issuer did not sign anybody in');
    await failed.record(request, 'oidc');
    const said = error instanceof Fault ? error.detail : 'The identity provider did not sign you in. Please try again.';
    return reply
      .code(401)
      .type('text/html; charset=utf-8')
      .send(String(signInPage({ oidc: true, failed: said, next: '/' })));
  }
}

/** The issuer's endpoints and keys, asked for when first needed; a failure is asked again at the next sign-in. */
function discoverer(service: Service, issuer: string): () => Promise<client.Configuration> {
  const { SLEEPTALK_OIDC_CLIENT_ID: id, SLEEPTALK_OIDC_CLIENT_SECRET: secret } = service.config;
  if (id === undefined)
    throw new Fault('config-invalid', 'SLEEPTALK_OIDC_CLIENT_ID is needed with SLEEPTALK_OIDC_ISSUER');
  const address = new URL(issuer);
  // Plain http only to an issuer on this very machine.
  const insecure = address.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  let found: Promise<client.Configuration> | null = null;
  return async () => {
    found ??= client.discovery(address, id, secret, undefined, {
      ...(insecure ? { execute: [client.allowInsecureRequests] } : {}),
      timeout: 10,
    });
    try {
      return await found;
    } catch (error) {
      found = null;
      throw new Fault('not-ready', 'the identity provider does not answer', { cause: error });
    }
  };
}

/** The person of that subject, made at the first sign-in; a role that the issuer states holds over the stored one. */
async function personOf(service: Service, given: unknown): Promise<Person> {
  const claims = Claims.parse(given);
  const subject = `${claims.iss} ${claims.sub}`;
  const stated = Role.safeParse(claims[service.config.SLEEPTALK_OIDC_ROLE_CLAIM]);
  const known = await findPersonBySubject(service.ledger, subject);
  if (known === null) {
    const name = (claims.name ?? claims.sub).slice(0, 200);
    return await createPerson(service.ledger, { name, role: stated.data ?? 'submitter', subject });
  }
  if (known.disabledAt !== null) throw new Fault('unauthenticated', 'You may not sign in here any more.');
  if (!stated.success || stated.data === known.role) return known;
  await changePerson(service.ledger, known.id, { role: stated.data });
  return await getPerson(service.ledger, known.id);
}

function journeyOf(cookie: string | undefined): z.infer<typeof Journey> {
  try {
    return Journey.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8')));
  } catch (error) {
    throw new Fault('unauthenticated', 'The sign-in took too long or was begun elsewhere. Please try again.', {
      cause: error,
    });
  }
}

function cookieOf(service: Service, request: FastifyRequest) {
  return { path: '/sign-in', httpOnly: true, sameSite: 'lax', secure: isSecure(service, request) } as const;
}

function baseOf(service: Service, request: FastifyRequest): string {
  return (service.config.SLEEPTALK_PUBLIC_URL ?? `${request.protocol}://${request.host}`).replace(/\/$/, '');
}

function nextOf(request: FastifyRequest): string {
  const { next } = request.query as { next?: unknown };
  return localPath(typeof next === 'string' ? next : undefined);
}
