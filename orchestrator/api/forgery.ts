import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../contract/fault.ts';
import type { Service } from '../service.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True: the route takes files; its form is checked by whoever reads the parts. */
    upload?: boolean;
    /** True: a form that one sends before one is signed in, so there is no token to bind it to. */
    beforeSignIn?: boolean;
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Refuses changes that another site makes a browser send. A request by bearer token needs no such check: no browser adds
 * the token by itself. All others must come from a page of this service, by what the browser says of its origin, and,
 * where there is a session, carry the token that is bound to it (OWASP: synchroniser token pattern).
 */
export function refuseForgery(server: FastifyInstance, service: Pick<Service, 'config'>): void {
  // A form with files reaches only those who read its parts, since what is read later is checked later.
  server.addHook('preParsing', async ({ headers, routeOptions, is404 }) => {
    const form = headers['content-type']?.toLowerCase().startsWith('multipart/') === true;
    if (form && routeOptions.config.upload !== true && !is404) {
      throw new Fault('media-type-refused', 'a form with files is not taken here');
    }
  });

  server.addHook('preHandler', async (request) => {
    if (SAFE.has(request.method) || request.actor?.via === 'token') return;
    refuseForeignOrigin(request, service.config.SLEEPTALK_PUBLIC_URL);
    const { upload, beforeSignIn } = request.routeOptions.config;
    if (request.csrf === null || beforeSignIn === true) return;
    // The parts of an upload are not read yet: without the header their reader checks the field, before any file.
    if (upload === true && request.headers['x-csrf-token'] === undefined) return;
    checkFormToken(request, request.headers['x-csrf-token'] ?? fieldOf(request.body));
  });
}

/** @throws Fault `request-forged` where `sent` is not the token of the request's session */
export function checkFormToken(request: Pick<FastifyRequest, 'csrf'>, sent: unknown): void {
  if (request.csrf !== null && typeof sent === 'string' && sameText(sent, request.csrf)) return;
  throw new Fault('request-forged', 'the form token is missing or of another session: open the page again');
}

/** Browsers of today say where a request comes from; Origin is sent with every unsafe method. */
function refuseForeignOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Fault('request-forged', 'it was sent by a page of another site');
  }
  const { origin } = request.headers;
  if (origin === undefined) return;
  const own = [
    `${request.protocol}://${request.host}`,
    ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin]),
  ];
  if (!own.includes(origin)) throw new Fault('request-forged', 'it was sent by a page of another origin');
}

function fieldOf(body: unknown): unknown {
  return body !== null && typeof body === 'object' ? (body as { csrf?: unknown }).csrf : undefined;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
