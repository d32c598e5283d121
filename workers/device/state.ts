import { lookUp } from '../../orchestrator/contract/look-up.ts';
import type { Fields, StateRecord } from '../../orchestrator/contract/capture.ts';
import { FOREGROUND_SERVICE_TYPES } from '../../orchestrator/contract/foreground-service.ts';
import { parseCharging, parseDeviceIdle, parseScreen, readTogether } from './power-state.ts';
import { quote, type Shell } from './shell.ts';

/** A state record without its time, which the session's clock gives. */
export type AppState = Fields<StateRecord>;

const BUCKETS: Readonly<Record<string, AppState['standbyBucket']>> = {
  '5': 'exempted',
  '10': 'active',
  '20': 'working',
  '30': 'frequent',
  '40': 'rare',
  '45': 'restricted',
  '50': 'never',
};

/** What licenses or limits background traffic right now: foreground services, standby bucket, Doze, charging, screen. */
export async function readState(shell: Shell, packageName: string, signal?: AbortSignal): Promise<AppState> {
  const name = quote(packageName);
  const [services = '', bucket = '', deep = '', battery = '', power = ''] = await readTogether(
    shell,
    [
      `dumpsys activity services ${name}`,
      `am get-standby-bucket ${name}`,
      'dumpsys deviceidle get deep',
      'dumpsys battery',
      'dumpsys power',
    ],
    signal,
  );
  const charging = parseCharging(battery);
  const screenOn = parseScreen(power);
  return {
    foregroundServices: parseForegroundServices(services, packageName),
    standbyBucket: parseBucket(bucket),
    deviceIdle: parseDeviceIdle(deep),
    ...(charging === null ? {} : { charging }),
    ...(screenOn === null ? {} : { screenOn }),
  };
}

/**
 * Types of the package's services that run in the foreground, each once, sorted. A foreground service whose type is
 * not told (Android 9 has none) is `unknown`; type 0 is `none`.
 */
export function parseForegroundServices(text: string, packageName: string): string[] {
  const types = new Set<string>();
  let mine = false;
  for (const line of text.split('\n').slice(0, 20_000)) {
    const record = /^\s*\* ServiceRecord\{\S+ u\d+ ([^/\s]+)\//.exec(line.slice(0, 1000));
    if (record !== null) mine = record[1] === packageName;
    else if (mine && /^\s*isForeground=true\b/.test(line)) {
      for (const type of foregroundTypes(/\btypes=(?:0x)?([0-9a-fA-F]{1,8})\b/.exec(line.slice(0, 1000))?.[1]))
        types.add(type);
    }
  }
  return [...types].sort();
}

function foregroundTypes(hex: string | undefined): string[] {
  if (hex === undefined) return ['unknown'];
  const bits = Number.parseInt(hex, 16);
  if (bits === 0) return ['none'];
  const named = FOREGROUND_SERVICE_TYPES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return named.length > 0 ? named : ['unknown'];
}

export function parseBucket(text: string): AppState['standbyBucket'] {
  const number = /^\s*(\d{1,2})\s*$/m.exec(text)?.[1] ?? '';
  return lookUp(BUCKETS, number) ?? 'unknown';
}
