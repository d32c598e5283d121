import type { Capture } from './capture/capture.ts';
import { keepPushLedger } from './capture/pushes.ts';
import { watchQuic } from './capture/quic.ts';
import { readSchedules } from './device/schedule.ts';
import { readState } from './device/state.ts';
import type { Route } from './device/routing.ts';
import { keepEvidence, type Session } from './examine.ts';

/** Device time between two looks at the app's state, the push ledger, and the counter of refused QUIC. */
const STATE_EVERY_MS = 60_000;
const PUSHES_EVERY_MS = 20_000;
const QUIC_EVERY_MS = 30_000;
/** At an accelerated clock, no poll comes sooner than this in host time: adb and the handset share the machine. */
const LEAST_POLL_HOST_MS = 750;
const MOST_DUMP_CHARACTERS = 4_000_000;

/** What is observed beside the proxy while the app is left alone; disposing it ends the looking. */
export interface Watch extends AsyncDisposable {
  /** Looks at the app's state now. */
  readState(): Promise<void>;
  /** Looks at what the app has asked the system to do again and again; new schedules are recorded. */
  readSchedules(): Promise<void>;
  /** The last look: state, schedules, refused QUIC, pushes, and the raw dumps as evidence. */
  finish(): Promise<void>;
}

/** Watches state, schedules, pushes and refused packets. A look that fails for a moment is an event, not an end. */
export function watchDevice(session: Session, capture: Capture, route: Route): Watch {
  const { handset, clock, inspection, directory } = session;
  const { packageName } = inspection.facts;
  const { recorder, journal } = capture;
  const over = new AbortController();
  const signal = AbortSignal.any([session.signal, over.signal]);
  const seen = new Set<string>();
  const rest = (deviceMs: number): number => Math.max(deviceMs, LEAST_POLL_HOST_MS * clock.rate);
  const dump = async (command: string): Promise<string> =>
    (await handset.shell(command, { signal: session.signal })).stdout.slice(0, MOST_DUMP_CHARACTERS);
  const readGcm = () => dump('dumpsys activity service com.google.android.gms/.gcm.GcmService');
  const readBroadcasts = () => dump('dumpsys activity broadcasts history');

  async function look(): Promise<void> {
    const state = await readState(handset.shell, packageName, session.signal);
    recorder.write({ ...state, type: 'state', atMs: clock.nowMs() });
  }

  async function lookAtSchedules(): Promise<void> {
    for (const schedule of await readSchedules(handset.shell, packageName, session.signal)) {
      const key = JSON.stringify([schedule.kind, schedule.component, Math.round(schedule.intervalMs / 1000)]);
      if (seen.has(key)) continue;
      seen.add(key);
      recorder.write({ ...schedule, type: 'schedule', atMs: clock.nowMs() });
    }
  }

  async function looking(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(rest(STATE_EVERY_MS), signal);
      try {
        await look();
      } catch (error) {
        session.signal.throwIfAborted();
        journal.event('look-failed', error instanceof Error ? error.message : String(error));
      }
    }
  }

  const pushes = keepPushLedger({
    readGcm,
    readBroadcasts,
    packageName,
    clock,
    everyDeviceMs: rest(PUSHES_EVERY_MS),
    journal,
    signal: session.signal,
  });
  const quic = watchQuic({
    readCounters: async () => (await route.refusals()).quic,
    clock,
    everyDeviceMs: rest(QUIC_EVERY_MS),
    journal,
    signal: session.signal,
  });
  const loop = looking().catch(() => undefined); // it ends when told to; a lost device shows in the next step as well

  return {
    readState: look,
    readSchedules: lookAtSchedules,
    async finish() {
      await look();
      await lookAtSchedules();
      await quic.poll();
      await pushes.poll();
      await keepEvidence(directory, 'gcm.txt', await readGcm());
      await keepEvidence(directory, 'broadcasts.txt', await readBroadcasts());
      await keepEvidence(directory, 'alarms.txt', await dump('dumpsys alarm'));
      await keepEvidence(directory, 'jobs.txt', await dump('dumpsys jobscheduler'));
      await keepEvidence(directory, 'logcat.txt', await dump('logcat -d -v threadtime'));
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await loop;
      await quic[Symbol.asyncDispose]();
      await pushes[Symbol.asyncDispose]();
    },
  };
}
