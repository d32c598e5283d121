import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runService } from '../../orchestrator/main.ts';
import type { Service } from '../../orchestrator/service.ts';
import { listDeliveries } from '../../orchestrator/store/deliveries.ts';
import { PLACES, type Place } from '../store/places.ts';
import { ended, held, submit } from './forms.ts';
import { guest, openStand, type Guest, type Stand } from './stand.ts';

let place: Place;
let stand: Stand;
let submitter: Guest;

beforeAll(async () => {
  place = await PLACES[0]!.open();
  stand = await openStand(place, { SLEEPTALK_WEBHOOK_ALLOW: '127.0.0.1' });
  submitter = await stand.person('submitter');
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  await place?.[Symbol.asyncDispose]();
});

describe('the service', () => {
  it('listens, and says that it is stopping, ends open streams and stops', async () => {
    const hold = held();
    const session = hold.next();
    await using _workers = await stand.work({ examining: hold.examining });
    const stopping = new AbortController();
    const running = await runService(stand.service, { signal: stopping.signal });
    const person = guest(running.address, submitter.person, submitter.secret);
    const { id } = await submit(person);
    session.hold(id);
    await session.began;
    const stream = await person.fetch(`/api/v1/submissions/${id}/events`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let read = '';
    while (!read.includes('"state":"examining"')) read += (await reader.read()).value ?? '';
    stopping.abort();
    await running.ended;
    let left = await reader.read();
    while (!left.done) left = await reader.read();
    expect(stand.logged.at(-1)).toMatchObject({ msg: 'stopped' });
    await expect(person.fetch('/healthz')).rejects.toThrow();
    await submitter.json(`/api/v1/submissions/${id}`, { method: 'DELETE' });
  });

  it('queues by itself what was recorded while the queue was away, and calls back', async () => {
    const long = Date.now() + 60_000;
    const { queue } = stand.service;
    let isAway = true;
    const service: Service = {
      ...stand.service,
      now: () => new Date(Math.max(long, Date.now())),
      queue: { ...queue, submit: (one, options) => (isAway ? Promise.resolve() : queue.submit(one, options)) },
    };
    await using _workers = await stand.work();
    const before = await openStand(
      place,
      { SLEEPTALK_WEBHOOK_ALLOW: '127.0.0.1' },
      { queue: service.queue, files: service.files },
    );
    const person = await before.person('submitter');
    const { id } = await submit(person, undefined, { callbackUrl: 'http://127.0.0.1:9/closed' });
    await before[Symbol.asyncDispose]();
    isAway = false;
    const stopping = new AbortController();
    const running = await runService(service, { signal: stopping.signal });
    try {
      const here = guest(running.address, person.person, person.secret);
      expect(await ended(here, id)).toMatchObject({ state: 'done' });
      for (let tries = 0; (await listDeliveries(service.ledger, id))[0]?.log[0] === undefined; tries += 1) {
        if (tries > 200) throw new Error('the webhook was not tried');
        await delay(50);
      }
      const [delivery] = await listDeliveries(service.ledger, id);
      expect(delivery?.log[0]).toMatchObject({
        status: null,
        error: expect.stringContaining('ECONNREFUSED') as string,
      });
    } finally {
      stopping.abort();
      await running.ended;
    }
  });

  it('says whose fault it is where it cannot listen', async () => {
    const { port } = new URL(stand.address);
    for (const [listen, code] of [
      [`127.0.0.1:${port}`, 'port-busy'],
      ['203.0.113.77:0', 'config-invalid'],
    ] as const) {
      const service = { ...stand.service, config: { ...stand.service.config, SLEEPTALK_LISTEN: listen } };
      await expect(runService(service, { signal: new AbortController().signal })).rejects.toMatchObject({ code });
    }
  });
});
