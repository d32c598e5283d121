import type { FastifyRequest } from 'fastify';
import type { Service } from '../service.ts';
import { appendAudit } from '../store/audit.ts';

export interface FailedSignIns {
  /** Notes a credential that did not count. What was sent is never written anywhere. */
  record(request: Pick<FastifyRequest, 'ip' | 'log'>, by: 'token' | 'code' | 'oidc' | 'form'): Promise<void>;
}

const WINDOW_MS = 60_000;

/**
 * Failed sign-ins in the audit log: at most `most` a minute, so that nobody can fill the ledger by failing. Those over it
 * are counted, and the first entry of a later minute says how many they were.
 */
export function failedSignIns(service: Pick<Service, 'ledger' | 'now'>, most = 30): FailedSignIns {
  let windowBegan = -Infinity;
  let written = 0;
  let unwritten = 0;
  return {
    async record(request, by) {
      const now = service.now();
      if (now.getTime() - windowBegan >= WINDOW_MS) {
        windowBegan = now.getTime();
        written = 0;
      }
      request.log.warn({ by, address: request.ip }, 'sign-in failed');
      if (written >= most) {
        unwritten += 1;
        return;
      }
      written += 1;
      const detail = { by, address: request.ip, ...(unwritten > 0 ? { unwrittenBefore: unwritten } : {}) };
      unwritten = 0;
      await appendAudit(service.ledger, { who: 'nobody', act: 'sign-in-failed', subject: null, detail, at: now });
    },
  };
}
