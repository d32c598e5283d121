import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type Authority, extension, keyIdentifier, nameOf, publicKeyOf, signCertificate } from './authority.ts';
import { octets, bits, oid, pem, sequence, tagged } from './der.ts';
import { addressBytes } from './host.ts';

/** Server certificates for the hosts an app asks for. They exist in memory only; the least recently used go first. */
export interface LeafMaker {
  /** Host name (already tidy, see host.ts) or address; null where the app named none. About 0.4 ms when new. */
  contextFor(host: string | null): SecureContext;
  readonly size: number;
}

const DAY_MS = 86_400_000;
const KEPT = 500;

export function createLeafMaker(authority: Authority, options: { readonly nowMs?: () => number } = {}): LeafMaker {
  const nowMs = options.nowMs ?? Date.now;
  // One key for all leaves: making keys is what costs, and nothing is gained by having more of them.
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const contexts = new Map<string, SecureContext>();
  return {
    get size() {
      return contexts.size;
    },
    contextFor(host) {
      const name = host ?? '';
      const known = contexts.get(name);
      const context = known ?? createSecureContext({ key: keyPem, cert: leafFor(name, authority, publicKey, nowMs()) });
      contexts.delete(name);
      contexts.set(name, context); // last in the map's order: most recently used
      const oldest = contexts.keys().next().value;
      if (contexts.size > KEPT && oldest !== undefined) contexts.delete(oldest);
      return context;
    },
  };
}

/** PEM of a leaf valid for `host`; for an empty host it is valid for no name at all. */
function leafFor(host: string, authority: Authority, publicKey: KeyObject, nowMs: number): string {
  const isAddress = isIP(host) !== 0;
  const subjectAltName = isAddress
    ? tagged(0x87, addressBytes(host))
    : tagged(0x82, Buffer.from(host === '' ? 'unnamed.invalid' : host, 'latin1'));
  const common = host !== '' && host.length <= 64 ? host : 'server'; // ub-common-name is 64 (RFC 5280, appendix A)
  const certificate = signCertificate({
    issuer: authority.name,
    issuerKey: authority.key,
    subject: nameOf({ organization: 'sleeptalk', common }),
    publicKey,
    fromMs: nowMs - 7 * DAY_MS,
    toMs: nowMs + 90 * DAY_MS,
    extensions: [
      extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)), // digitalSignature
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // serverAuth
      extension('2.5.29.17', false, sequence(subjectAltName)),
      extension('2.5.29.35', false, sequence(tagged(0x80, keyIdentifier(publicKeyOf(authority.key))))),
      extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
    ],
  });
  return pem('CERTIFICATE', certificate);
}
