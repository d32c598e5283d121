import { sql, type Selectable } from 'kysely';
import type { Device } from '../contract/device.ts';
import { Fault, printable } from '../contract/fault.ts';
import type { FaultCode } from '../contract/faults.ts';
import { appendAudit } from './audit.ts';
import { columnText } from './column-text.ts';
import { inTransaction } from './custody.ts';
import type { LedgerLike } from './ledger.ts';
import type { DevicesTable } from './service-tables.ts';

/** One place of a worker, as it reports it. */
export type Place = Pick<Device, 'id' | 'class' | 'kind' | 'target' | 'apiLevel'>;

/** A worker that was not heard of for so long is gone. */
const GONE_AFTER_MS = 60_000;
/** Gone places are listed for so long, unless they are in quarantine. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;
const FAULTS_TO_QUARANTINE = 3;

/** Faults that speak of the device, not of the app or of who asked. */
const OF_DEVICE: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'adb-failed',
  'emulator-failed',
  'device-not-found',
  'device-offline',
  'device-dirty',
  'routing-failed',
  'trust-failed',
  'canary-failed',
  'appium-failed',
  'phase-failed',
  'proxy-failed',
  'deadline-passed',
]);

/**
 * A worker's heartbeat, with all its places. A physical device that is in quarantine under another name, as of a worker
 * that was started again, stays there.
 */
