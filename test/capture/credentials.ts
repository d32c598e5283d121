import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import {
  createAuthority,
  extension,
  nameOf,
  signCertificate,
  type Authority,
} from '../../workers/capture/authority.ts';
import { pem, sequence, tagged } from '../../workers/capture/der.ts';
import { addressBytes } from '../../workers/capture/host.ts';

/** A server of the outside world: its own authority, and a certificate for one name or address. */
export function serverCredentials(host: string): { key: string; cert: string; authority: Authority } {
  const authority = createAuthority();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = isIP(host) ? tagged(0x87, addressBytes(host)) : tagged(0x82, Buffer.from(host));
  const certificate = signCertificate({
    issuer: authority.name,
    issuerKey: authority.key,
    subject: nameOf({ organization: 'test', common: host }),
    publicKey,
    fromMs: Date.now() - 86_400_000,
    toMs: Date.now() + 86_400_000,
    extensions: [extension('2.5.29.17', false, sequence(name))],
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert: pem('CERTIFICATE', certificate), authority };
}
