import { duplexPair } from 'node:stream';
import type { Egress } from '../../workers/capture/egress/egress.ts';

/** A server that accepts and never answers; `log` hears 'opened' and 'closed'. */
export function silentEgress(log: string[]): Egress {
  return {
    mode: 'sealed',
    connect: () => {
      const [near, far] = duplexPair();
      log.push('opened');
      far.resume();
      near.once('close', () => log.push('closed'));
      return Promise.resolve({ stream: near, alpn: null });
    },
    tunnel: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A server that says one thing to whatever it is asked, and hangs up. */
export function scriptedEgress(answer: string): Egress {
  return {
    mode: 'sealed',
    connect: () => {
      const [near, far] = duplexPair();
      far.once('data', () => {
        far.write(answer);
        setTimeout(() => near.destroy(), 30);
      });
      return Promise.resolve({ stream: near, alpn: null });
    },
    tunnel: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
