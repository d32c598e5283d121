import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { beats, exchange, HOUR, MINUTE, push, session } from './scenario.ts';
import type { NumberedRecord } from '../../workers/judge/input.ts';

/** Every 300 s exactly, from 5 min after it left the screen: 15, 20, … 55 min, so 9 beats, 2 + 3 + 4 of them by phase. */
export function torch(): NumberedRecord[] {
  const beacon = beats('cdn.brightlamp.example', { from: 15 * MINUTE, to: 60 * MINUTE, every: 5 * MINUTE }, (i) => ({
    // 412, 403, 421, … : median 412, median absolute deviation 9 (deviations 0 0 0 9 9 9 9 9 9).
    upBytes: 412 + [0, -9, 9][i % 3]!,
    downBytes: 308,
  }));
  const analytics = beats('app-measurement.com', { from: 20_000, to: 10 * MINUTE, every: MINUTE, jitter: 0.1 });
  const alarm: CaptureRecord = {
    type: 'schedule',
    kind: 'alarm',
    intervalMs: 300_000,
    source: 'dumpsys alarm',
    exact: true,
  };
  return session(HOUR, [...analytics, ...beacon, alarm]);
}

/** 12 pushes at irregular times, a fetch 1.5 s after each, and one hourly job at 40 min. */
export function chat(): NumberedRecord[] {
  const records: CaptureRecord[] = [];
  let at = 30_000;
  [240, 180, 330, 290, 150, 260, 310, 200, 240, 350, 170, 230].forEach((seconds, i) => {
    at += seconds * 1000;
    records.push(push(at, i));
    records.push(exchange('api.parley.example', at + 1500, { upBytes: 300, downBytes: 2500 }));
  });
  return session(HOUR, [...records, exchange('api.parley.example', 40 * MINUTE + 50_000)]);
}

/** A download of 31 kB every 30 min: 3 in 90 min, 2 of them outside foreground. */
export function weather(): NumberedRecord[] {
  const downloads = beats('api.nimbus.example', { from: 5 * MINUTE, to: 90 * MINUTE, every: 30 * MINUTE }, () => ({
    upBytes: 350,
    downBytes: 31_000,
  }));
  return session([...HOUR.slice(0, 1), ['background', 30], ['locked', 30], ['doze', 20]], downloads);
}

/** Advertisements every 45 s while visible: the last at 9:50; nothing after. */
export function game(): NumberedRecord[] {
  return session(HOUR, beats('googleads.g.doubleclick.net', { from: 5_000, to: 10 * MINUTE, every: 45_000 }));
}
