import { printable } from '../../../orchestrator/contract/fault.ts';
import { duration, localTimeMs } from '../android/device-time.ts';
import { parseComponent, shortComponent } from '../android/component.ts';
import type { AndroidState } from '../android/state.ts';
import type { BroadcastRecord } from '../system.ts';
import { identity } from './dump-package.ts';

/** `dumpsys activity broadcasts [history]`: the head of a record has three forms, by API level. */
export function broadcastsText(state: AndroidState, historyOnly: boolean): string {
  const { apiLevel } = state.parts.config;
  // Small rings: 50 in full and 300 in the summary on older builds, 256 and 1024 from Android 16 on.
  const [most, mostSummary] = apiLevel >= 36 ? [256, 1024] : [50, 300];
  const newestFirst = [...state.parts.broadcasts.history()].reverse();
  const heading =
    apiLevel >= 36
      ? 'Historical Broadcast'
      : apiLevel >= 34
        ? 'Historical Broadcast modern'
        : 'Historical Broadcast background';
  const full = newestFirst
    .slice(0, most)
    .map((record, index) => `  ${heading} #${index}:\n${recordText(record, state)}`);
  const queue = apiLevel >= 36 ? '' : apiLevel >= 34 ? ' [modern]' : ' [background]';
  const summary = newestFirst.slice(0, mostSummary).map((record, index) => summaryText(record, index, state));
  const head = 'ACTIVITY MANAGER BROADCAST STATE (dumpsys activity broadcasts)\n';
  const pending = historyOnly ? '' : '  Active broadcasts: (none)\n\n';
  const list = full.length > 0 ? `  Historical broadcasts${queue}:\n${full.join('\n')}\n` : '';
  return `${head}${pending}${list}  Historical broadcasts summary${queue}:\n${summary.join('')}`;
}

function intentText({ broadcast }: BroadcastRecord): string {
  const component = broadcast.component === null ? null : parseComponent(broadcast.component);
  const parts = [
    `act=${printable(broadcast.action, 300)}`,
    `flg=0x${broadcast.flags.toString(16)}`,
    broadcast.packageName === null ? '' : `pkg=${broadcast.packageName}`,
    component === null ? '' : `cmp=${shortComponent(component)}`,
    Object.keys(broadcast.extras).length > 0 ? '(has extras)' : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function recordText(record: BroadcastRecord, state: AndroidState): string {
  const { apiLevel } = state.parts.config;
  const { properties, clock } = state.parts;
  const { broadcast } = record;
  const nowMs = clock.nowMs();
  const tookMs = record.finishedAtMs - record.enqueuedAtMs;
  const key = identity(`${broadcast.action} ${record.enqueuedAtMs} ${broadcast.packageName ?? ''}`);
  const lines = [
    `    BroadcastRecord{${key} ${printable(broadcast.action, 300)}/u0} to user 0`,
    `    Intent { ${intentText(record)} }`,
  ];
  const extras = Object.entries(broadcast.extras).map(([name, value]) => `${printable(name)}=${printable(value)}`);
  if (extras.length > 0) lines.push(`      extras: Bundle[{${extras.join(', ')}}]`);
  const caller = state.packages.byUid(broadcast.fromUid)[0]?.name ?? 'null';
  lines.push(
    `    caller=${caller} null pid=${broadcast.fromPid} uid=${broadcast.fromUid}${apiLevel >= 35 ? ` realCallingUid=${broadcast.fromUid}` : ''}`,
    `    enqueueClockTime=${localTimeMs(record.enqueuedAtMs, properties)} dispatchClockTime=${localTimeMs(record.enqueuedAtMs, properties)}`,
    `    dispatchTime=${duration(record.enqueuedAtMs - nowMs)} (0 since enq) finishTime=${duration(record.finishedAtMs - nowMs)} (${duration(tookMs)} since disp)`,
  );
  if (apiLevel >= 34) lines.push(`    terminalCount=${record.receivers.length}`);
  for (const [index, receiver] of record.receivers.entries()) {
    lines.push(
      apiLevel >= 34
        ? `    DELIVERED scheduled 0 terminal ${duration(tookMs)} (-1) #${index}: (manifest)`
        : `    Deliver ${duration(tookMs)} #${index}: (manifest)`,
      '      priority=0 preferredOrder=0 match=0x0 specificIndex=-1 isDefault=false',
      '      ActivityInfo:',
      `        name=${printable(receiver.className, 300)}`,
      `        packageName=${receiver.packageName}`,
    );
    if (receiver.permission !== null) lines.push(`        permission=${printable(receiver.permission)}`);
  }
  return `${lines.join('\n')}\n`;
}

function summaryText(record: BroadcastRecord, index: number, state: AndroidState): string {
  const { properties } = state.parts;
  const enqueued = localTimeMs(record.enqueuedAtMs, properties);
  return [
    `    #${index}: ${intentText(record)}`,
    `      0 dispatch ${duration(record.finishedAtMs - record.enqueuedAtMs)} finish`,
    `      enq=${enqueued} disp=${enqueued} fin=${localTimeMs(record.finishedAtMs, properties)}`,
    '',
  ].join('\n');
}
