import { Fault } from '../../orchestrator/contract/fault.ts';
import type { RequestHead } from './request-head.ts';

/** Requests that we ourselves make from the handset, to prove that its traffic arrives here. */
export interface CanaryBook {
  /** Settles when a request with the nonce in its target or Host has come; rejects when the signal aborts. */
  expect(nonce: string, signal: AbortSignal): Promise<void>;
  /** True for a canary that is expected; its waiter is told. */
  arrived(head: RequestHead): boolean;
}

export function createCanaryBook(): CanaryBook {
  const waiting = new Map<string, (() => void) | null>();
  return {
    expect(nonce, signal) {
      if (!/^[A-Za-z0-9._-]{8,128}$/.test(nonce)) {
        return Promise.reject(
          new Fault('contract-broken', 'a canary nonce is 8 to 128 letters, digits, dots or dashes'),
        );
      }
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const stop = (): void => {
          waiting.delete(nonce);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', stop, { once: true });
        waiting.set(nonce, () => {
          signal.removeEventListener('abort', stop);
          resolve();
        });
      });
    },
    arrived(head) {
      for (const [nonce, tell] of waiting) {
        if (!head.target.includes(nonce) && !head.hostHeader?.includes(nonce)) continue;
        tell?.();
        waiting.set(nonce, null); // a repetition of it is still no traffic of the app
        return true;
      }
      return false;
    },
  };
}

/** The answer to a canary: an HTTP response that repeats nothing but its own name. */
export const CANARY_ANSWER =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\nsleeptalk\n';
