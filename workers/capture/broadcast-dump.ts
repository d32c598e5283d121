import { printable } from '../../orchestrator/contract/fault.ts';
import { readDeviceTime, type DeviceZone } from './device-log-time.ts';

/** A push broadcast as the activity manager's history has it. */
export interface PushBroadcast {
  /** When it was queued; null where this build prints no clock time for it. */
  readonly wallMs: number | null;
  readonly messageId: string | null;
  readonly priority: 'high' | 'normal' | 'unknown';
  readonly delivered: boolean;
  /** The record's identity in this dump and the next. */
  readonly key: string;
}

const MOST_CHARACTERS = 8_000_000;
const MOST_LINES = 100_000;
const ACTION = 'act=com.google.android.c2dm.intent.RECEIVE';
/** `Historical Broadcast background #0:` up to API 33, `… modern #0:` on 34, `Historical Broadcast #0:` on 36. */
const HEADER = /^\s*Historical Broadcast(?: [\w-]{1,40})? #\d{1,6}:\s*$/;
const END = /^\s*(?:Historical broadcasts summary|Summary of historical broadcasts|Sticky broadcasts)/i;
const FLAG_RECEIVER_FOREGROUND = 0x10000000;

/** Reads `dumpsys activity broadcasts history`, all three forms. Linear in its input; what it does not know it skips. */
export function readPushBroadcasts(text: string, packageName: string, zone: DeviceZone): PushBroadcast[] {
  const found: PushBroadcast[] = [];
  let block: string[] | null = null;
  const finish = (): void => {
    const push = block && readBlock(block, packageName, zone);
    if (push) found.push(push);
    block = null;
  };
  for (const line of text.slice(0, MOST_CHARACTERS).split('\n', MOST_LINES)) {
    if (HEADER.test(line)) {
      finish();
      block = [];
    } else if (END.test(line)) {
      finish();
    } else if (block && block.length < 200) {
      block.push(line.slice(0, 4000));
    }
  }
  finish();
  return found;
}

function readBlock(lines: readonly string[], packageName: string, zone: DeviceZone): PushBroadcast | null {
  const intent = lines.find((line) => line.includes('Intent {') && line.includes(ACTION));
  if (intent === undefined) return null;
  const to = /\bpkg=([^\s}]{1,255})/.exec(intent)?.[1] ?? /\bcmp=([^\s/}]{1,255})\//.exec(intent)?.[1];
  if (to !== packageName) return null;
  const whole = lines.join('\n');
  const queued = /\benqueueClockTime=(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{1,3})/.exec(whole)?.[1];
  const id = /\bgoogle\.message_id=([^\s,}\]]{1,200})/.exec(whole)?.[1];
  const record = /\bBroadcastRecord\{([0-9a-f]{1,16}) /.exec(whole)?.[1];
  const flags = /\bflg=0x([0-9a-fA-F]{1,8})\b/.exec(intent)?.[1];
  return {
    wallMs: queued === undefined ? null : readDeviceTime(queued, zone),
    messageId: id === undefined ? null : printable(id),
    priority: flags === undefined ? 'unknown' : parseInt(flags, 16) & FLAG_RECEIVER_FOREGROUND ? 'high' : 'normal',
    delivered: !/^\s*(?:SKIPPED|FAILURE|TIMEOUT)\b/m.test(whole) || /^\s*DELIVERED\b/m.test(whole),
    key: `${record ?? ''}|${queued ?? ''}|${id ?? ''}`,
  };
}
