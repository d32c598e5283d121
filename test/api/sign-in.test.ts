import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPath } from '../../orchestrator/api/routes/sign-in.ts';
import { makeSignInCode } from '../../orchestrator/store/web-sessions.ts';
import { PLACES, type Place } from '../store/places.ts';
import { formOf, freshApk, postJson } from './forms.ts';
import { Browser } from './browser.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let reviewer: Guest;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place);
  reviewer = await stand.person('reviewer');
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

async function signedIn(guest = reviewer): Promise<Browser> {
  const browser = new Browser(stand.address);
  const answer = await browser.post('/sign-in', { token: guest.secret, next: '/devices' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/devices']);
  return browser;
}

describe('signing in to the pages', () => {
  it('by a token sets a cookie that no script can read, and a page is shown', async () => {
    const browser = new Browser(stand.address);
    const answer = await browser.post('/sign-in', { token: `  ${reviewer.secret}\n`, next: '/' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^sleeptalk_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await browser.get('/devices')).status).toBe(200);
  });

  it('makes the cookie secure where people come by https', async () => {
    await using secure = await openStand(place, { SLEEPTALK_PUBLIC_URL: 'https://vet.example' });
    const guest = await secure.person('submitter');
    const answer = await new Browser(secure.address).post('/sign-in', { token: guest.secret, next: '/' });
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure/);
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('sends whoever is nobody to sign in, and back again afterwards', async () => {
    const answer = await new Browser(stand.address).get('/submissions?state=done');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      '/sign-in?next=%2Fsubmissions%3Fstate%3Ddone',
    ]);
  });

  it('by a wrong token says so and sets nothing', async () => {
    const answer = await new Browser(stand.address).post('/sign-in', { token: 'slt_wrong', next: '/' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await answer.text()).toContain('That token is not known, has expired or was revoked.');
  });

  it('by a one-time link works once, and not from a page of another site', async () => {
    const code = (): Promise<string> =>
      makeSignInCode(stand.service.ledger, { person: reviewer.person.id, minutes: 5, now: new Date() });
    const link = `/sign-in?code=${await code()}`;
    expect((await new Browser(stand.address).get(link)).status).toBe(303);
    expect((await new Browser(stand.address).get(link)).status).toBe(401);
    const lured = `/sign-in?code=${await code()}`;
    expect((await new Browser(stand.address).get(lured, { 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await new Browser(stand.address).get(lured)).status).toBe(303);
  });

  it('gives a new secret each time, and ends the session that there was', async () => {
    const browser = await signedIn();
    const before = browser.cookie;
    await browser.post('/sign-in', { token: reviewer.secret, next: '/' });
    expect(browser.cookie).not.toBe(before);
    const old = new Browser(stand.address, before);
    expect((await old.get('/devices')).status).toBe(303);
  });

  it('takes no cookie that it did not set', async () => {
    const planted = `sleeptalk_session=${'A'.repeat(43)}`;
    const browser = new Browser(stand.address, planted);
    expect((await browser.get('/devices')).status).toBe(303);
    await browser.post('/sign-in', { token: reviewer.secret, next: '/' });
    expect(browser.cookie).not.toBe(planted);
    for (const forged of [
      'sleeptalk_session=',
      `sleeptalk_session=${'x'.repeat(4000)}`,
      "sleeptalk_session=' or 1=1",
    ]) {
      expect((await new Browser(stand.address, forged).get('/devices')).status).toBe(303);
    }
  });

  it('ends where the token is revoked by which one came', async () => {
    const made = await reviewer.json<{ token: { id: string }; secret: string }>(
      '/api/v1/tokens',
      postJson({ name: 'pages', role: 'submitter' }),
    );
    const browser = new Browser(stand.address);
    await browser.post('/sign-in', { token: made.body.secret, next: '/' });
    expect((await browser.get('/submissions')).status).toBe(200);
    await reviewer.fetch(`/api/v1/tokens/${made.body.token.id}`, { method: 'DELETE' });
    expect((await browser.get('/submissions')).status).toBe(303);
  });

  it('ends with the sign-out', async () => {
    const browser = await signedIn();
    const kept = new Browser(stand.address, browser.cookie);
    expect((await browser.post('/sign-out', { csrf: await browser.csrf() })).status).toBe(303);
    expect((await kept.get('/devices')).status).toBe(303);
  });

  it.each([
    ['/reports/report-1?x=1', '/reports/report-1?x=1'],
    ['//evil.example', '/'],
    [String.raw`/\evil.example`, '/'],
    ['https://evil.example', '/'],
    ['/a\r\nset-cookie: x=1', '/'],
    ['javascript:alert(1)', '/'],
    [undefined, '/'],
  ])('goes on from %s to %s', (next, expected) => {
    expect(localPath(next)).toBe(expected);
  });
});

describe('a change by a session', () => {
  it('needs the form token of that very session', async () => {
    const browser = await signedIn();
    const csrf = await browser.csrf();
    const other = await (await signedIn()).csrf();
    const ask = (given: Record<string, string>): Promise<Response> =>
      browser.post('/api/v1/tokens', { name: 'x', role: 'submitter' }, given, 'json');
    expect((await ask({})).status).toBe(403);
    expect((await ask({ 'x-csrf-token': other })).status).toBe(403);
    expect(((await (await ask({ 'x-csrf-token': '' })).json()) as { code: string }).code).toBe('request-forged');
    expect((await ask({ 'x-csrf-token': csrf })).status).toBe(201);
  });

  it('is refused from a page of another site, form token or not', async () => {
    const browser = await signedIn();
    const csrf = await browser.csrf();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      expect((await browser.post('/sign-out', { csrf }, headers)).status).toBe(403);
    }
    const own = { 'sec-fetch-site': 'same-origin', origin: stand.address };
    expect((await browser.post('/sign-out', { csrf }, own)).status).toBe(303);
  });

  it('is refused where another site sends the sign-in form', async () => {
    const answer = await new Browser(stand.address).post(
      '/sign-in',
      { token: reviewer.secret, next: '/' },
      { origin: 'https://evil.example' },
    );
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it('by an upload is checked before any file is stored', async () => {
    const browser = await signedIn();
    const csrf = await browser.csrf();
    const send = (body: FormData, headers: Record<string, string> = {}): Promise<Response> =>
      browser.send('/api/v1/submissions', { method: 'POST', body, headers });
    const [first, second, third] = [freshApk(), freshApk(), freshApk()];
    expect((await send(formOf(['apk', first]))).status).toBe(403);
    expect((await send(formOf(['apk', first], ['csrf', csrf]))).status).toBe(403);
    expect((await send(formOf(['csrf', 'forged'], ['apk', first]))).status).toBe(403);
    expect(await stand.holds(JSON.stringify(first))).toBe(false);
    expect((await send(formOf(['csrf', csrf], ['apk', second]))).status).toBe(201);
    expect((await send(formOf(['apk', third]), { 'x-csrf-token': csrf })).status).toBe(201);
  });
});

describe('the headers of answers', () => {
  it('let a page load nothing but its own files, and nobody frame it', async () => {
    const answer = await fetch(`${stand.address}/sign-in`);
    const headers: Record<string, string> = {};
    answer.headers.forEach((value, name) => (headers[name] = value));
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  it('loosen the policy for the queue board alone, which is for admins', async () => {
    const admin = await stand.person('admin');
    const board = await admin.fetch('/admin/queues');
    expect(board.status).toBe(200);
    expect(board.headers.get('content-security-policy')).toContain("script-src 'self' 'unsafe-inline'");
    const queues = await admin.json<{ queues: { name: string }[] }>('/admin/queues/api/queues');
    expect(queues.body.queues.map((one) => one.name).some((one) => one.endsWith('-inspect'))).toBe(true);
    expect((await reviewer.fetch('/admin/queues/api/queues')).status).toBe(403);
    expect((await fetch(`${stand.address}/admin/queues`, { redirect: 'manual' })).status).toBe(401);
    const cleaned = await admin.fetch(`/admin/queues/api/queues/${queues.body.queues[0]?.name}/clean/completed`, {
      method: 'PUT',
    });
    expect(cleaned.status).toBeGreaterThanOrEqual(400);
  });
});
