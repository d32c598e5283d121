import { localTimeMs } from '../android/device-time.ts';
import type { Properties } from '../system.ts';

const LINES_KEPT = 200;

export type PushPriority = 'high' | 'normal';

/** One event of the GcmService's ring. */
export interface RingEvent {
  readonly atWallMs: number;
  readonly text: string;
}

/** The events that `dumpsys activity service …GcmService` prints: a bounded ring, oldest first. */
export class GcmRing {
  readonly #events: RingEvent[] = [];

  add(atWallMs: number, text: string): void {
    this.#events.push({ atWallMs, text });
    if (this.#events.length > LINES_KEPT) this.#events.shift();
  }

  lines(properties: Properties): string[] {
    return this.#events.map((event) => {
      // `2026-06-10 09:02:43.646` without its year.
      const when = localTimeMs(event.atWallMs, properties).slice(5);
      return `${when} net=1: ${event.text}`;
    });
  }
}

export interface GcmState {
  readonly connected: boolean;
  readonly connects: number;
  readonly deviceId: string;
  readonly lastPing: number;
  readonly quota: readonly { packageName: string; used: number; sinceWallMs: number }[];
}

/** The dump's text; its layout follows the code of Play Services 25.16, of which no complete capture is public. */
export function gcmText(state: GcmState, ring: GcmRing, properties: Properties): string {
  const quota = state.quota.map((each) => {
    const since = localTimeMs(each.sinceWallMs, properties).slice(5, 16);
    return `${each.packageName} used ${each.used} since ${since}`;
  });
  return [
    `DeviceID: ${state.deviceId}`,
    state.connected ? 'connected=mtalk.google.com:5228' : 'Not connected',
    `connects=${state.connects}`,
    'failedLogins=0',
    `Is client connected: ${state.connected}`,
    'Heartbeat: FastSlowHeartbeatAlgorithm{interval_range=[110s,1730s], heartbeat_interval=230s}',
    `Last ping: ${state.lastPing}`,
    'connectionsLimit: 0',
    'All stored connections: 1',
    `Seen good heartbeat in last connection? ${state.connected && state.lastPing > 0}`,
    ...ring.lines(properties),
    'Apps supporting client queue:',
    'High priority quota usage:',
    ...quota,
    'For scheduler stats see SchedulerService dump.',
    '',
  ].join('\n');
}
