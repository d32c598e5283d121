import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.ts';
import { isSecure } from './cookies.ts';

/** What a page of ours may load: its own files and nothing else; no inline script, no inline style. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** report.html stands alone with its style inside, and needs nothing else. */
export const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox";

/** Headers that keep a browser from doing more with an answer than was meant. A route may set its own before. */
export function securityHeaders(server: FastifyInstance, service: Pick<Service, 'config'>): void {
  server.addHook('onSend', async (request, reply) => {
    const headers: Readonly<Record<string, string>> = {
      'content-security-policy': PAGE_POLICY,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      // Not `no-referrer`: with it browsers send `Origin: null` with forms of our own.
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
      'cache-control': 'no-store',
      ...(isSecure(service, request) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    };
    for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value);
  });
}
