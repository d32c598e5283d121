import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../orchestrator/contract/api.ts';
import { FAULTS, type FaultCode } from '../../orchestrator/contract/faults.ts';
import { PLACES, type Place } from '../store/places.ts';
import { formOf, freshApk, postJson, submit } from './forms.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let submitter: Guest;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place);
  submitter = await stand.person('submitter');
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

async function problem(answer: Response | Promise<Response>): Promise<Problem> {
  const given = await answer;
  expect(given.headers.get('content-type')).toBe('application/problem+json');
  const body = (await given.json()) as Problem;
  expect(body.status).toBe(given.status);
  expect(body).toMatchObject({ type: `/docs/faults#${body.code}`, title: FAULTS[body.code as FaultCode].message });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|at async|sleeptalk-api-/);
  return body;
}

describe('what is refused is refused as a problem', () => {
  it.each<[string, () => Promise<Response>, string]>([
    ['an address that nothing is at', () => submitter.fetch('/api/v1/nothing'), 'not-found'],
    [
      'a method that an address does not take',
      () => submitter.fetch('/api/v1/devices', { method: 'PUT' }),
      'method-refused',
    ],
    [
      'a body of another type',
      () => submitter.fetch('/api/v1/submissions', { method: 'POST', body: 'text' }),
      'media-type-refused',
    ],
    [
      'JSON that is none',
      () => submitter.fetch('/api/v1/tokens', { ...postJson(0), body: '{"name":' }),
      'request-malformed',
    ],
    [
      'a form where none is taken',
      () => submitter.fetch('/api/v1/tokens', { method: 'POST', body: formOf(['name', 'x']) }),
      'media-type-refused',
    ],
    [
      'a form that is no longer than its first line',
      () =>
        submitter.fetch('/api/v1/submissions', {
          method: 'POST',
          headers: { 'content-type': 'multipart/form-data; boundary=x' },
          body: '--x\r\n',
        }),
      'request-malformed',
    ],
    [
      'a form without its boundary',
      () =>
        submitter.fetch('/api/v1/submissions', {
          method: 'POST',
          headers: { 'content-type': 'multipart/form-data' },
          body: 'x',
        }),
      'request-malformed',
    ],
    [
      'a form without a file',
      () => submitter.fetch('/api/v1/submissions', { method: 'POST', body: formOf(['minutes', '5']) }),
      'request-malformed',
    ],
    ['an unknown submission', () => submitter.fetch('/api/v1/submissions/sub-nobody'), 'submission-unknown'],
    ['an unknown report', () => submitter.fetch('/api/v1/reports/report-nobody'), 'report-unknown'],
    ['an unknown package', () => submitter.fetch('/api/v1/allowlist/org.nobody'), 'allowance-unknown'],
    [
      'a path in the place of an id',
      () => submitter.fetch('/api/v1/reports/..%2f..%2f..%2fetc%2fpasswd'),
      'report-unknown',
    ],
    [
      'a path in the place of a bundle',
      () => submitter.fetch('/api/v1/reports/%2e%2e%2fledger/bundle'),
      'report-unknown',
    ],
    ['a path in the place of an asset', () => submitter.fetch('/assets/..%2fasset.ts'), 'not-found'],
    ['NUL in an id', () => submitter.fetch('/api/v1/submissions/sub-%00'), 'request-malformed'],
    ['an address that cannot be decoded', () => submitter.fetch('/api/v1/submissions/%ff'), 'not-found'],
    ['an unknown state', () => submitter.fetch('/api/v1/submissions?state=asleep'), 'request-malformed'],
    ['a cursor that no page gave', () => submitter.fetch('/api/v1/submissions?cursor=%27;drop'), 'usage'],
    [
      'an event id that is none',
      () => submitter.fetch('/api/v1/submissions/sub-x/events?after=-1'),
      'request-malformed',
    ],
    [
      'a form of report that there is not',
      () => submitter.fetch('/api/v1/allowlist', { headers: { accept: 'image/png' } }),
      'not-acceptable',
    ],
  ])('%s', async (_what, ask, code) => {
    expect((await problem(ask())).code).toBe(code);
  });

  it('says which methods there are', async () => {
    const answer = await submitter.fetch('/api/v1/submissions/sub-1', { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD']);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a number that is none', { minutes: 'many' }, /^minutes: expected a number/],
    ['a number out of range', { minutes: '99999' }, /^minutes: .*1440/],
    ['a flag that is none', { again: 'perhaps' }, /^again: expected true or false/],
    ['an unknown field', { sudo: 'yes' }, /^sudo: there is no such field; known are again, apiLevel/],
    ['JSON that is none', { tunables: '{' }, /^tunables: expected JSON/],
    ['an address of another scheme', { callbackUrl: 'file:///etc/passwd' }, /^callbackUrl: /],
    ['a priority that there is not', { priority: 'now' }, /^priority: .*"high"/],
    ['a field with NUL', { note: 'a\0b' }, /^note: expected text without NUL/],
  ])('names the field of %s and what was expected', async (_what, fields, detail) => {
    const body = formOf(['apk', freshApk()], ...Object.entries(fields));
    const refused = await problem(submitter.fetch('/api/v1/submissions', { method: 'POST', body }));
    expect(refused).toMatchObject({ code: 'request-malformed', detail: expect.stringMatching(detail) as string });
  });

  it('names what there is where a function or a class of devices is unknown', async () => {
    const post = (field: string, value: string): Promise<Response> =>
      submitter.fetch('/api/v1/submissions', { method: 'POST', body: formOf(['apk', freshApk()], [field, value]) });
    expect(await problem(post('function', 'lamp'))).toMatchObject({
      code: 'function-unknown',
      detail: 'lamp; known are messenger, torch',
    });
    expect(await problem(post('device', 'pixel'))).toMatchObject({
      code: 'device-class-unknown',
      detail: 'pixel; those that exist are simulated',
    });
  });

  it('does not repeat what a header held, nor lets it into one of its own', async () => {
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(stand.address).port), '127.0.0.1', () => {
        socket.write('GET /api/v1/submissions/a%0d%0aset-cookie:%20x=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ');
        socket.write(`${submitter.secret}\r\nx-request-id: evil\r\nconnection: close\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(raw).toMatch(/^HTTP\/1\.1 404/);
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/set-cookie|evil/i);
    expect(raw).toContain(String.raw`a\\u000d\\u000aset-cookie`);
  });

  it('names a file by the last part of its path, whatever it holds', async () => {
    const apk = new Blob([JSON.stringify(freshApk())]);
    const form = new FormData();
    form.append('apk', apk, '../../etc/\u202Epasswd\u001b[31m.apk');
    const { body } = await submitter.json<{ files: { fileName: string }[] }>('/api/v1/submissions', {
      method: 'POST',
      body: form,
    });
    expect(body.files[0]?.fileName).toBe(String.raw`\u202epasswd\u001b[31m.apk`);
  });
});

describe('who may do what', () => {
  it('asks who one is, and tells a token that does not count', async () => {
    const nobody = await fetch(`${stand.address}/api/v1/submissions`);
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="sleeptalk"');
    expect((await problem(nobody)).code).toBe('unauthenticated');
    for (const authorization of ['Bearer slt_forged', 'Basic YTpi', 'Bearer', `Bearer ${'x'.repeat(5000)}`]) {
      const answer = fetch(`${stand.address}/api/v1/submissions`, { headers: { authorization } });
      expect((await problem(answer)).code).toBe('unauthenticated');
    }
  });

  it.each<[string, string, RequestInit]>([
    ['review', '/api/v1/reports/report-1/reviews', postJson({ decision: 'approve', reason: 'mine' })],
    ['allow', '/api/v1/allowlist/org.example', { ...postJson({ report: 'r', reason: 'mine' }), method: 'PUT' }],
    ['take off the allowlist', '/api/v1/allowlist/org.example?reason=x', { method: 'DELETE' }],
    ['quarantine', '/api/v1/devices/w%2Fsimulated%2F1/quarantine', postJson({ reason: 'x' })],
    ['judge again', '/api/v1/reassessments', postJson({ olderThanProfile: true })],
    ['read the audit log', '/api/v1/audit', {}],
    ['see the people', '/api/v1/people', {}],
    ['add people', '/api/v1/people', postJson({ name: 'me', role: 'admin' })],
    ['look into the queues', '/admin/queues', {}],
  ])('lets no submitter %s', async (_what, path, init) => {
    expect((await problem(submitter.fetch(path, init))).code).toBe('forbidden');
  });

  it('lets nobody make a token with more rights than they have, or for another', async () => {
    const more = submitter.fetch('/api/v1/tokens', postJson({ name: 'x', role: 'admin' }));
    expect((await problem(more)).code).toBe('forbidden');
    const other = await stand.person('reviewer');
    const foreign = postJson({ name: 'x', role: 'submitter', person: other.person.id });
    expect((await problem(submitter.fetch('/api/v1/tokens', foreign))).code).toBe('forbidden');
  });

  it('answers for what belongs to others as for what does not exist', async () => {
    const { id } = await submit(submitter);
    const stranger = await stand.person('submitter');
    for (const [path, init] of [
      [`/api/v1/submissions/${id}`, {}],
      [`/api/v1/submissions/${id}`, { method: 'DELETE' }],
      [`/api/v1/submissions/${id}/events`, {}],
      [`/api/v1/submissions/${id}/replay`, { method: 'POST' }],
    ] as const) {
      const [theirs, none] = await Promise.all([
        problem(stranger.fetch(path, init)),
        problem(stranger.fetch(path.replace(id, 'sub-none'), init)),
      ]);
      expect([theirs.code, theirs.status]).toEqual([none.code, none.status]);
    }
    const { body } = await stranger.json<{ items: unknown[] }>('/api/v1/submissions');
    expect(body.items).toEqual([]);
    const reviewer = await stand.person('reviewer');
    expect((await reviewer.fetch(`/api/v1/submissions/${id}`)).status).toBe(200);
  });

  it('takes no token any more that was revoked', async () => {
    const guest = await stand.person('submitter');
    const made = await guest.json<{ token: { id: string }; secret: string }>(
      '/api/v1/tokens',
      postJson({ name: 'ci', role: 'submitter' }),
    );
    const me = (): Promise<Response> =>
      fetch(`${stand.address}/api/v1/me`, { headers: { authorization: `Bearer ${made.body.secret}` } });
    expect((await me()).status).toBe(200);
    expect((await guest.fetch(`/api/v1/tokens/${made.body.token.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await me()).status).toBe(401);
  });

  it('writes failed sign-ins into the audit log, without what was tried', async () => {
    await fetch(`${stand.address}/api/v1/me`, { headers: { authorization: 'Bearer slt_guessed-in-vain' } });
    const admin = await stand.person('admin');
    const { body } = await admin.json<{ items: { act: string }[] }>('/api/v1/audit');
    expect(body.items.map((one) => one.act)).toContain('sign-in-failed');
    expect(JSON.stringify(body) + JSON.stringify(stand.logged)).not.toContain('guessed-in-vain');
  });
});

describe('limits', () => {
  it('says when to come again to whom asks too often', async () => {
    await using slow = await openStand(place, { SLEEPTALK_RATE_PER_MINUTE: '3' });
    const guest = await slow.person('submitter');
    const other = await slow.person('submitter');
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await guest.fetch('/api/v1/me')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const answer = await guest.fetch('/api/v1/me');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await problem(answer)).code).toBe('rate-limited');
    expect((await other.fetch('/api/v1/me')).status).toBe(200);
    expect((await fetch(`${slow.address}/healthz`)).status).toBe(200);
  });

  it('counts addresses that have no token, unknown pages among them', async () => {
    await using slow = await openStand(place, { SLEEPTALK_RATE_PER_MINUTE: '3' });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const headers = { authorization: `Bearer slt_guess${count}` };
      statuses.push((await fetch(`${slow.address}/api/v1/me`, { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  it('reads no body of JSON that is larger than a form can be', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(1_100_000), role: 'submitter' });
    const answer = submitter.fetch('/api/v1/tokens', { ...postJson(0), body });
    expect((await problem(answer)).code).toBe('upload-too-large');
  });

  it('ends a body of JSON that comes too slowly', async () => {
    await using slow = await openStand(place, { SLEEPTALK_UPLOAD_IDLE_SECONDS: '1' });
    const guest = await slow.person('submitter');
    const status = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${slow.address}/api/v1/tokens`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${guest.secret}`,
          'content-type': 'application/json',
          'content-length': '100',
        },
      });
      sent.on('response', (answer) => resolve(answer.statusCode ?? 0));
      sent.on('error', reject);
      sent.write('{');
    });
    expect(status).toBe(408);
  });
});
