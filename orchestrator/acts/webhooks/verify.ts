import { timingSafeEqual } from 'node:crypto';
import { Fault } from '../../contract/fault.ts';
import { macOf } from './sign.ts';

export interface ReceivedWebhook {
  /** The header `Sleeptalk-Signature` as it came. */
  readonly header: string | undefined;
  /** The body byte for byte as it came, before any parsing. */
  readonly body: string | Uint8Array;
  readonly secret: string;
  readonly now: Date;
  /** How far the sender's clock may be off, and how old a webhook may be; 300 s unless said otherwise. */
  readonly toleranceSeconds?: number;
  /** Signatures that were taken before, kept by the receiver for twice the tolerance. A retry has a new one. */
  readonly seen: Pick<Set<string>, 'has' | 'add'>;
}

/**
 * For receivers: accepts a webhook once, if it was signed by the service and a short time ago.
 * @throws Fault `webhook-forged` where it is unsigned, altered, too old, from the future, or was taken before
 */
export function verifyWebhook({ header, body, secret, now, toleranceSeconds = 300, seen }: ReceivedWebhook): void {
  const [, time, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (time === undefined || hex === undefined) throw forged('it has no signature of the documented form');
  const seconds = Number(time);
  if (!timingSafeEqual(macOf(seconds, body, secret), Buffer.from(hex, 'hex')))
    throw forged('its signature is another one');
  const offSeconds = Math.abs(now.getTime() / 1000 - seconds);
  if (offSeconds > toleranceSeconds) throw forged(`it was signed ${Math.round(offSeconds)} s away from now`);
  if (seen.has(hex)) throw forged('it was taken before');
  seen.add(hex);
}

function forged(detail: string): Fault {
  return new Fault('webhook-forged', detail);
}
