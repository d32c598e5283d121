import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePerson, listPeople } from '../../orchestrator/store/people.ts';
import { PLACES, type Place } from '../store/places.ts';
import { Browser } from './browser.ts';
import { openStand, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let issuer: Server;
let issuerUrl: string;
let publicUrl: string;
/** Role that the issuer states of its accounts. */
let stated: string | undefined;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  // The service must know its address before it listens, since the issuer compares it letter by letter.
  issuer = createServer().listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  publicUrl = 'http://vet.example';
  issuer.on('request', providerOf(issuerUrl, `${publicUrl}/sign-in/oidc/callback`));
  stand = await openStand(place, {
    SLEEPTALK_PUBLIC_URL: publicUrl,
    SLEEPTALK_OIDC_ISSUER: issuerUrl,
    SLEEPTALK_OIDC_CLIENT_ID: 'sleeptalk',
    SLEEPTALK_OIDC_CLIENT_SECRET: 'a-secret-of-the-client-0123456789',
  });
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
  issuer?.closeAllConnections();
  issuer?.close();
});

function providerOf(url: string, callback: string): ReturnType<Provider['callback']> {
  const provider = new Provider(url, {
    clients: [
      { client_id: 'sleeptalk', client_secret: 'a-secret-of-the-client-0123456789', redirect_uris: [callback] },
    ],
    claims: { openid: ['sub', 'sleeptalk_role'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['cookie-key-of-the-test'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Person ${id}`, ...(stated === undefined ? {} : { sleeptalk_role: stated }) }),
    }),
  });
  return provider.callback();
}

/** Walks as a browser does: to the issuer, through its development pages of sign-in and consent, and back. */
async function walk(browser: Browser, account: string): Promise<string> {
  const start = await browser.get('/sign-in/oidc?next=%2Fdevices');
  expect(start.status).toBe(303);
  let address = start.headers.get('location') ?? '';
  const atIssuer = new Browser('');
  for (let steps = 0; !address.startsWith(`${publicUrl}/`); steps += 1) {
    if (steps > 12) throw new Error(`the walk does not end: ${address}`);
    let answer = await atIssuer.send(address, { headers: { accept: 'text/html' } });
    if (answer.status === 200) {
      const form = /action="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
      const prompt = steps < 3 ? 'login' : 'consent';
      const body = new URLSearchParams({ prompt, login: account, password: 'any' });
      answer = await atIssuer.send(new URL(form, address).href, { method: 'POST', body });
    }
    address = new URL(answer.headers.get('location') ?? '', address).href;
  }
  return address.slice(publicUrl.length);
}

describe('signing in by OpenID Connect', () => {
  it('goes by code, PKCE, state and nonce, and makes a submitter of whom the issuer vouches for', async () => {
    const browser = new Browser(stand.address);
    const start = await new Browser(stand.address).get('/sign-in/oidc');
    const asked = new URL(start.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    expect(
      [asked.get('state'), asked.get('nonce'), asked.get('code_challenge')].every((one) => (one ?? '').length >= 32),
    ).toBe(true);
    expect(start.headers.get('set-cookie')).toMatch(
      /^sleeptalk_oidc=[^;]+; Max-Age=600; Path=\/sign-in; HttpOnly; SameSite=Lax$/,
    );

    const back = await browser.get(await walk(browser, 'ada'));
    expect([back.status, back.headers.get('location')]).toEqual([303, '/devices']);
    expect((await browser.get('/devices')).status).toBe(200);
    expect((await browser.get('/audit')).status).toBe(403);
    const ada = (await listPeople(stand.service.ledger)).find((one) => one.subject === `${issuerUrl} ada`);
    expect(ada).toMatchObject({ name: 'Person ada', role: 'submitter' });
  });

  it('takes the role that the issuer states, also when it changes', async () => {
    for (const role of ['reviewer', 'admin', 'emperor'] as const) {
      stated = role;
      const browser = new Browser(stand.address);
      await browser.get(await walk(browser, 'grace'));
      const grace = (await listPeople(stand.service.ledger)).filter((one) => one.subject === `${issuerUrl} grace`);
      expect(grace.map((one) => one.role)).toEqual([role === 'emperor' ? 'admin' : role]);
    }
    stated = undefined;
  });

  it('refuses an answer that another browser asked for, one that was altered, and one that came before', async () => {
    const browser = new Browser(stand.address);
    const back = await walk(browser, 'eve');
    const stranger = await new Browser(stand.address).get(back);
    expect([stranger.status, await stranger.text()]).toEqual([401, expect.stringContaining('begun elsewhere')]);
    const altered = new Browser(stand.address, browser.cookie);
    expect((await altered.get(back.replace(/state=[^&]+/, 'state=other'))).status).toBe(401);
    const again = new Browser(stand.address, browser.cookie);
    expect((await browser.get(back)).status).toBe(303);
    expect((await again.get(back)).status).toBe(401);
    expect(again.cookie).not.toContain('sleeptalk_session');
  });

  it('lets nobody in who was shut out', async () => {
    const browser = new Browser(stand.address);
    await browser.get(await walk(browser, 'mallory'));
    const mallory = (await listPeople(stand.service.ledger)).find((one) => one.subject === `${issuerUrl} mallory`);
    await changePerson(stand.service.ledger, mallory?.id ?? '', { disabled: true });
    expect((await browser.get('/devices')).status).toBe(303);
    const next = new Browser(stand.address);
    const back = await next.get(await walk(next, 'mallory'));
    expect([back.status, await back.text()]).toEqual([401, expect.stringContaining('may not sign in here any more')]);
  });

  it('says so where the issuer is away', async () => {
    await using lonely = await openStand(place, {
      SLEEPTALK_OIDC_ISSUER: 'http://127.0.0.1:9',
      SLEEPTALK_OIDC_CLIENT_ID: 'sleeptalk',
    });
    const answer = await new Browser(lonely.address).send('/sign-in/oidc', { headers: {} });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'not-ready']);
  });
});
