import { expect, it } from 'vitest';
import { Device } from '../../orchestrator/contract/device.ts';
import type { FaultCode } from '../../orchestrator/contract/faults.ts';
import { listAudit, verifyAudit } from '../../orchestrator/store/audit.ts';
import {
  isQuarantined,
  listDevices,
  markBusy,
  markIdle,
  quarantineDevice,
  releaseDevice,
  reportDevices,
  servedClasses,
  type Place,
} from '../../orchestrator/store/devices.ts';
import { onEachLedger } from './each-ledger.ts';

const now = new Date('2026-06-01T12:00:00Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

onEachLedger('a device', (desk) => {
  async function report(worker: string, places: Partial<Place>[], at = now): Promise<string> {
    const whole = places.map((place, index) => ({
      id: `${worker}/simulated/${index}`,
      class: 'simulated',
      kind: 'simulated' as const,
      target: 'simulated',
      apiLevel: 34,
      ...place,
    }));
    await reportDevices(desk().ledger, worker, whole, at);
    return whole[0]?.id ?? '';
  }

  async function device(id: string, at = now): Promise<Device | undefined> {
    return (await listDevices(desk().ledger, at)).find((each) => each.id === id);
  }

  it('is idle, busy, idle again, and gone when its worker is silent for a minute', async () => {
    const { ledger } = desk();
    const id = await report('w1', [{}, { id: 'w1/simulated/1' }]);
    expect(Device.parse(await device(id))).toMatchObject({
      worker: 'w1',
      state: 'idle',
      sessions: 0,
      quarantine: null,
    });
    await markBusy(ledger, id, { submission: 'sub-1', run: 'run-1' });
    expect(await device(id)).toMatchObject({ state: 'busy', submission: 'sub-1', run: 'run-1', sessions: 1 });
    await report('w1', [{}], later(10));
    expect(await device(id, later(69))).toMatchObject({ state: 'busy', lastSeenAt: later(10).toISOString() });
    expect(await device(id, later(70))).toMatchObject({ state: 'gone' });
    expect(await device('w1/simulated/1', later(60))).toMatchObject({ state: 'gone' });
    await markIdle(ledger, id, null);
    expect(await device(id, later(20))).toMatchObject({ state: 'idle', submission: null, run: null, sessions: 1 });
    expect(await device(id, later(10 + 24 * 3600))).toBeUndefined();
  });

  it.each<[string, (FaultCode | null)[], number, boolean]>([
    ['two faults of its own', ['device-offline', 'adb-failed'], 2, false],
    ['three in a row', ['device-offline', 'adb-failed', 'canary-failed'], 3, true],
    ['three with a good session between', ['adb-failed', 'adb-failed', null, 'adb-failed'], 1, false],
    ['faults of apps and people', ['launch-failed', 'cancelled', 'install-failed', 'apk-malformed'], 0, false],
    ['three with a fault of an app between', ['adb-failed', 'launch-failed', 'adb-failed', 'adb-failed'], 3, true],
    ['one unclean state', ['device-dirty'], 1, true],
  ])('after %s', async (name, faults, inARow, quarantined) => {
    const { ledger } = desk();
    const id = await report(`faulty ${name}`, [{}]);
    const told: boolean[] = [];
    for (const fault of faults) {
      await markBusy(ledger, id, { submission: 'sub-1', run: null });
      told.push(await markIdle(ledger, id, fault, now));
    }
    expect(told).toEqual(faults.map((_fault, index) => quarantined && index === faults.length - 1));
    expect(await isQuarantined(ledger, id)).toBe(quarantined);
    const found = await device(id);
    expect(found).toMatchObject({
      faultsInARow: inARow,
      state: quarantined ? 'quarantined' : 'idle',
      sessions: faults.length,
    });
    expect(found?.quarantine?.by).toBe(quarantined ? 'sleeptalk' : undefined);
    const entries = (await listAudit(ledger, { most: 200 })).items.filter((each) => each.subject === id);
    const fault = faults.at(-1);
    expect(entries).toMatchObject(
      quarantined
        ? [
            {
              ...{ who: 'the service', act: 'quarantined', at: now.toISOString() },
              detail: { fault, submission: 'sub-1', reason: found?.quarantine?.reason },
            },
          ]
        : [],
    );
  });

  it('is not put into quarantine where the audit log cannot say so', async () => {
    const { ledger, sql } = desk();
    const id = await report('unlogged', [{}]);
    await markBusy(ledger, id, { submission: 'sub-1', run: null });
    await sql('alter table sleeptalk.audit rename to audit_away');
    try {
      await expect(markIdle(ledger, id, 'device-dirty', now)).rejects.toThrow();
    } finally {
      await sql('alter table sleeptalk.audit_away rename to audit');
    }
    expect(await device(id)).toMatchObject({ state: 'busy', faultsInARow: 0, quarantine: null });
    expect(await markIdle(ledger, id, 'device-dirty', now)).toBe(true);
    await verifyAudit(ledger, { signal: AbortSignal.timeout(10_000) });
  });

  it('is put into quarantine with a reason and let out again with its faults forgotten', async () => {
    const { ledger } = desk();
    const id = await report('w2', [{}]);
    await markIdle(ledger, id, 'adb-failed');
    const put = await quarantineDevice(ledger, id, { reason: 'smells <b>odd</b>', by: 'Ada', now });
    expect(put).toMatchObject({
      state: 'quarantined',
      quarantine: { reason: 'smells <b>odd</b>', by: 'Ada', at: now.toISOString() },
    });
    await report('w2', [{}], later(5));
    expect(await isQuarantined(ledger, id)).toBe(true);
    expect(await device(id, later(3 * 24 * 3600))).toMatchObject({ state: 'quarantined' });
    const free = await releaseDevice(ledger, id, { by: 'Bo', now: later(6) });
    expect(free).toMatchObject({ state: 'idle', faultsInARow: 0, quarantine: null });
    expect(await isQuarantined(ledger, id)).toBe(false);
    const nowhere = quarantineDevice(ledger, 'x\u001b', { reason: 'x', by: 'x', now });
    await expect(nowhere).rejects.toMatchObject({ code: 'device-unknown', detail: 'x\\u001b' });
    await expect(releaseDevice(ledger, 'x', { by: 'x', now })).rejects.toMatchObject({ code: 'device-unknown' });
    expect(await isQuarantined(ledger, 'x')).toBe(false);
  });

  it('that is physical stays in quarantine under the name that a new worker gives it, until it is let out', async () => {
    const { ledger } = desk();
    const phone = { class: 'pixel', kind: 'physical', target: 'R5CT1' } as const;
    const old = await report('w3-100', [{ ...phone, id: 'w3-100/pixel/0' }]);
    await quarantineDevice(ledger, old, { reason: 'unclean', by: 'sleeptalk', now });
    const fresh = await report('w3-200', [
      { ...phone, id: 'w3-200/pixel/0' },
      { ...phone, id: 'w3-200/pixel/1', target: 'R5CT2' },
    ]);
    expect(await device(fresh)).toMatchObject({ state: 'quarantined', quarantine: { reason: 'unclean' } });
    expect(await device('w3-200/pixel/1')).toMatchObject({ state: 'idle' });
    await releaseDevice(ledger, fresh, { by: 'Ada', now });
    await report('w3-300', [{ ...phone, id: 'w3-300/pixel/0' }]);
    expect(await device('w3-300/pixel/0')).toMatchObject({ state: 'idle' });
  });

  it('serves its class while it lives and is not in quarantine', async () => {
    const { ledger } = desk();
    const id = await report('w4', [{ class: 'tablet', id: 'w4/tablet/0' }]);
    expect(await servedClasses(ledger, later(59))).toContain('tablet');
    expect(await servedClasses(ledger, later(60))).not.toContain('tablet');
    await quarantineDevice(ledger, id, { reason: 'x', by: 'x', now });
    expect(await servedClasses(ledger, now)).not.toContain('tablet');
    await releaseDevice(ledger, id, { by: 'x', now });
    await report('w5', [{ class: 'tablet', id: 'w5/tablet/0' }]);
    expect((await servedClasses(ledger, now)).filter((each) => each === 'tablet')).toHaveLength(1);
    await expect(reportDevices(ledger, 'w6', [], now)).resolves.toBeUndefined();
  });
});
