import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { PLACES, type Place } from '../store/places.ts';
import { ended, formOf, freshApk, postJson, submit } from './forms.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

const HOSTILE = '<script>alert(1)</script>\u202Egpj\u001b[31m=cmd()"\'&';

let place: Place;
let stand: Stand;
let guest: Guest;
let report: string;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place);
  await stand.work();
  guest = await stand.person('admin', HOSTILE);
  const apk = freshApk({ package: 'org.example.hostile', label: HOSTILE, verdict: 'consistent' });
  report = (await ended(guest, (await submit(guest, apk, { note: HOSTILE })).id)).report ?? '';
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

describe('a report', () => {
  it.each([
    ['application/json', 'application/json; charset=utf-8', /^\{"schema":"sleeptalk-report-1"/],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8', /^<!doctype html>/],
    ['application/pdf', 'application/pdf', /^%PDF-1/],
    ['*/*', 'application/json; charset=utf-8', /^\{/],
    ['application/json;q=0.1, application/pdf', 'application/pdf', /^%PDF/],
  ])('for %s comes as %s', async (accept, type, beginning) => {
    const answer = await guest.fetch(`/api/v1/reports/${report}`, { headers: { accept } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('vary')).toBe('accept');
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(beginning);
  });

  it('is not sent again to whoever has it, and has another tag in each form', async () => {
    const tags = new Set<string>();
    for (const format of ['json', 'html', 'pdf']) {
      const path = `/api/v1/reports/${report}?format=${format}`;
      const etag = (await guest.fetch(path)).headers.get('etag') ?? '';
      tags.add(etag);
      const again = await guest.fetch(path, { headers: { 'if-none-match': `"other", ${etag}` } });
      expect([again.status, await again.text(), again.headers.get('cache-control')]).toEqual([
        304,
        '',
        'private, no-cache',
      ]);
    }
    expect(tags.size).toBe(3);
  });

  it('shows the strings of an APK inert, under a policy that forbids scripts', async () => {
    const answer = await guest.fetch(`/api/v1/reports/${report}?format=html`);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*sandbox$/);
    const page = await answer.text();
    expect(page).not.toMatch(/<script>alert|\u202E|\u001b/);
    expect(page).toContain('&lt;script&gt;alert(1)');
  });
});

describe('the allowlist', () => {
  it('is exported as CSV that no spreadsheet takes for formulas', async () => {
    const reason = '=HYPERLINK("http://evil.example")';
    await guest.fetch(`/api/v1/reports/${report}/reviews`, postJson({ decision: 'approve', reason }));
    for (const ask of [{ path: '/api/v1/allowlist?format=csv' }, { path: '/api/v1/allowlist', accept: 'text/csv' }]) {
      const answer = await guest.fetch(ask.path, { headers: ask.accept === undefined ? {} : { accept: ask.accept } });
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const lines = (await answer.text()).split('\r\n');
      expect(lines[1]).toContain('org.example.hostile');
      expect(lines[1]).not.toMatch(/(^|,)"?=/);
      expect(lines[1]).not.toMatch(/[\u202E\u001b]/);
    }
  });
});

describe('the log', () => {
  it('names requests, people and submissions, and holds no secret and no character that drives a terminal', async () => {
    await fetch(`${stand.address}/sign-in?code=a-one-time-code`, { headers: { 'user-agent': 'x' } });
    await guest.fetch('/api/v1/submissions/%1b%5b31m%e2%80%ae');
    const text = JSON.stringify(stand.logged);
    expect(text).not.toContain(guest.secret);
    expect(text).not.toContain('a-one-time-code');
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(stand.logged).toContainEqual(
      expect.objectContaining({
        msg: 'submitted',
        request: expect.stringMatching(/^req-[0-9a-f]{16}$/) as string,
        submission: expect.stringMatching(/^sub-/) as string,
      }),
    );
    stand.service.log.info(
      { token: 'slt_x', nested: { cookie: 'c', deep: { authorization: 'Bearer y' } }, code: 'z' },
      'secrets',
    );
    expect(stand.logged.at(-1)).toMatchObject({
      token: '[redacted]',
      nested: { cookie: '[redacted]', deep: { authorization: '[redacted]' } },
      code: '[redacted]',
    });
  });
});

describe('figures for Prometheus', () => {
  it('are of ledger and queue, and of this process’s answers', async () => {
    for (const path of ['/metrics', '/api/v1/metrics']) {
      const answer = await fetch(`${stand.address}${path}`);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      const text = await answer.text();
      expect(text).toMatch(/^sleeptalk_submissions\{state="done"\} 1$/m);
      expect(text).toMatch(/^sleeptalk_reports\{verdict="consistent"\} 1$/m);
      expect(text).toMatch(/^sleeptalk_queue_jobs\{queue="inspect",state="waiting"\} 0$/m);
      expect(text).toMatch(/^sleeptalk_stage_seconds_count\{stage="examine"\} 1$/m);
      expect(text).toMatch(/^sleeptalk_up\{part="ledger"\} 1$/m);
      expect(text).toMatch(
        /^sleeptalk_http_request_seconds_count\{route="\/api\/v1\/submissions",method="POST",status="201"\} 1$/m,
      );
      expect(text).not.toContain('hostile');
    }
  });
});

describe('what waits for a reviewer', () => {
  const metrics = async ({ address }: Stand) => (await fetch(`${address}/metrics`)).text();

  it('is counted, and not said to be nothing while the ledger is away', async () => {
    await ended(guest, (await submit(guest, freshApk({ verdict: 'inconclusive' }))).id);
    const { items } = (await guest.json<{ items: unknown[] }>('/api/v1/submissions?review=waiting')).body;
    expect(items.length).toBeGreaterThan(0);
    await using other = await openStand(place);
    expect(await metrics(other)).toMatch(new RegExp(`^sleeptalk_reviews_waiting ${items.length}$`, 'm'));
    const gone = () => {
      throw new Fault('ledger-failed', 'it does not answer');
    };
    const ledger = { db: { selectFrom: gone } } as unknown as Stand['service']['ledger'];
    await using lonely = await openStand(place, {}, { ledger });
    const text = await metrics(lonely);
    expect(text).toMatch(/^sleeptalk_up\{part="ledger"\} 0$/m);
    expect(text).not.toMatch(/^sleeptalk_reviews_waiting \d/m);
  });
});

describe('while a part is away', () => {
  const away = () => Promise.reject(new Fault('queue-failed', 'it does not answer'));

  it('readyz names it, healthz does not mind', async () => {
    expect((await fetch(`${stand.address}/readyz`)).status).toBe(200);
    const { queue } = stand.service;
    await using lonely = await openStand(place, {}, { queue: { ...queue, ping: away } });
    const ready = await fetch(`${lonely.address}/readyz`);
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await ready.json()).toMatchObject({ code: 'not-ready', detail: 'queue: does not answer' });
    expect((await fetch(`${lonely.address}/healthz`)).status).toBe(200);
  });

  it('a part that does not answer in time counts as away', async () => {
    const { queue } = stand.service;
    const forever = { ...queue, ping: () => new Promise<void>(() => undefined) };
    await using lonely = await openStand(place, {}, { queue: forever });
    expect(await (await fetch(`${lonely.address}/readyz`)).json()).toMatchObject({
      detail: 'queue: no answer in time',
    });
  });

  it('a submission is recorded though the queue is away, told so by 503, and found again by its repeat', async () => {
    const { queue, files } = stand.service;
    let isAway = true;
    const flaky: typeof queue = { ...queue, submit: (one, options) => (isAway ? away() : queue.submit(one, options)) };
    await using lonely = await openStand(place, {}, { queue: flaky, files });
    const other = await lonely.person('submitter');
    const apk = freshApk();
    const refused = await other.fetch('/api/v1/submissions', { method: 'POST', body: formOf(['apk', apk]) });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    const problem = (await refused.json()) as { code: string; detail: string };
    expect(problem.code).toBe('queue-failed');
    isAway = false;
    const again = await submit(other, apk);
    expect(problem.detail).toContain(again.id);
    expect(await ended(other, again.id)).toMatchObject({ state: 'done' });
  });

  it('a cancel counts though the queue is away', async () => {
    const { queue } = stand.service;
    await using lonely = await openStand(
      place,
      {},
      { queue: { ...queue, submit: () => Promise.resolve(), cancel: away } },
    );
    const other = await lonely.person('submitter');
    const { id } = await submit(other);
    const answer = await other.json(`/api/v1/submissions/${id}`, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });
});

describe('people', () => {
  it('are added and shut out by admins, never by themselves', async () => {
    const added = await guest.json<{ id: string }>('/api/v1/people', postJson({ name: 'Nia', role: 'submitter' }));
    expect(added).toMatchObject({ status: 201, body: { name: 'Nia', role: 'submitter', disabledAt: null } });
    const made = await guest.json<{ secret: string }>(
      '/api/v1/tokens',
      postJson({ name: 'ci', role: 'submitter', person: added.body.id }),
    );
    const nia = { headers: { authorization: `Bearer ${made.body.secret}` } };
    expect((await fetch(`${stand.address}/api/v1/me`, nia)).status).toBe(200);
    const patch = { ...postJson({ disabled: true }), method: 'PATCH' };
    expect((await guest.fetch(`/api/v1/people/${added.body.id}`, patch)).status).toBe(200);
    expect((await fetch(`${stand.address}/api/v1/me`, nia)).status).toBe(401);
    expect((await guest.fetch(`/api/v1/people/${guest.person.id}`, patch)).status).toBe(403);
  });
});
