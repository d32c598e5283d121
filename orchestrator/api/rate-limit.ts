import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../contract/fault.ts';
import type { Service } from '../service.ts';

/**
 * So many requests a minute for each token or session and, before sign-in, for each address (of IPv6 the /64). Each
 * process counts by itself. Probes and assets are free.
 */
export async function limitRates(server: FastifyInstance, service: Pick<Service, 'config'>): Promise<void> {
  await server.register(rateLimit, {
    max: service.config.SLEEPTALK_RATE_PER_MINUTE,
    timeWindow: 60_000,
    cache: 20_000,
    enableDraftSpec: true,
    allowList: (request: FastifyRequest) =>
      request.routeOptions.config.open === true || request.url.startsWith('/assets/'),
    keyGenerator: (request: FastifyRequest) => request.actor?.credential ?? addressOf(request.ip),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new Fault('rate-limited', `more than ${max} requests in a minute; come again in ${Math.ceil(ttl / 1000)} s`),
  });
}

/** A single subscriber holds a whole /64 of IPv6 (RFC 6177), so that is what is counted. */
function addressOf(ip: string): string {
  if (!ip.includes(':') || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail = ''] = ip.split('::');
  const [first, last] = [head.split(':').filter(Boolean), tail.split(':').filter(Boolean)];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}
