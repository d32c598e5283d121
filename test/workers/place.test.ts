import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import {
  isQuarantined,
  listDevices,
  quarantineDevice,
  releaseDevice,
  reportDevices,
} from '../../orchestrator/store/devices.ts';
import type { Processors } from '../../orchestrator/store/stage.ts';
import { openPlace, type Place } from '../../workers/place.ts';
import { recordedExamine } from '../../bench/service/recorded-examine.ts';
import { openWorkerDesk, silent, type WorkerDesk } from './desk.ts';

const config = { class: 'simulated', kind: 'simulated', target: 'simulated' } as const;
const id = 'w/simulated/1';
let desk: WorkerDesk;
let place: Place;
/** Codes that the next device sessions end in; with none left they wait until they are stopped or told to end. */
let faults: FaultCode[] = [];
let examined: string[] = [];
let finish = (): void => undefined;

const processors: Processors = {
  inspect: () => Promise.reject(new Error('not this place')),
  assess: () => Promise.reject(new Error('not this place')),
  async examine(job, { signal }) {
    examined.push(job.submission);
    const fault = faults.shift();
    if (fault !== undefined) throw new Fault(fault, 'as the test says');
    await new Promise<void>((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    return { run: 'run-1', bundle: 'a'.repeat(64), directory: '' };
  },
};

/** A submission whose examination is due: the stages beside it are others' to do. */
const submit = (): Promise<string> => desk.submit({ 'any.apk': Buffer.from(`${Math.random()}`) }, 'examine');

const state = async (): Promise<string | undefined> => (await listDevices(desk.ledger, new Date()))[0]?.state;

beforeAll(async () => {
  desk = await openWorkerDesk(recordedExamine);
  await reportDevices(desk.ledger, 'w', [{ id, ...config, apiLevel: null }], new Date());
  place = openPlace({ id, config, ledger: desk.ledger, queue: desk.queue, processors, log: silent });
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
});

describe('a place', () => {
  it('takes nothing before it was looked at, then is busy with one job, then idle', async () => {
    const submission = await submit();
    expect(examined).toEqual([]);
    await place.look();
    await expect.poll(() => examined, { timeout: 20_000 }).toEqual([submission]);
    await expect.poll(state).toBe('busy');
    finish();
    await expect.poll(state).toBe('idle');
  });

  it('is put into quarantine by its third fault in a row, and takes no job there', async () => {
    examined = [];
    faults = ['device-offline', 'adb-failed', 'emulator-failed'];
    await submit();
    await expect.poll(state, { timeout: 30_000 }).toBe('quarantined');
    expect(examined).toHaveLength(3);
    const waiting = await submit();
    await place.look();
    await place.look();
    expect((await desk.queue.outcome(waiting)).state).toBe('waiting');
    expect(examined).toHaveLength(3);
    expect((await listDevices(desk.ledger, new Date()))[0]).toMatchObject({
      quarantine: { by: 'sleeptalk', reason: '3 faults in a row, the last: emulator-failed' },
    });
  });

  it('takes what waited when a person has released it', async () => {
    examined = [];
    await releaseDevice(desk.ledger, id, { by: 'usr-1', now: new Date() });
    await place.look();
    await expect.poll(() => examined.length, { timeout: 20_000 }).toBe(1);
    finish();
    await expect.poll(state).toBe('idle');
  });

  it('in which a person finds something wrong ends its session, and takes no other', async () => {
    examined = [];
    await submit();
    await expect.poll(() => examined.length, { timeout: 20_000 }).toBe(1);
    await quarantineDevice(desk.ledger, id, { reason: 'a swollen battery', by: 'usr-1', now: new Date() });
    const look = place.look();
    const waiting = await submit();
    finish();
    await look;
    await place.look();
    expect(examined).toHaveLength(1);
    expect((await desk.queue.outcome(waiting)).state).toBe('waiting');
    await desk.queue.cancel(waiting);
    await releaseDevice(desk.ledger, id, { by: 'usr-1', now: new Date() });
  });

  it('that was put away between two looks sends back what it is handed, which is not counted against the job', async () => {
    examined = [];
    await place.look();
    await quarantineDevice(desk.ledger, id, { reason: 'a loose cable', by: 'usr-1', now: new Date() });
    const submission = await submit();
    const sentBack = [expect.objectContaining({ submission }) as object, 'in quarantine: sends a job back'];
    await expect.poll(() => silent.warn.mock.calls, { timeout: 20_000 }).toContainEqual(sentBack);
    expect(examined).toEqual([]);
    await releaseDevice(desk.ledger, id, { by: 'usr-1', now: new Date() });
    await place.look();
    await expect.poll(() => examined, { timeout: 30_000 }).toEqual([submission]);
    finish();
    await expect.poll(state).toBe('idle');
  });

  it('is not blamed for an app that cannot be installed', async () => {
    examined = [];
    faults = ['install-failed', 'install-failed', 'install-failed', 'install-failed'];
    for (let at = 0; at < 4; at += 1) await submit();
    await place.look();
    await expect.poll(() => examined.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
    expect(await isQuarantined(desk.ledger, id)).toBe(false);
    faults = [];
  });

  it('gives its job back when it is closed, and is idle', async () => {
    examined = [];
    const submission = await submit();
    await expect.poll(() => examined.includes(submission), { timeout: 30_000 }).toBe(true);
    await place[Symbol.asyncDispose]();
    expect((await desk.queue.outcome(submission)).state).toBe('waiting');
    expect(await state()).toBe('idle');
    expect(await isQuarantined(desk.ledger, id)).toBe(false);
  });
});
