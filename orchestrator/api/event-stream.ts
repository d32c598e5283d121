import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { StoredEvent } from '../contract/event.ts';
import { followEvents } from '../store/events.ts';
import type { Ledger } from '../store/ledger.ts';

const HEARTBEAT_MS = 15_000;
/** How long a client waits before it comes again; it then sends the id of the last event that it has. */
const RETRY_MS = 2_000;

/** The events of a submission in the form of the WHATWG's server-sent events, as they come; ends with the submission. */
export function eventStream(
  ledger: Pick<Ledger, 'db'>,
  options: {
    readonly submission: string;
    readonly after: string | null;
    readonly signal: AbortSignal;
    readonly log: FastifyBaseLogger;
  },
): Readable {
  const out = new PassThrough();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  out.once('close', () => ended.abort());
  out.write(`retry: ${RETRY_MS}\n\n`);
  // A comment now and then keeps proxies from closing a quiet stream, and finds out clients that are gone.
  const heartbeat = setInterval(() => out.write(':\n\n'), HEARTBEAT_MS);

  async function pump(): Promise<void> {
    for await (const event of followEvents(ledger, { submission: options.submission, after: options.after, signal })) {
      if (!out.write(textOf(event))) await once(out, 'drain', { signal });
    }
  }
  pump()
    .catch((error: unknown) => {
      // The client comes again by itself and goes on where it was: an outage of the ledger needs no other answer.
      if (!signal.aborted) options.log.warn({ err: error, submission: options.submission }, 'events broke off');
    })
    .finally(() => {
      clearInterval(heartbeat);
      out.end();
    });
  return out;
}

/** JSON has no line break of its own, so one data line holds it whole. */
function textOf(event: StoredEvent): string {
  return `id: ${event.id}\nevent: ${event.event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
