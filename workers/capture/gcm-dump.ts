import { printable } from '../../orchestrator/contract/fault.ts';
import { readDeviceTime, type DeviceZone } from './device-log-time.ts';

/** A delivery as Play Services' own log has it. */
export interface GcmDelivery {
  readonly wallMs: number;
  /** Null where the line carries none, as for an app that was stopped. */
  readonly messageId: string | null;
  readonly priority: 'high' | 'normal' | 'unknown';
  readonly outcome: 'delivered' | 'refused-stopped' | 'no-response';
}

export interface GcmDump {
  /** `absent`: no Play Services, or no push service in it. */
  readonly service: 'connected' | 'not-connected' | 'absent';
  readonly deliveries: readonly GcmDelivery[];
}

const MOST_CHARACTERS = 4_000_000;
const MOST_LINES = 20_000;
const LINE = /^\s*(\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{1,3}) (?:net=\S{1,20}: )?(.{1,500})/;
const OUTCOMES: readonly (readonly [prefix: string, GcmDelivery['outcome']])[] = [
  ['Successful broadcast to ', 'delivered'],
  ['Failed to broadcast to stopped app ', 'refused-stopped'],
  ['No response to broadcast from ', 'no-response'],
];

/**
 * Reads `dumpsys activity service com.google.android.gms/.gcm.GcmService`. Its layout depends on the version of Play
 * Services, so only the lines that matter are looked for, and anything else is passed over. Linear in its input.
 */
export function readGcmDump(text: string, packageName: string, zone: DeviceZone): GcmDump {
  const lines = text.slice(0, MOST_CHARACTERS).split('\n', MOST_LINES);
  const deliveries: GcmDelivery[] = [];
  let connected: boolean | null = null;
  let isDump = false;
  for (const line of lines) {
    if (/^\s*(?:DeviceID:|Is client connected:|connected=|connects=|failedLogins=|Heartbeat:)/.test(line))
      isDump = true;
    if (/^\s*(?:Is client connected: true|connected=\S)/.test(line)) connected = true;
    else if (/^\s*(?:Is client connected: false|Not connected|Disabled|Connecting)\s*$/.test(line)) connected ??= false;
    const match = LINE.exec(line);
    const delivery = match ? readDelivery(match[1] ?? '', match[2] ?? '', packageName, zone) : null;
    if (delivery) deliveries.push(delivery);
  }
  if (deliveries.length > 0) isDump = true;
  if (!isDump && connected === null) return { service: 'absent', deliveries: [] };
  return { service: connected === false ? 'not-connected' : 'connected', deliveries };
}

function readDelivery(time: string, said: string, packageName: string, zone: DeviceZone): GcmDelivery | null {
  const outcome = OUTCOMES.find(([prefix]) => said.startsWith(prefix));
  if (!outcome) return null;
  const [prefix, result] = outcome;
  const rest = said.slice(prefix.length);
  const [to = ''] = rest.split(/[\s(]/, 1);
  if (to !== packageName) return null;
  const wallMs = readDeviceTime(time, zone);
  if (wallMs === null) return null;
  const id = /\bid=([^\s)]{1,200})/.exec(rest)?.[1];
  const priority = /\bpriority=(\w{1,10})/.exec(rest)?.[1]?.toLowerCase();
  return {
    wallMs,
    messageId: id === undefined ? null : printable(id),
    priority: priorityOf(priority),
    outcome: result,
  };
}

/** A word in some versions, a number in others (10 high, 5 normal, as in the push service's own protocol). */
function priorityOf(text: string | undefined): GcmDelivery['priority'] {
  if (text === 'high' || text === '10') return 'high';
  if (text === 'normal' || text === '5') return 'normal';
  return 'unknown';
}
