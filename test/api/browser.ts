/** A browser as far as cookies and forms go; it follows no redirect. */
export class Browser {
  readonly #address: string;
  cookie: string;

  constructor(address: string, cookie = '') {
    this.#address = address;
    this.cookie = cookie;
  }

  async send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(this.cookie === '' ? {} : { cookie: this.cookie }), ...(init.headers as object) };
    const answer = await fetch(`${this.#address}${path}`, { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const [name = ''] = pair.split('=');
      const others = this.cookie.split('; ').filter((one) => one !== '' && !one.startsWith(`${name}=`));
      this.cookie = [...others, ...(/Max-Age=0|1970/.test(set) ? [] : [pair])].join('; ');
    }
    return answer;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { accept: 'text/html', ...headers } });
  }

  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    as: 'form' | 'json' = 'form',
  ): Promise<Response> {
    const json = as === 'json';
    const body = json ? JSON.stringify(fields) : new URLSearchParams(fields);
    const type = json ? { 'content-type': 'application/json' } : { accept: 'text/html' };
    return this.send(path, { method: 'POST', body, headers: { ...type, ...headers } });
  }

  /** The token that the forms of this session carry, as a page has it. */
  async csrf(): Promise<string> {
    const page = await (await this.get('/submit')).text();
    const found = /name="csrf" value="([^"]+)"/.exec(page)?.[1];
    if (found === undefined) throw new Error('the page has no form token');
    return found;
  }
}
