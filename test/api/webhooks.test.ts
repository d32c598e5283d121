import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCallback, guardedLookup, mayCall, type Resolve } from '../../orchestrator/acts/webhooks/address.ts';
import { deliverDue, RETRY_SECONDS, webhookSecret } from '../../orchestrator/acts/webhooks/deliver.ts';
import { queueEnded } from '../../orchestrator/acts/webhooks/queue-ended.ts';
import { signWebhook } from '../../orchestrator/acts/webhooks/sign.ts';
import { verifyWebhook } from '../../orchestrator/acts/webhooks/verify.ts';
import { listDeliveries } from '../../orchestrator/store/deliveries.ts';
import { PLACES, type Place } from '../store/places.ts';
import { ended, formOf, freshApk, submit } from './forms.ts';
import { openStand, type Guest, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let guest: Guest;
let now = new Date('2026-11-22T12:00:00Z');

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place, { SLEEPTALK_WEBHOOK_ALLOW: '127.0.0.1' }, { now: () => now });
  await stand.work();
  guest = await stand.person('submitter');
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Somebody who is called back, and answers with each of these statuses in turn, the last one for ever. */
async function receiver(
  ...statuses: number[]
): Promise<AsyncDisposable & { url: string; port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      response.writeHead(status ?? 204, status === 302 ? { location: 'http://127.0.0.1:1/elsewhere' } : {}).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook?of=ours`,
    port,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const signal = new AbortController().signal;
const passSeconds = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1000);
};

describe('a callback', () => {
  it('is told once of the end of a submission, signed', async () => {
    await using hook = await receiver(204);
    const { id } = await submit(guest, freshApk(), { callbackUrl: hook.url });
    expect(await queueEnded(stand.service)).toBe(0);
    const done = await ended(guest, id);
    expect(await Promise.all([queueEnded(stand.service), queueEnded(stand.service)])).toContain(1);
    expect(await queueEnded(stand.service)).toBe(0);
    expect(await deliverDue(stand.service, { signal })).toBe(1);
    expect(await deliverDue(stand.service, { signal })).toBe(0);
    const [one] = hook.received;
    expect(hook.received).toHaveLength(1);
    expect(JSON.parse(one?.body ?? '')).toMatchObject({
      event: 'submission.ended',
      submission: id,
      state: 'done',
      verdict: 'inconsistent',
      report: done.report,
    });
    const secret = await webhookSecret(stand.service);
    const header = one?.headers['sleeptalk-signature'] as string;
    verifyWebhook({ header, body: one?.body ?? '', secret, now, seen: new Set() });
    const [delivery] = await listDeliveries(stand.service.ledger, id);
    expect(delivery).toMatchObject({ state: 'delivered', log: [{ attempt: 1, status: 204, error: null }] });
    expect(JSON.stringify(stand.logged)).not.toContain(secret);
  });

  it('is told of a submission that was cancelled, and of one that somebody else had submitted', async () => {
    await using hook = await receiver(200);
    const apk = freshApk();
    const { id } = await submit(guest, apk);
    await ended(guest, id);
    const other = await stand.person('submitter');
    expect((await submit(other, apk, { callbackUrl: hook.url })).id).toBe(id);
    await queueEnded(stand.service);
    await deliverDue(stand.service, { signal });
    expect(hook.received.map((one) => (JSON.parse(one.body) as { submission: string }).submission)).toEqual([id]);
  });

  it('is tried again after waits that grow, with a new signature each time', async () => {
    await using hook = await receiver(500, 302, 200);
    const { id } = await submit(guest, freshApk(), { callbackUrl: hook.url });
    await ended(guest, id);
    await queueEnded(stand.service);
    expect(await deliverDue(stand.service, { signal })).toBe(1);
    for (const waitSeconds of RETRY_SECONDS.slice(0, 2)) {
      passSeconds(waitSeconds - 1);
      expect(await deliverDue(stand.service, { signal })).toBe(0);
      passSeconds(1);
      expect(await deliverDue(stand.service, { signal })).toBe(1);
    }
    const [delivery] = await listDeliveries(stand.service.ledger, id);
    expect(delivery?.state).toBe('delivered');
    expect(delivery?.log.map(({ status, error }) => [status, error])).toEqual([
      [500, 'answered 500'],
      [302, 'answered 302'],
      [200, null],
    ]);
    expect(new Set(hook.received.map((one) => one.headers['sleeptalk-signature'])).size).toBe(3);
    expect(new Set(hook.received.map((one) => one.body)).size).toBe(1);
  });

  it('is given up after a day', async () => {
    await using hook = await receiver(503);
    const { id } = await submit(guest, freshApk(), { callbackUrl: hook.url });
    await ended(guest, id);
    await queueEnded(stand.service);
    for (const seconds of [...RETRY_SECONDS, 86_400]) {
      expect(await deliverDue(stand.service, { signal })).toBe(1);
      passSeconds(seconds);
    }
    expect(await deliverDue(stand.service, { signal })).toBe(0);
    const [delivery] = await listDeliveries(stand.service.ledger, id);
    expect([delivery?.state, delivery?.attempts, hook.received.length]).toEqual(['given-up', 11, 11]);
    expect(RETRY_SECONDS.reduce((sum, one) => sum + one, 0)).toBe(86_400);
  });

  it('whose name leads into the own network by the time it is called is not called', async () => {
    await using hook = await receiver(200);
    const turned: Resolve = () => Promise.resolve([{ address: '10.0.0.7', family: 4 }]);
    const { id } = await submit(guest, freshApk(), { callbackUrl: `http://localhost:${hook.port}/` }).catch(() => ({
      id: '',
    }));
    await ended(guest, id);
    await queueEnded(stand.service);
    await deliverDue(stand.service, { signal, resolve: turned });
    const [delivery] = await listDeliveries(stand.service.ledger, id);
    expect(hook.received).toEqual([]);
    expect(delivery).toMatchObject({
      state: 'given-up',
      log: [{ status: null, error: expect.stringContaining('10.0.0.7') as string }],
    });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/',
    'http://[::1]:8080/',
    'http://[::ffff:192.168.0.1]/',
    'http://0x7f000002/',
    'http://2130706434/',
    'http://user:secret@example.com/',
    'http://nothing.invalid/',
  ])('to %s is refused with the submission', async (callbackUrl) => {
    const body = formOf(['apk', freshApk()], ['callbackUrl', callbackUrl]);
    const answer = await guest.json('/api/v1/submissions', { method: 'POST', body });
    expect(answer).toMatchObject({ status: 422, body: { code: 'callback-refused' } });
  });
});

