import type { FastifyRequest } from 'fastify';

/** True where the client names, in If-None-Match, the entity tag of what it would get (RFC 9110, 13.1.2). */
export function isFresh(request: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const sent = request.headers['if-none-match'];
  if (sent === undefined) return false;
  return sent.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
