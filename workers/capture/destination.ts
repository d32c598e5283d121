import type { IncomingMessage } from 'node:http';
import type { Destination } from '../../orchestrator/contract/capture.ts';
import { UNNAMED } from './connection.ts';
import type { ReadableConnection } from './decryptor.ts';
import { type HostAndPort, readAuthority, shownHost } from './host.ts';
import { absoluteForm } from './request-head.ts';

export interface RequestedDestination {
  /** Null where the request names nothing that could be reached. */
  readonly host: string | null;
  readonly port: number;
  /** The same for the record, where also what is no name is shown. */
  readonly destination: Destination;
  /** The Host header where it names another host than the connection goes to (domain fronting); else null. */
  readonly hostHeader: string | null;
  /** Path and query, in origin form. */
  readonly path: string;
}

/**
 * Where a request goes: to whom the connection was made (TLS server name, CONNECT), and only where nothing says that,
 * to the authority of its absolute form or to its Host.
 */
export function destinationOf(readable: ReadableConnection, request: IncomingMessage): RequestedDestination {
  const absolute = absoluteForm(request.url ?? '/');
  const path = absolute?.path ?? (request.url || '/');
  const header = hostLine(request);
  const said = header === null ? null : readAuthority(header);
  const defaultPort = readable.secure ? 443 : 80;
  const { target } = readable;
  if (target) {
    const fronted = header !== null && said?.host !== target.host;
    const port = target.port ?? defaultPort;
    return {
      host: target.host,
      port,
      destination: { host: target.host, port },
      hostHeader: fronted ? (said?.host ?? shownHost(header)) : null,
      path,
    };
  }
  const named: HostAndPort | null = absolute ? absolute.authority : said;
  const port = named?.port ?? defaultPort;
  const unnamed = header === null ? UNNAMED : shownHost(header);
  return {
    host: named?.host ?? null,
    port,
    destination: { host: named?.host ?? unnamed, port },
    hostHeader: null,
    path,
  };
}

/** The first Host line, as it stood. */
function hostLine(request: IncomingMessage): string | null {
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'host') return rawHeaders[at + 1] ?? null;
  }
  return null;
}