describe('an address', () => {
  it.each<[string, boolean]>([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['::ffff:8.8.8.8', true],
    ['127.0.0.1', false],
    ['0.0.0.0', false],
    ['100.64.0.1', false],
    ['172.31.255.255', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['ff02::1', false],
    ['no address', false],
  ])('%s may be called: %s', (address, may) => {
    expect(mayCall(address, [])).toBe(may);
  });

  it('that is private may be called where its range is allowed', () => {
    expect(mayCall('10.1.2.3', ['10.1.0.0/16'])).toBe(true);
    expect(mayCall('10.2.2.3', ['10.1.0.0/16', 'fd00::/8'])).toBe(false);
    expect(() => mayCall('10.2.2.3', ['10.1.0.0/99'])).toThrow(
      'SLEEPTALK_WEBHOOK_ALLOW: 10.1.0.0/99 is no address range',
    );
  });

  it('of a name that has a public and a private one is refused', async () => {
    const both: Resolve = () =>
      Promise.resolve([
        { address: '8.8.8.8', family: 4 },
        { address: '::1', family: 6 },
      ]);
    await expect(checkCallback('https://mixed.example/', [], both)).rejects.toThrow('callback-refused');
    const found = await new Promise((resolve) =>
      guardedLookup([], both)('mixed.example', { all: true }, (error) => resolve(error?.message)),
    );
    expect(found).toContain('callback-refused');
  });
});

describe('a receiver', () => {
  const secret = 's'.repeat(32);
  const at = new Date('2026-11-22T12:00:00Z');
  const body = '{"event":"submission.ended"}';
  const header = signWebhook({ body, secret, now: at });
  const check = (over: Partial<Parameters<typeof verifyWebhook>[0]> = {}): void =>
    verifyWebhook({ header, body, secret, now: at, seen: new Set(), ...over });

  it('takes what was signed, as text or as bytes', () => {
    // printf '1795348800.{"event":"submission.ended"}' | openssl dgst -sha256 -hmac ssssssssssssssssssssssssssssssss
    const mac = 'f12ae850dad7d8552aa22a38576493d02c411c200cb5e4fbdb4e0440107e16cb';
    expect(header).toBe(`t=1795348800,v1=${mac}`);
    expect(() => check()).not.toThrow();
    expect(() => check({ body: Buffer.from(body) })).not.toThrow();
  });

  it.each<[string, Partial<Parameters<typeof verifyWebhook>[0]>]>([
    ['no header', { header: undefined }],
    ['a header of another form', { header: `v1=${'0'.repeat(64)}` }],
    ['another body', { body: `${body} ` }],
    ['another secret', { secret: 'x'.repeat(32) }],
    ['another time', { header: header.replace(/t=\d+/, 't=1795348801') }],
    ['one that is old', { now: new Date(at.getTime() + 301_000) }],
    ['one from the future', { now: new Date(at.getTime() - 301_000) }],
  ])('refuses %s', (_what, over) => {
    expect(() => check(over)).toThrow('webhook-forged');
  });

  it('takes the same one once', () => {
    const seen = new Set<string>();
    check({ seen });
    expect(() => check({ seen })).toThrow('it was taken before');
  });

  it('is fooled by no other header', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^t=\d{1,12},v1=[0-9a-f]{64}$/)), (given) => {
        fc.pre(given !== header);
        expect(() => check({ header: given })).toThrow('webhook-forged');
      }),
    );
  });
});
