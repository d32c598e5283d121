/** The capture of a plan: records as the recorder writes them, in order of time, each checked against the contract. */
import { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import type { NumberedRecord } from '../../workers/judge/input.ts';
import type { Random } from '../cadence/generator/random.ts';
import { APPS } from './apps.ts';
import { momentsOf, stretchesOf, windowOf } from './moments.ts';
import type { Habit, Plan } from './scenario.ts';

const MINUTE = 60_000;
const APP_UID = 10_123;
const OTHER_UID = 10_044;

/** A record before it is checked. */
type Draft = Readonly<Record<string, unknown>> & { readonly type: string };

export function captureOf(plan: Plan, random: Random): NumberedRecord[] {
  const windowMs = windowOf(plan);
  const imported = plan.phases === null;
  const pushesMs = pushTimes(plan, random);
  const moments: (readonly number[])[] = [];
  const traffic: Draft[] = [];
  let connection = 0;
  for (const habit of plan.habits) {
    const instants = momentsOf(habit, plan, pushesMs, moments, random);
    moments.push(instants);
    const kept = (connection += 1);
    for (const [index, atMs] of instants.entries()) {
      if (habit.socket !== 'kept') connection += 1;
      const host = habit.hosts[index % habit.hosts.length]!;
      const drawn = contact(habit, host, atMs, habit.socket === 'kept' ? kept : connection, random);
      traffic.push(
        ...drawn.filter((one) => !imported || one.type !== 'gap').map((one) => (imported ? plain(one) : one)),
      );
    }
  }
  const device = imported ? { kind: 'unknown' } : { kind: 'emulator', serial: 'emulator-5554', apiLevel: 34 };
  const uid = imported ? {} : { uid: APP_UID };
  const marks: Draft[] = [
    { type: 'start', package: APPS[plan.app].packageName, windowMs, device, ...uid },
    ...stretchesOf(plan).map(({ phase, fromMs }) => ({ type: 'phase', atMs: fromMs, phase })),
    ...(imported ? [] : states(plan)),
    ...pushesMs.map((atMs, i) => ({
      type: 'push',
      atMs,
      messageId: `0:${i + 1}`,
      priority: 'high',
      bytes: 120,
      outcome: plan.pushes?.outcome ?? 'delivered',
    })),
    ...(plan.schedules ?? []).map(({ kind, everySeconds, exact }) => ({
      type: 'schedule',
      kind,
      intervalMs: everySeconds * 1000,
      source: kind === 'job' ? 'dumpsys jobscheduler' : 'dumpsys alarm',
      ...(exact === undefined ? {} : { exact }),
    })),
    ...(plan.gaps ?? []).map(({ kind, fromMinute, toMinute }) => span(kind, fromMinute * MINUTE, toMinute * MINUTE)),
    ...(plan.pushesUnseen === true ? [span('push-unavailable', 0, windowMs)] : []),
    ...(imported ? [] : [coverage(plan, windowMs)]),
  ];
  const inOrder = [...marks.slice(1), ...traffic].sort((a, b) => timeOf(a) - timeOf(b));
  const end: Draft[] = [{ type: 'end', atMs: windowMs }];
  return [marks[0]!, ...inOrder, ...end].map((draft, i) => ({ line: i + 1, record: CaptureRecord.parse(draft) }));
}

function contact(habit: Habit, host: string, atMs: number, connection: number, random: Random): Draft[] {
  const destination = { host, port: habit.port ?? 443 };
  const protocol = habit.protocol ?? 'h2';
  const uid = habit.foreign === true ? OTHER_UID : APP_UID;
  if (habit.refused === true) {
    const endMs = atMs + Math.round(random.within([60, 200]));
    const wire = { wireUpBytes: 517, wireDownBytes: 1200 };
    return [
      {
        type: 'connection',
        connection,
        startMs: atMs,
        endMs,
        destination,
        protocol: 'tls',
        ...wire,
        treatment: 'refused',
        failure: 'certificate unknown',
        uid,
      },
      { type: 'gap', fromMs: atMs, toMs: endMs, kind: 'certificate-refused', destination, count: 1 },
    ];
  }
  return [
    {
      type: 'session',
      startMs: atMs,
      endMs: atMs + Math.round(1000 * random.within(habit.lastsSeconds ?? [0.1, 0.6])),
      destination,
      protocol,
      upBytes: Math.round(random.within(habit.up)),
      downBytes: Math.round(random.within(habit.down)),
      attribution: habit.attribution ?? 'certain',
      forced: false,
      connection,
      uid,
      ...(habit.status === undefined ? {} : { status: habit.status }),
      ...(habit.address === undefined ? {} : { address: habit.address }),
    },
  ];
}

/** What an import knows: times, sizes and a destination. */
function plain({ type, startMs, endMs, destination, protocol, upBytes, downBytes }: Draft): Draft {
  return { type, startMs, endMs, destination, protocol, upBytes, downBytes, attribution: 'likely', forced: false };
}

function pushTimes(plan: Plan, random: Random): readonly number[] {
  if (!plan.pushes) return [];
  const { everySeconds, spread = 0.7, phases } = plan.pushes;
  const source: Habit = {
    does: 'chance',
    everySeconds,
    spread,
    hosts: ['pushes'],
    up: [0, 0],
    down: [0, 0],
    ...(phases === undefined ? {} : { phases }),
  };
  return momentsOf(source, plan, [], [], random);
}

/** One record for each change of services, phase or charger, as the observer of the device writes them. */
function states(plan: Plan): Draft[] {
  if (plan.services === null) return [];
  const services = plan.services ?? [];
  const edges = new Set([
    0,
    ...stretchesOf(plan).map(({ fromMs }) => fromMs),
    ...services.flatMap(({ fromMinute, toMinute }) => [fromMinute * MINUTE, toMinute * MINUTE]),
    ...(plan.charging ?? []).flatMap(([from, to]) => [from * MINUTE, to * MINUTE]),
  ]);
  return [...edges]
    .filter((atMs) => atMs < windowOf(plan))
    .map((atMs) => {
      const minute = atMs / MINUTE;
      const phase = stretchesOf(plan).findLast(({ fromMs }) => fromMs <= atMs)?.phase ?? 'foreground';
      const running = services.filter((one) => minute >= one.fromMinute && minute < one.toMinute);
      return {
        type: 'state',
        atMs,
        foregroundServices: [...new Set(running.map(({ type }) => type))],
        standbyBucket: phase === 'doze' ? 'rare' : 'active',
        deviceIdle: phase === 'doze' ? 'IDLE' : 'ACTIVE',
        charging: (plan.charging ?? []).some(([from, to]) => minute >= from && minute < to),
        screenOn: phase === 'foreground' || phase === 'background',
      };
    });
}

function coverage(plan: Plan, windowMs: number): Draft {
  const failed = plan.notExercised === true;
  return {
    type: 'coverage',
    atMs: Math.min(windowMs, 10 * MINUTE),
    activitiesSeen: failed ? [] : [`${APPS[plan.app].packageName}.MainActivity`],
    activitiesDeclared: 1,
    screensSeen: failed ? 0 : 3,
    actions: failed ? 0 : 24,
    errors: failed ? ['the session was lost before the first action'] : [],
  };
}

function span(kind: string, fromMs: number, toMs: number): Draft {
  return { type: 'gap', fromMs, toMs, kind };
}

function timeOf(draft: Draft): number {
  const at = draft['atMs'] ?? draft['startMs'] ?? draft['fromMs'] ?? 0;
  return Number(at);
}
