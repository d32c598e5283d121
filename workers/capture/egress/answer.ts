import { createHash } from 'node:crypto';

/** A request as the sealed responder sees it. Header names are lower case. */
export interface AskedFor {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  /** Bytes, or a number of filler bytes. */
  readonly body: Buffer | number;
}

/** The largest body that a request may ask for. */
export const MOST_BYTES = 8 * 1024 * 1024;

const EMPTY = Buffer.alloc(0);
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);
const HTML = '<!doctype html><html><head><meta charset="utf-8"><title></title></head><body></body></html>\n';

/**
 * What a harmless server might have said: an app that gets nothing but errors soon behaves unlike itself. The same
 * request always gets the same answer.
 */
export function answerFor(asked: AskedFor): Answer {
  const wanted = respondBytes(asked.headers['x-sleeptalk-respond']);
  if (wanted !== null) return { status: 200, contentType: 'application/octet-stream', body: wanted };
  const path = (asked.path.split('?')[0] ?? '').toLowerCase();
  if (asked.method === 'OPTIONS' || /\/(?:generate|gen)_204$/.test(path)) return noContent;
  return firebase(asked, path) ?? byExtension(path) ?? byAccept(asked, path);
}

const noContent: Answer = { status: 204, contentType: null, body: EMPTY };

/** N of `x-sleeptalk-respond: N`, by which our own sample apps say how large a body they want. */
function respondBytes(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined || !/^[0-9]{1,9}$/.test(text)) return null;
  return Math.min(MOST_BYTES, Number(text));
}

/** Shapes that the Firebase SDKs insist on (firebase-android-sdk, FirebaseInstallationServiceClient). */
function firebase(asked: AskedFor, path: string): Answer | null {
  const token = createHash('sha256').update(`${asked.host}${path}`).digest('base64url');
  if (asked.host === 'firebaseinstallations.googleapis.com') {
    const authToken = { token: `sealed.${token}`, expiresIn: '604800s' };
    if (path.endsWith(':generate')) return json(authToken);
    if (path.endsWith('/installations')) {
      return json({ name: path.slice(1), fid: `c${token.slice(0, 21)}`, refreshToken: `sealed_${token}`, authToken });
    }
  }
  if (asked.host === 'firebaseremoteconfig.googleapis.com' && path.endsWith(':fetch')) {
    return json({ entries: {}, state: 'EMPTY_CONFIG', templateVersion: '1' });
  }
  return null;
}

const BY_EXTENSION: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['png', { status: 200, contentType: 'image/png', body: PNG }],
  ['gif', { status: 200, contentType: 'image/gif', body: GIF }],
  ['js', { status: 200, contentType: 'application/javascript', body: EMPTY }],
  ['css', { status: 200, contentType: 'text/css', body: EMPTY }],
  ['json', json({})],
  ['html', { status: 200, contentType: 'text/html; charset=utf-8', body: Buffer.from(HTML) }],
  ['txt', { status: 200, contentType: 'text/plain', body: EMPTY }],
]);

function byExtension(path: string): Answer | null {
  const extension = /\.([a-z]{2,4})$/.exec(path)?.[1] ?? '';
  return BY_EXTENSION.get(extension) ?? null;
}

function byAccept(asked: AskedFor, path: string): Answer {
  const accept = String(asked.headers['accept'] ?? '');
  const sends = String(asked.headers['content-type'] ?? '');
  if (/\bimage\/(?!\*)?/.test(accept) && !accept.includes('text/html')) {
    return {
      status: 200,
      contentType: accept.includes('image/gif') ? 'image/gif' : 'image/png',
      body: accept.includes('image/gif') ? GIF : PNG,
    };
  }
  if (accept.includes('text/html'))
    return { status: 200, contentType: 'text/html; charset=utf-8', body: Buffer.from(HTML) };
  if (/\bjson\b/.test(accept) || /\bjson\b/.test(sends) || /\/(?:api|v[0-9]{1,2})\//.test(path)) return json({});
  return { status: 200, contentType: 'text/plain', body: EMPTY };
}

function json(value: unknown): Answer {
  return {
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: Buffer.from(`${JSON.stringify(value)}\n`),
  };
}
