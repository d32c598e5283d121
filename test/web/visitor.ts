import type { Guest, Stand } from '../api/stand.ts';

/** Somebody who walks through the pages with a browser's cookie, but without scripts. */
export interface Visitor {
  readonly cookie: string;
  get(path: string): Promise<Page>;
  /** Sends a form of the page at `from`, with the token that stands in it. */
  post(from: string, path: string, fields: Readonly<Record<string, string>> | FormData): Promise<Page>;
}

export interface Page {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  readonly headers: Headers;
}

/** Signs a person of the stand in by their token, as the form of the page does. */
export async function visitorOf(stand: Pick<Stand, 'address'>, guest: Guest): Promise<Visitor> {
  const answer = await fetch(`${stand.address}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: guest.secret, next: '/' }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const call = async (path: string, init: RequestInit = {}): Promise<Page> => {
    const headers = { cookie, accept: 'text/html', ...(init.headers as Record<string, string>) };
    const sent = await fetch(`${stand.address}${path}`, { redirect: 'manual', ...init, headers });
    const location = sent.headers.get('location');
    return { status: sent.status, text: await sent.text(), location, headers: sent.headers };
  };
  return {
    cookie,
    get: (path) => call(path),
    async post(from, path, fields) {
      const csrf = /name="csrf" value="([^"]+)"/.exec((await call(from)).text)?.[1] ?? '';
      if (!(fields instanceof FormData)) {
        return call(path, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) });
      }
      const form = new FormData();
      form.append('csrf', csrf);
      fields.forEach((value, name) => form.append(name, value));
      return call(path, { method: 'POST', body: form });
    },
  };
}

/** What a person reads in a page: no tags, and single spaces. */
export function wordsOf(page: string): string {
  return page
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}
