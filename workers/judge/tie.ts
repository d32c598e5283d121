// In: a destination's traffic. Out: what it may share with others: its registrable domain, the server that answered,
// the certificate that it showed.
import { getDomain } from 'tldts';
import type { Traffic } from './traffic.ts';

/** null where there is none, or where more than one was seen, so that it names no single server. */
export interface Ties {
  /**
   * What someone registered: a label below a public suffix (publicsuffix.org, through the package tldts). The private
   * part of the list counts, so that two customers of one cloud (x.cloudfront.net, y.cloudfront.net) are two domains.
   */
  readonly domain: string | null;
  readonly address: string | null;
  readonly certificate: string | null;
}

export function tiesOf({ destination, addresses, certificates }: Traffic): Ties {
  const { host } = destination;
  const bare = isAddress(host);
  return {
    domain: bare ? null : getDomain(host, { allowPrivateDomains: true, extractHostname: false }),
    address: addresses.length === 0 && bare ? host : only(addresses),
    certificate: only(certificates),
  };
}

function only(values: readonly string[]): string | null {
  return values.length === 1 ? values[0]! : null;
}

/** An IPv6 address has a colon, which no name has; an IPv4 address is all digits and dots. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}
