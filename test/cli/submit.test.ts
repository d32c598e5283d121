import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../cli/client/api.ts';
import { followSubmission } from '../../cli/client/events.ts';
import type { StoredEvent } from '../../orchestrator/contract/event.ts';
import { writeApk } from '../support/apk/write.ts';
import { writeZip } from '../support/apk/zip.ts';
import { openDesk, type Desk } from '../support/command.ts';
import { fakeService, json, problem, sent, view, type FakedService } from './faked-service.ts';

const TOKEN = 'slt_of-a-test';
let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await writeFile(desk.path('app.apk'), writeApk({ packageName: 'org.example.app' }));
  await writeFile(desk.path('split.apk'), writeApk({ packageName: 'org.example.app', split: 'config.de' }));
  await writeFile(desk.path('other.apk'), writeApk({ packageName: 'org.example.other' }));
  await writeFile(
    desk.path('boxed.apks'),
    writeZip([{ path: 'base.apk', bytes: writeApk({ packageName: 'org.example.boxed' }) }]),
  );
  await writeFile(desk.path('text.apk'), 'not an APK');
});

afterAll(() => desk[Symbol.asyncDispose]());

function submit(service: Pick<FakedService, 'url'>, ...args: readonly string[]) {
  return desk.run(['submit', '--server', service.url, ...args], { SLEEPTALK_TOKEN: TOKEN });
}

const running = sent('1', {
  type: 'progress',
  progress: { stage: 'examine', step: 'locked', phase: 'locked', done: 0.5, sessions: 3, pushes: 0, secondsLeft: 9 },
});
const done = sent('2', { type: 'state', state: 'done', verdict: 'consistent', fault: null });

/** A service that takes what is sent, tells of it, and has `end` as its last word. */
function serviceEndingAs(end: Parameters<typeof view>[0]): Promise<FakedService> {
  return fakeService({
    'POST /submissions': (_request, response) => json(response, 201, view()),
    'GET /submissions/sub-1/events': (_request, response) => void response.end(running + done),
    'GET /submissions/sub-1': (_request, response) => json(response, 200, view(end)),
    'GET /reports/report-1': (_request, response) =>
      json(response, 200, { sentence: 'As a torch does.', verdict: 'x' }),
  });
}

