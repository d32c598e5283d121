import type { PushRecord } from '../../orchestrator/contract/capture.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import { readPushBroadcasts } from './broadcast-dump.ts';
import type { SessionClock } from './clock.ts';
import type { DeviceZone } from './device-log-time.ts';
import { readGcmDump } from './gcm-dump.ts';
import type { Journal } from './journal.ts';
import { keepPolling } from './polling.ts';

/**
 * The push ledger: what Play Services delivered to the app. Pushes travel on Play Services' own connection, never on
 * one of the app's, so its log is the only place where they are seen without touching the app.
 */
export interface PushLedger extends AsyncDisposable {
  /** Looks once more now. Resolves when what was found is written. */
  poll(): Promise<void>;
  readonly pushes: number;
  /** Looks a last time, then stops. */
  close(): Promise<void>;
}

export interface PushLedgerOptions {
  /** `dumpsys activity service com.google.android.gms/.gcm.GcmService` */
  readonly readGcm: (signal: AbortSignal) => Promise<string>;
  /** `dumpsys activity broadcasts history` */
  readonly readBroadcasts: (signal: AbortSignal) => Promise<string>;
  readonly packageName: string;
  readonly clock: SessionClock;
  /**
   * Minutes that the device's local time is ahead of UTC: its logs are in local time. Absent: as the clock's alignment
   * knows it; where that does not, a push is only known to lie between two looks, and its record says so.
   */
  readonly zoneOffsetMinutes?: number;
  /** Device time between looks. The log is a small ring: 30 s or less. */
  readonly everyDeviceMs?: number;
  readonly journal: Journal;
  readonly signal: AbortSignal;
}

type SeenPush = Readonly<Pick<PushRecord, 'messageId' | 'priority' | 'outcome'>> & { readonly source: string };

const DEFAULT_EVERY_MS = 30_000;
/** A handset whose time runs fast would else be asked without pause. */
const LEAST_HOST_MS = 250;
/** Two sources tell of one push with times this close. */
const SAME_PUSH_MS = 2500;
const MOST_PUSHES = 20_000;

export function keepPushLedger(options: PushLedgerOptions): PushLedger {
  const { clock, journal, packageName } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const seen = new Set<string>();
  const told: { readonly wallMs: number; readonly messageId: string | null }[] = [];
  const everyMs = Math.max(options.everyDeviceMs ?? DEFAULT_EVERY_MS, LEAST_HOST_MS * clock.rate);
  let unavailable: { readonly fromMs: number; readonly because: string } | null = null;

  const zoneOffsetMinutes = (): number | null =>
    options.zoneOffsetMinutes ?? clock.alignment?.zoneOffsetMinutes ?? null;

  const write = (push: SeenPush, wallMs: number | null): void => {
    if (told.length >= MOST_PUSHES) {
      journal.gaps.note('capture-bounded', { because: `more than ${MOST_PUSHES} pushes` });
      return;
    }
    const knowsTime = wallMs !== null && zoneOffsetMinutes() !== null;
    const sessionMs = knowsTime ? clock.fromDeviceWallMs(wallMs) : null;
    if (sessionMs !== null && sessionMs < 0) return; // before this session: another run's, or the clean state's
    told.push({ wallMs: wallMs ?? Number.NaN, messageId: push.messageId });
    const atMs = sessionMs === null ? clock.nowMs() : Math.round(sessionMs);
    // Without a time of its own, a push is known only to lie between two looks.
    journal.write({
      type: 'push',
      atMs,
      ...push,
      ...(sessionMs === null ? { timing: 'polled', withinMs: everyMs } : {}),
    });
  };

  const availability = (because: string | null): void => {
    const nowMs = clock.nowMs();
    if (because !== null) {
      unavailable ??= { fromMs: nowMs, because };
      return;
    }
    if (!unavailable) return;
    journal.write({ type: 'gap', kind: 'push-unavailable', toMs: nowMs, ...unavailable });
    unavailable = null;
  };

  const lookAtGcm = (text: string, zone: DeviceZone): void => {
    const dump = readGcmDump(text, packageName, zone);
    if (dump.service === 'absent') availability('the handset has no Play Services push service');
    else if (dump.service === 'not-connected') availability('Play Services was not connected to its push server');
    else availability(null);
    for (const delivery of dump.deliveries) {
      const key = delivery.messageId ?? `${delivery.outcome} ${delivery.wallMs}`;
      if (seen.has(`gcm ${key}`)) continue;
      seen.add(`gcm ${key}`);
      const messageId = delivery.messageId ?? `unnamed:${delivery.wallMs}`;
      write(
        { messageId, priority: delivery.priority, outcome: delivery.outcome, source: 'GcmService' },
        delivery.wallMs,
      );
    }
  };

  const lookAtBroadcasts = (text: string, zone: DeviceZone): void => {
    for (const push of readPushBroadcasts(text, packageName, zone)) {
      if (seen.has(`broadcast ${push.key}`)) continue;
      seen.add(`broadcast ${push.key}`);
      const { wallMs, messageId } = push;
      const known = told.some(
        (other) =>
          (messageId !== null && other.messageId === messageId) ||
          (wallMs !== null && Math.abs(other.wallMs - wallMs) <= SAME_PUSH_MS),
      );
      if (known) continue;
      const id = messageId ?? `broadcast:${push.key}`;
      const outcome = push.delivered ? 'delivered' : 'no-response';
      write({ messageId: id, priority: push.priority, outcome, source: 'broadcast history' }, wallMs);
    }
  };

  const look = async (): Promise<void> => {
    const reading = ending.signal.aborted ? options.signal : signal;
    const [gcm, broadcasts] = await Promise.allSettled([options.readGcm(reading), options.readBroadcasts(reading)]);
    const zone: DeviceZone = {
      offsetMinutes: zoneOffsetMinutes() ?? 0,
      nowMs: clock.deviceWallNowMs() ?? Date.now(),
    };
    if (gcm.status === 'fulfilled') lookAtGcm(gcm.value, zone);
    else if (!reading.aborted) availability(`the push log could not be read: ${reasonOf(gcm.reason)}`);
    if (broadcasts.status === 'fulfilled') lookAtBroadcasts(broadcasts.value, zone);
  };

  const last = (): void => availability(null);
  const { poll, close } = keepPolling({ look, everyDeviceMs: everyMs, clock, signal: options.signal, ending, last });
  return {
    poll,
    close,
    [Symbol.asyncDispose]: close,
    get pushes() {
      return told.length;
    },
  };
}

function reasonOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error), 120);
}
