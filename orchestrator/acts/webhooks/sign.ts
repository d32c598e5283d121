import { createHmac } from 'node:crypto';

/**
 * The header `Sleeptalk-Signature` of a webhook: `t=<unix seconds>,v1=<hex>`, where the hex is the HMAC-SHA-256
 * (RFC 2104) of `<t>.<body>` under the secret of the service, byte for byte as the body was sent.
 */
export function signWebhook({ body, secret, now }: { body: string; secret: string; now: Date }): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${macOf(seconds, body, secret).toString('hex')}`;
}

export function macOf(seconds: number, body: string | Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}