describe('submit --wait ends as vet does', () => {
  it.each([
    ['consistent', 0],
    ['inconsistent', 10],
    ['inconclusive', 11],
  ] as const)('%s with status %i', async (verdict, status) => {
    await using service = await serviceEndingAs({ state: 'done', verdict, report: 'report-1' });
    const ran = await submit(service, '--wait', desk.path('app.apk'));
    expect(ran).toMatchObject({ status });
    expect(ran.out).toBe(`app.apk: ${verdict}\n  As a torch does.\n  ${service.url}/reports/report-1\n`);
    expect(ran.err).toContain('examine: locked  3 sessions');
    expect(new Set(service.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
  });

  it.each([
    ['device-lacks-need', 'failed', 2],
    ['emulator-failed', 'failed', 1],
    ['cancelled', 'cancelled', 1],
    ['a-code-of-a-later-version', 'failed', 1],
  ] as const)('%s with the status of its kind', async (code, state, status) => {
    await using service = await serviceEndingAs({ state, fault: { code, detail: 'as it was \u001b[31m' } });
    const ran = await submit(service, '--wait', '--json', desk.path('app.apk'));
    expect(ran.status).toBe(status);
    expect(ran.err + ran.out).not.toContain('\u001b');
    expect(JSON.parse(ran.out)).toMatchObject({
      sample: 'app.apk',
      submission: 'sub-1',
      fault: { detail: expect.stringContaining('as it was') as string },
    });
  });

  it('the gravest of several counts', async () => {
    await using service = await serviceEndingAs({ state: 'done', verdict: 'consistent', report: 'report-1' });
    const ran = await submit(service, '--wait', desk.path('app.apk'), desk.path('text.apk'));
    expect(ran.status).toBe(2);
    expect(ran.out).toContain('app.apk: consistent');
    expect(ran.err).toMatch(/sleeptalk: apk-not-zip: text\.apk: /);
  });

  it('a file that is not there is named once', async () => {
    await using service = await serviceEndingAs({ state: 'done', verdict: 'consistent', report: 'report-1' });
    const ran = await submit(service, '--wait', desk.path('gone.apk'));
    expect(ran.status).toBe(2);
    expect(ran.err).toMatch(/^sleeptalk: file-unreadable: \S*gone\.apk: there is no such file\n$/m);
    expect(ran.err.match(/gone\.apk/g)).toHaveLength(1);
  });
});

describe('what is sent', () => {
  it('is one submission an app: splits with their base, a container as it is, and the fields before the files', async () => {
    await using service = await fakeService({
      'POST /submissions': (_request, response) => json(response, 201, view()),
    });
    const files = ['split.apk', 'app.apk', 'other.apk', 'boxed.apks'].map((name) => desk.path(name));
    const ran = await submit(
      service,
      '--function',
      'torch',
      '--minutes',
      '30',
      '--device',
      'fast',
      '--priority',
      'high',
      '--again',
      ...files,
    );
    expect(ran.status).toBe(0);
    expect(ran.out.match(/: queued/g)).toHaveLength(3);
    const sentFiles = service.asked.map(({ body }) =>
      [...body.matchAll(/name="apk"; filename="([^"]+)"/g)].map((match) => match[1]),
    );
    expect(sentFiles.sort()).toEqual([['app.apk', 'split.apk'], ['boxed.apks'], ['other.apk']]);
    for (const { body } of service.asked) {
      const names = [...body.matchAll(/ name="([^"]+)"/g)].map((match) => match[1]);
      expect(names.slice(0, names.indexOf('apk'))).toEqual(['function', 'device', 'minutes', 'priority', 'again']);
      expect(body).toMatch(/name="minutes"\r\n\r\n30\r\n/);
    }
  });

  it('without --wait is left to itself: status 0 and where to look', async () => {
    await using service = await fakeService({
      'POST /submissions': (_request, response) => json(response, 200, view({ state: 'examining' })),
    });
    const ran = await submit(service, desk.path('app.apk'));
    expect(ran).toMatchObject({ status: 0, out: `app.apk: examining\n  ${service.url}/submissions/sub-1\n` });
  });
});

describe('a service that refuses or is away', () => {
  it.each([
    [401, 'unauthenticated', 2],
    [403, 'forbidden', 2],
    [413, 'upload-too-large', 2],
    [422, 'device-class-unknown', 2],
  ] as const)('%i %s is said at once, with status %i', async (http, code, status) => {
    await using service = await fakeService({
      'POST /submissions': (_request, response) => problem(response, http, code, 'in words'),
    });
    const ran = await submit(service, '--wait', desk.path('app.apk'));
    expect(ran).toMatchObject({ status, out: '' });
    expect(ran.err).toContain(`sleeptalk: ${code}: app.apk: in words`);
    expect(service.asked).toHaveLength(1);
  });

  it('a queue that is away is asked again when the service says so, and the same submission comes back', async () => {
    let refused = 0;
    await using service = await fakeService({
      'POST /submissions': (_request, response) => {
        if ((refused += 1) <= 2) problem(response, 503, 'queue-failed', 'away', { 'retry-after': '0' });
        else json(response, 200, view());
      },
    });
    expect(await submit(service, desk.path('app.apk'))).toMatchObject({ status: 0 });
    expect(new Set(service.asked.map(({ body }) => body.length)).size).toBe(1);
    expect(service.asked).toHaveLength(3);
  });

  it('a server that is not there is one sentence and status 1', async () => {
    const service = await fakeService({});
    await service[Symbol.asyncDispose]();
    const api = openApi({ server: service.url, token: TOKEN, signal: AbortSignal.timeout(20_000), retryMs: 1 });
    await expect(api.submit([{ path: desk.path('app.apk'), fileName: 'app.apk' }], {})).rejects.toMatchObject({
      code: 'server-unreachable',
      exitStatus: 1,
      detail: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/) as string,
    });
  });

  it('another program behind the address is told apart from a service', async () => {
    await using service = await fakeService({
      'POST /submissions': (_request, response) => void response.end('<html>hello'),
    });
    const ran = await submit(service, desk.path('app.apk'));
    expect(ran.status).toBe(1);
    expect(ran.err).toContain('server-not-understood');
  });

  it('sends its token nowhere else, also where the service says so', async () => {
    await using thief = await fakeService({});
    await using service = await fakeService({
      'POST /submissions': (_request, response) =>
        void response.writeHead(307, { location: `${thief.url}/api/v1/submissions` }).end(),
    });
    const api = openApi({ server: service.url, token: TOKEN, signal: AbortSignal.timeout(20_000), retryMs: 1 });
    await expect(api.submit([], {})).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(thief.asked).toEqual([]);
  });

  it.each([
    [['app.apk'], {}, /no token: set SLEEPTALK_TOKEN/],
    [['app.apk', '--server', 'ftp://example'], { SLEEPTALK_TOKEN: TOKEN }, /expected an address as https/],
    [['app.apk'], { SLEEPTALK_TOKEN: 'two\nlines' }, /the token is not one/],
  ])('bad usage %#', async (args, environment, expected) => {
    const ran = await desk.run(['submit', '--server', 'http://127.0.0.1:1', ...args], {
      SLEEPTALK_TOKEN: '',
      ...environment,
    });
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(expected);
  });
});

describe('following a submission', () => {
  it('goes on after the last event that was seen, when the connection broke', async () => {
    let connections = 0;
    await using service = await fakeService({
      'GET /submissions/sub-1/events': (_request, response) => {
        connections += 1;
        if (connections === 1) {
          response.write(`retry: 2000\n\n:\n\n${running}id: 9\nevent: progress\ndata: {"half`);
          setTimeout(() => response.destroy(), 20);
        } else if (connections === 2) problem(response, 503, 'ledger-failed', 'away');
        else response.end(done);
      },
    });
    const api = openApi({ server: service.url, token: TOKEN, signal: AbortSignal.timeout(20_000) });
    const seen: StoredEvent[] = [];
    const lost: string[] = [];
    const options = {
      signal: AbortSignal.timeout(20_000),
      retryMs: 1,
      onLost: (fault: { code: string }) => lost.push(fault.code),
    };
    for await (const event of followSubmission(api, 'sub-1', options)) seen.push(event);
    expect(seen.map(({ id }) => id)).toEqual(['1', '2']);
    expect(service.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1']);
    expect(lost).toEqual(['server-unreachable']);
  });

  it('ends where the submission had ended before it was followed', async () => {
    await using service = await fakeService({
      'GET /submissions/sub-1/events': (_request, response) => void response.end('retry: 2000\n\n'),
      'GET /submissions/sub-1': (_request, response) => json(response, 200, view({ state: 'cancelled' })),
    });
    const api = openApi({ server: service.url, token: TOKEN, signal: AbortSignal.timeout(20_000) });
    for await (const event of followSubmission(api, 'sub-1', { signal: AbortSignal.timeout(20_000) }))
      throw new Error(event.id);
    expect(service.asked).toHaveLength(2);
  });

  it('ends at a refusal, as of a token that was revoked meanwhile', async () => {
    await using service = await fakeService({
      'GET /submissions/sub-1/events': (_request, response) => problem(response, 401, 'unauthenticated', 'revoked'),
    });
    const api = openApi({ server: service.url, token: TOKEN, signal: AbortSignal.timeout(20_000) });
    const follow = followSubmission(api, 'sub-1', { signal: AbortSignal.timeout(20_000) });
    await expect(follow.next()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('gives up after --timeout; the submission goes on', async () => {
    await using service = await fakeService({
      'POST /submissions': (_request, response) => json(response, 201, view()),
      'GET /submissions/sub-1/events': (_request, response) => void response.write(running),
    });
    const ran = await submit(service, '--wait', '--timeout', '0.02', desk.path('app.apk'));
    expect(ran.status).toBe(1);
    expect(ran.err).toContain('deadline-passed: app.apk: no verdict within 0.02 minutes; the submission goes on');
    expect(service.asked.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});
