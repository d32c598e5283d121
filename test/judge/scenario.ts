import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';
import type { Inspection } from '../../orchestrator/contract/apk.ts';
import type { CaptureRecord, PhaseName, PushRecord, SessionRecord } from '../../orchestrator/contract/capture.ts';
import { Tunables } from '../../orchestrator/contract/profile.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { JudgeInput, NumberedRecord } from '../../workers/judge/input.ts';
import { judge } from '../../workers/judge/report.ts';
import { loadProfiles } from '../../workers/profiles.ts';

export const profiles = await loadProfiles();
export const tunables = Tunables.parse({});
export const MINUTE = 60_000;

/** The phases of the demonstration: 10 min foreground, 15 background, 15 locked, 20 Doze. */
export const HOUR: readonly (readonly [PhaseName, number])[] = [
  ['foreground', 10],
  ['background', 15],
  ['locked', 15],
  ['doze', 20],
];

export function start(windowMs: number, more: object = {}): CaptureRecord {
  const device = { kind: 'simulated' as const, clockRate: 60 };
  return { type: 'start', package: 'org.example.app', windowMs, device, uid: 10_123, ...more };
}

/** start, phases one after another in minutes, a state for services, and end. */
export function session(
  phases: readonly (readonly [PhaseName, number])[],
  records: readonly CaptureRecord[],
  services: readonly string[] = [],
): NumberedRecord[] {
  let atMs = 0;
  const marks: CaptureRecord[] = phases.map(([phase, minutes]) => {
    const mark: CaptureRecord = { type: 'phase', atMs, phase };
    atMs += minutes * MINUTE;
    return mark;
  });
  const state: CaptureRecord = {
    type: 'state',
    atMs: 0,
    foregroundServices: [...services],
    standbyBucket: 'active',
    deviceIdle: 'ACTIVE',
  };
  return numbered([start(atMs), ...marks, state, ...records, { type: 'end', atMs }]);
}

export function numbered(records: readonly CaptureRecord[]): NumberedRecord[] {
  return records.map((record, i) => ({ line: i + 1, record }));
}

export function exchange(host: string, atMs: number, more: Partial<SessionRecord> = {}): SessionRecord {
  return {
    type: 'session',
    startMs: atMs,
    endMs: atMs + 300,
    destination: { host, port: 443 },
    protocol: 'https',
    upBytes: 400,
    downBytes: 300,
    attribution: 'certain',
    forced: false,
    uid: 10_123,
    ...more,
  };
}

/** Beats at from, from + every, … below to, each moved by up to ± jitter of the interval. */
export function beats(
  host: string,
  {
    from,
    to,
    every,
    jitter = 0,
    seed = 7,
  }: { from: number; to: number; every: number; jitter?: number; seed?: number },
  more: (index: number) => Partial<SessionRecord> = () => ({}),
): SessionRecord[] {
  const random = jitterSequence(seed);
  const list: SessionRecord[] = [];
  for (let at = from, i = 0; at < to; i++) {
    list.push(exchange(host, Math.round(at), more(i)));
    at += every * (1 + jitter * (2 * random.next().value - 1));
  }
  return list;
}

export function push(atMs: number, id: number, more: Partial<PushRecord> = {}): PushRecord {
  return { type: 'push', atMs, messageId: `0:${id}`, priority: 'high', bytes: 120, outcome: 'delivered', ...more };
}

/** An inspection with the declared function by name; the facts are those of an app of no special kind. */
export function declares(name: string, also: readonly string[] = [], scripted = true): Inspection {
  const title = (one: string): string => profiles.functions.find((f) => f.name === one)!.title;
  return {
    facts: {
      files: [{ sha256: 'a'.repeat(64), sizeBytes: 10_000, fileName: 'app.apk', split: null }],
      packageName: 'org.example.app',
      versionCode: 7,
      versionName: '1.7',
      label: 'App',
      minSdk: 24,
      targetSdk: 34,
      debuggable: false,
      testOnly: false,
      appCategory: null,
      isGame: false,
      sharedUserId: null,
      usesCleartextTraffic: null,
      permissions: ['android.permission.INTERNET'],
      features: [],
      components: [],
      launchActivity: 'org.example.app.Main',
      instrumentations: [],
      metaData: {},
      abis: [],
      requiredSplits: false,
      certificates: [{ sha256: 'b'.repeat(64), subject: 'CN=Test', scheme: 'v2', verified: true }],
      pinnedHosts: [],
      hasScriptedBehaviour: scripted,
      warnings: [],
    },
    declaredFunction: {
      name,
      title: title(name),
      confidence: 0.9,
      evidence: [],
      also: also.map((one) => ({ name: one, title: title(one), evidence: [] })),
    },
    needs: { abis: [], minSdk: 24, targetSdk: 34, playServices: false, features: [] },
  } satisfies Inspection;
}

export function inputOf(records: readonly NumberedRecord[], more: Partial<JudgeInput> = {}): JudgeInput {
  return {
    records,
    inspection: null,
    profiles,
    tunables,
    provenance: {
      run: 'r1',
      startedAt: null,
      bundleDigest: null,
      seed: 1,
      device: {},
      tools: {},
      captureDigest: null,
      skippedLines: 0,
      unreadBytes: 0,
    },
    engineVersion: '0.1.0',
    ...more,
  };
}

export function judged(name: string, records: readonly NumberedRecord[], also: readonly string[] = []): Report {
  return judge(inputOf(records, { inspection: declares(name, also) }));
}
