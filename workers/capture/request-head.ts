import { readAuthority, type HostAndPort } from './host.ts';

/** The first request of a connection, as far as is needed to decide what to do with it. All strings are hostile. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** The Host header as it stood, or null. */
  readonly hostHeader: string | null;
  /** Length of the head with its empty line. */
  readonly headBytes: number;
  readonly text: string;
}

/** Null while the empty line that ends a head has not come. */
export function readRequestHead(bytes: Buffer): RequestHead | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const text = bytes.toString('latin1', 0, end);
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const host = lines.find((line) => /^host[ \t]*:/i.test(line));
  return {
    method,
    target,
    hostHeader: host === undefined ? null : host.slice(host.indexOf(':') + 1).trim(),
    headBytes: end + 4,
    text,
  };
}

/** Where a request in absolute form (`GET http://host:port/path`) goes, as a client of an explicit proxy sends it. */
export function absoluteForm(target: string): { readonly authority: HostAndPort | null; readonly path: string } | null {
  const match = /^http:\/\/([^/?#]*)([^#]*)/i.exec(target);
  if (!match) return null;
  const rest = match[2] ?? '';
  const authority = readAuthority((match[1] ?? '').replace(/^[^@]*@/, ''));
  return { authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}