export async function reportDevices(
  ledger: LedgerLike,
  worker: string,
  places: readonly Place[],
  now: Date,
): Promise<void> {
  if (places.length === 0) return;
  await ledger.db
    .insertInto('devices')
    .values(
      places.map((place) => ({
        id: place.id,
        class: place.class,
        worker,
        kind: place.kind,
        target: columnText(place.target, 200),
        api_level: place.apiLevel,
        last_seen_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({
        class: row.ref('excluded.class'),
        worker: row.ref('excluded.worker'),
        kind: row.ref('excluded.kind'),
        target: row.ref('excluded.target'),
        api_level: row.ref('excluded.api_level'),
        last_seen_at: row.ref('excluded.last_seen_at'),
      })),
    )
    .execute();
  const physical = places.filter((place) => place.kind === 'physical').map((place) => place.id);
  if (physical.length > 0) await inheritQuarantine(ledger, physical);
}

/** The place has begun a device session. */
export async function markBusy(
  ledger: LedgerLike,
  id: string,
  work: { readonly submission: string; readonly run: string | null },
): Promise<void> {
  await ledger.db
    .updateTable('devices')
    .set({ submission: work.submission, run: work.run, sessions: sql<number>`sessions + 1` })
    .where('id', '=', id)
    .execute();
}

/**
 * The place has ended a device session, with the fault that ended it or none. A fault of the device counts; the third
 * in a row, or an unclean device at once, puts it in quarantine, which the audit log then says as it does of a person.
 * Faults of the app count neither for nor against it.
 * @returns true where this put it in quarantine
 */
export async function markIdle(
  ledger: LedgerLike,
  id: string,
  fault: FaultCode | null,
  now: Date = new Date(),
): Promise<boolean> {
  const counts = fault !== null && OF_DEVICE.has(fault);
  return inTransaction(ledger, async (inside) => {
    const before = await inside.db.selectFrom('devices').select('submission').where('id', '=', id).executeTakeFirst();
    const row = await inside.db
      .updateTable('devices')
      .set({
        submission: null,
        run: null,
        ...(counts ? { faults_in_a_row: sql<number>`faults_in_a_row + 1` } : {}),
        ...(fault === null ? { faults_in_a_row: 0 } : {}),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined || !counts || row.quarantine_at !== null) return false;
    if (fault !== 'device-dirty' && row.faults_in_a_row < FAULTS_TO_QUARANTINE) return false;
    const reason =
      fault === 'device-dirty'
        ? 'it could not be cleaned'
        : `${row.faults_in_a_row} faults in a row, the last: ${fault}`;
    await quarantineDevice(inside, id, { reason, by: 'sleeptalk', now });
    const detail = { reason, fault, submission: before?.submission ?? null };
    await appendAudit(inside, { who: 'the service', act: 'quarantined', subject: id, detail, at: now });
    return true;
  });
}

/** By class and name. Places that were not heard of for a day are left out. */
export async function listDevices(ledger: LedgerLike, now: Date): Promise<Device[]> {
  const rows = await ledger.db
    .selectFrom('devices')
    .selectAll()
    .where((where) =>
      where.or([
        where('last_seen_at', '>', new Date(now.getTime() - FORGOTTEN_AFTER_MS)),
        where('quarantine_at', 'is not', null),
      ]),
    )
    .orderBy('class')
    .orderBy('id')
    .execute();
  return rows.map((row) => asDevice(row, now));
}

export async function isQuarantined(ledger: LedgerLike, id: string): Promise<boolean> {
  const row = await ledger.db.selectFrom('devices').select('quarantine_at').where('id', '=', id).executeTakeFirst();
  return row !== undefined && row.quarantine_at !== null;
}

/** Keeps a device from further sessions; one that runs ends by itself. @throws Fault `device-unknown` */
export async function quarantineDevice(
  ledger: LedgerLike,
  id: string,
  why: { readonly reason: string; readonly by: string; readonly now: Date },
): Promise<Device> {
  const row = await ledger.db
    .updateTable('devices')
    .set({
      quarantine_reason: columnText(why.reason, 1000),
      quarantine_by: columnText(why.by, 200),
      quarantine_at: why.now,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw new Fault('device-unknown', printable(id));
  return asDevice(row, why.now);
}

/** Lets a device take sessions again, its faults forgotten, under every name that it has. @throws Fault `device-unknown` */
export async function releaseDevice(
  ledger: LedgerLike,
  id: string,
  who: { readonly by: string; readonly now: Date },
): Promise<Device> {
  const free = { quarantine_reason: null, quarantine_by: null, quarantine_at: null, faults_in_a_row: 0 };
  return inTransaction(ledger, async (inside) => {
    const row = await inside.db.updateTable('devices').set(free).where('id', '=', id).returningAll().executeTakeFirst();
    if (row === undefined) throw new Fault('device-unknown', printable(id));
    if (row.kind === 'physical') {
      const { kind, target } = row;
      await inside.db.updateTable('devices').set(free).where('kind', '=', kind).where('target', '=', target).execute();
    }
    return asDevice(row, who.now);
  });
}

/** Classes with a living place that is not in quarantine. */
export async function servedClasses(ledger: LedgerLike, now: Date): Promise<string[]> {
  const rows = await ledger.db
    .selectFrom('devices')
    .select('class')
    .distinct()
    .where('last_seen_at', '>', new Date(now.getTime() - GONE_AFTER_MS))
    .where('quarantine_at', 'is', null)
    .orderBy('class')
    .execute();
  return rows.map((row) => row.class);
}

async function inheritQuarantine(ledger: LedgerLike, ids: readonly string[]): Promise<void> {
  await ledger.db
    .updateTable('devices')
    .from('devices as before')
    .set((row) => ({
      quarantine_reason: row.ref('before.quarantine_reason'),
      quarantine_by: row.ref('before.quarantine_by'),
      quarantine_at: row.ref('before.quarantine_at'),
    }))
    .where('devices.id', 'in', [...ids])
    .where('devices.quarantine_at', 'is', null)
    .where('before.quarantine_at', 'is not', null)
    .whereRef('before.kind', '=', 'devices.kind')
    .whereRef('before.target', '=', 'devices.target')
    .execute();
}

function asDevice(row: Selectable<DevicesTable>, now: Date): Device {
  const { quarantine_at: at, quarantine_by: by, quarantine_reason: reason } = row;
  const gone = now.getTime() - row.last_seen_at.getTime() >= GONE_AFTER_MS;
  return {
    id: row.id,
    class: row.class,
    worker: row.worker,
    kind: row.kind,
    target: row.target,
    apiLevel: row.api_level,
    state: at !== null ? 'quarantined' : gone ? 'gone' : row.submission !== null ? 'busy' : 'idle',
    submission: row.submission,
    run: row.run,
    lastSeenAt: row.last_seen_at.toISOString(),
    sessions: row.sessions,
    faultsInARow: row.faults_in_a_row,
    quarantine: at === null || by === null || reason === null ? null : { reason, by, at: at.toISOString() },
  };
}
