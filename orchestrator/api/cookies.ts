import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../service.ts';

export const SESSION_COOKIE = 'sleeptalk_session';

/** True where people reach the service by https: its cookies must then never travel without. */
export function isSecure(service: Pick<Service, 'config'>, request: FastifyRequest): boolean {
  return service.config.SLEEPTALK_PUBLIC_URL?.startsWith('https:') ?? request.protocol === 'https';
}

export function setSessionCookie(
  service: Pick<Service, 'config'>,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): void {
  reply.setCookie(SESSION_COOKIE, secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(service, request),
    maxAge: service.config.SLEEPTALK_SESSION_HOURS * 3600,
  });
}

export function clearSessionCookie(
  service: Pick<Service, 'config'>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.clearCookie(SESSION_COOKIE, { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(service, request) });
}
