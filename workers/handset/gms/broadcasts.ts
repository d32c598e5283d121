import type { Component } from '../../../orchestrator/contract/apk.ts';
import { className } from '../apps/components.ts';
import { shortComponent } from '../android/component.ts';
import type { Broadcast, BroadcastRecord, Broadcasts, DeviceClock, Packages, Processes, SystemBus } from '../system.ts';

/** Android 16 keeps 256 records in full; older ones fewer (ActivityManagerConstants). */
const HISTORY_KEPT = 256;
/** A receiver that runs in the background has ten seconds before it is cached again. */
const RECEIVER_MS = 10_000;
const MOST_RECEIVERS = 100;

export interface BroadcastParts {
  readonly bus: SystemBus;
  readonly clock: DeviceClock;
  readonly packages: Packages;
  readonly processes: Processes;
}

interface Receiver {
  readonly packageName: string;
  readonly className: string;
  readonly permission: string | null;
}

/** Delivery of broadcasts to receivers in manifests. */
export function createBroadcasts(parts: BroadcastParts): Broadcasts {
  const records: BroadcastRecord[] = [];
  return {
    history: () => records,
    send(broadcast) {
      const receivers = receiversOf(parts.packages, broadcast);
      const enqueuedAtMs = parts.clock.nowMs();
      for (const { packageName, className } of receivers) {
        parts.processes.ensure(packageName, 'broadcast', shortComponent({ packageName, className }));
        parts.clock.after(RECEIVER_MS, parts.processes.hold(packageName, 'broadcast'));
      }
      const record = { broadcast, enqueuedAtMs, finishedAtMs: enqueuedAtMs + 12 * receivers.length, receivers };
      records.push(record);
      if (records.length > HISTORY_KEPT) records.shift();
      parts.bus.emit('broadcast-sent', record);
      return record;
    },
  };
}

/** Who gets it: the named component, or the receivers of the named package; implicit ones go to system apps only. */
function receiversOf(packages: Packages, broadcast: Broadcast): Receiver[] {
  const found: Receiver[] = [];
  for (const app of packages.list()) {
    if (broadcast.packageName !== null && app.name !== broadcast.packageName) continue;
    if (broadcast.packageName === null && broadcast.component === null && !app.system) continue;
    if (app.stopped && !broadcast.includeStopped) continue;
    for (const each of app.facts.components) {
      if (each.kind !== 'receiver' || !each.enabled || !isMeant(broadcast, app.name, each)) continue;
      if (!mayReach(packages, broadcast, app.uid, each)) continue;
      found.push({ packageName: app.name, className: each.name, permission: each.permission });
    }
  }
  return found.slice(0, MOST_RECEIVERS);
}

function isMeant(broadcast: Broadcast, packageName: string, receiver: Component): boolean {
  if (broadcast.component === null) {
    return receiver.intentFilters.some((filter) => filter.actions.includes(broadcast.action));
  }
  const [owner = '', name = ''] = broadcast.component.split('/', 2);
  return owner === packageName && className(owner, name) === receiver.name;
}

/** Root and the system may send anything; Play Services holds the permission to send pushes; shell holds neither. */
function mayReach(packages: Packages, broadcast: Broadcast, ownerUid: number, receiver: Component): boolean {
  const { fromUid } = broadcast;
  if (fromUid === 0 || fromUid === 1000 || fromUid === ownerUid) return true;
  if (receiver.exported === false) return false;
  if (receiver.permission === null) return true;
  if (packages.byUid(fromUid).some((app) => app.granted.has(receiver.permission ?? ''))) return true;
  const isPlayServices = packages.get('com.google.android.gms')?.uid === fromUid;
  return isPlayServices && receiver.permission === 'com.google.android.c2dm.permission.SEND';
}
