import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { guardedLookup, refuseLiteral, type Resolve } from './address.ts';

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowed: readonly string[];
  readonly resolve?: Resolve;
  readonly signal: AbortSignal;
}

/**
 * Sends a webhook over a connection of its own, to an address that was checked as the connection is made; the name is not
 * asked for twice. Redirects are answers like others and not followed: they could lead anywhere.
 * @returns the status of the answer, whose body nobody reads
 * @throws Fault `callback-refused`, or the error of the connection
 */
export async function post({ url, body, headers, allowed, resolve, signal }: Post): Promise<number> {
  const target = new URL(url);
  refuseLiteral(target, allowed);
  const send = target.protocol === 'https:' ? requestSecure : requestPlain;
  const sent = send(target, {
    method: 'POST',
    agent: false,
    signal,
    lookup: guardedLookup(allowed, resolve),
    headers: { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => undefined); // it is answered: what becomes of the connection now is nobody's concern
  answer.destroy();
  return answer.statusCode ?? 0;
}
