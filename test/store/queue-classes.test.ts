import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { DeviceClass } from '../../orchestrator/contract/device.ts';
import { examineDeadlineMs } from '../../orchestrator/store/deadline.ts';
import { classOf } from '../../orchestrator/store/device-class.ts';
import { newId } from '../../orchestrator/store/ids.ts';
import { openDatabase } from '../../orchestrator/store/database.ts';
import { openQueue } from '../../orchestrator/store/queue.ts';
import { postponedMs } from '../../orchestrator/store/postpone.ts';
import { postgresBin, startPostgres } from './places.ts';
import { all, event, onEachPlace, processors, signal, sub } from './queue-harness.ts';
import { assessed, examined, inspected } from './results.ts';

onEachPlace('classes of devices', (start) => {
  it('each have a queue: a worker takes the examinations of its own classes only', async () => {
    await using queue = await start();
    const taken: string[] = [];
    const emulators = { happen: 0 };
    await queue.work(
      processors({
        examine: (job) => {
          taken.push(job.submission);
          return Promise.resolve(examined);
        },
      }),
      { classes: { simulated: 1 } },
    );
    const [mine, foreign] = [newId('sub'), newId('sub')];
    await queue.submit(sub(foreign, 'pixel-emulators'));
    await queue.submit(sub(mine));
    await queue.waitFor(mine, signal());
    expect(taken).toEqual([mine]);
    await expect(queue.outcome(foreign)).resolves.toMatchObject({ state: 'waiting' });
    await queue.work(
      processors({
        examine: () => {
          emulators.happen += 1;
          return Promise.resolve(examined);
        },
      }),
      { stages: ['examine'], classes: { 'pixel-emulators': 1 } },
    );
    await expect(queue.waitFor(foreign, signal())).resolves.toEqual(assessed);
    expect(emulators.happen).toBe(1);
  });

  it('are counted apart, job by job and state by state', async () => {
    await using queue = await start();
    const began = event();
    const release = event();
    const workers = await queue.work(
      processors({
        inspect: async () => {
          began.happen();
          await release.happened;
          return inspected;
        },
      }),
      { stages: ['inspect'] },
    );
    for (const device of ['simulated', 'simulated', 'pixel-emulators']) await queue.submit(sub(newId('sub'), device));
    await began.happened;
    const counts = await queue.counts();
    expect(counts).toMatchObject({
      inspect: { active: 1 },
      'examine-simulated': { 'waiting-children': 2 },
      assess: { 'waiting-children': 3 },
    });
    expect(queue.bullQueues().length).toBeGreaterThanOrEqual(3);
    release.happen();
    await workers.finish();
  });

  it('are stopped one by one: closing one place leaves the work of another alone', async () => {
    await using queue = await start();
    const began = event();
    const release = event();
    await queue.work(processors(), { stages: ['inspect', 'assess'] });
    const other = await queue.work(processors(), { stages: ['examine'], classes: { 'pixel-emulators': 1 } });
    await queue.work(
      processors({
        examine: async (_job, context) => {
          began.happen();
          await release.happened;
          context.signal.throwIfAborted();
          return examined;
        },
      }),
      { stages: ['examine'], classes: { simulated: 1 } },
    );
    const id = newId('sub');
    await queue.submit(sub(id));
    await began.happened;
    await other[Symbol.asyncDispose]();
    release.happen();
    await expect(queue.waitFor(id, signal())).resolves.toEqual(assessed);
  });

  it('answer that the queue is there', async () => {
    await using queue = await start();
    await expect(queue.ping()).resolves.toBeUndefined();
  });

  it('put off a job that met an outage, and do not count that as a try', async () => {
    await using queue = await start({ attempts: 1 });
    let tries = 0;
    await queue.work(
      processors({
        inspect: () => {
          tries += 1;
          return tries === 1 ? Promise.reject(new Fault('store-failed', 'no answer')) : Promise.resolve(inspected);
        },
      }),
      all,
    );
    const id = newId('sub');
    await queue.submit(sub(id));
    await expect(queue.waitFor(id, signal())).resolves.toEqual(assessed);
    expect(tries).toBe(2);
  });
});

describe.skipIf(postgresBin === undefined)('connections to PostgreSQL (skipped where no server is installed)', () => {
  it('are reserved for each worker that listens, so that many classes leave as many to work with', async () => {
    await using server = await startPostgres();
    await using database = await openDatabase({ url: server.url, signal: signal() });
    const pool = database.pool as unknown as Pool;
    await using queue = await openQueue({ database, signal: signal() });
    const before = pool.options.max;
    const classes = Object.fromEntries(Array.from({ length: 20 }, (_none, n) => [`class-${n}`, 1]));
    const workers = await queue.work(processors(), { classes });
    expect(pool.options.max).toBe(before + 22); // inspect and assess, and one for each class
    const ids = Object.keys(classes).map((device) => ({ id: newId('sub'), device }));
    await Promise.all(ids.map(({ id, device }) => queue.submit(sub(id, device))));
    await Promise.all(ids.map(({ id }) => queue.waitFor(id, signal())));
    await Promise.all(Array.from({ length: 12 }, () => pool.query('select pg_sleep(0.01)')));
    await workers.finish();
    await workers.finish();
    expect(pool.options.max).toBe(before);
  });
});

describe('the class of a device', () => {
  it.each([
    ['simulated', 'simulated'],
    ['pixel-emulators', 'pixel-emulators'],
  ])('is its own name where it is one: %s', (device, expected) => expect(classOf(device)).toBe(expected));

  it.each(['emulator:5554', 'Pixel_6_API_34', '192.168.1.7:5555', '../../etc', '日本', 'x'.repeat(200), '-'])(
    'is made of a serial or the name of an AVD: %s',
    (device) => expect(DeviceClass.safeParse(classOf(device)).success).toBe(true),
  );

  it('is never shared by two devices', () => {
    const names = ['emulator:5554', 'emulator.5554', 'emulator_5554', 'EMULATOR-5554', 'emulator-5554'];
    expect(new Set(names.map(classOf)).size).toBe(names.length);
  });
});

describe('the deadline of an examination', () => {
  it.each([
    // 30 minutes around it, and half as long again as it is to be watched, by the clock of the device.
    [{ device: 'simulated', minutes: 60, clockRate: 60 }, 30 + 1.5],
    [{ device: 'simulated', minutes: 60, clockRate: 1 }, 30 + 90],
    [{ device: 'pixel-emulators', minutes: 60, clockRate: 60 }, 30 + 90],
    [{ device: 'simulated', minutes: 1440, clockRate: 1 }, 30 + 2160],
  ])('follows from what is to be watched: %j', (options, minutes) => {
    expect(examineDeadlineMs(options)).toBe(minutes * 60_000);
  });
});

describe('a job that met an outage', () => {
  it('is put off for longer each time, up to half a minute, and for half an hour in all', () => {
    const fault = new Fault('store-failed', 'no answer');
    expect([1, 2, 3, 6, 7].map((starts) => postponedMs(fault, starts))).toEqual([1000, 2000, 4000, 30_000, 30_000]);
    expect(postponedMs(fault, 56)).toBeNull();
  });

  it('is at fault itself where the ledger answered, but not as it was hoped', () => {
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const wrong = Object.assign(new Error('null value in column'), { code: '23502' });
    expect(postponedMs(new Fault('ledger-failed', 'x', { cause: away }), 1)).toBe(1000);
    expect(postponedMs(new Fault('ledger-failed', 'x', { cause: wrong }), 1)).toBeNull();
    expect(postponedMs(new Fault('canary-failed', 'x'), 1)).toBeNull();
  });
});
