import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import { trafficOf } from '../../workers/judge/traffic.ts';

type Kind = 'simulated' | 'unknown';

function refused(host: string, uid?: number): CaptureRecord {
  const destination = { host, port: 443 };
  const times = { startMs: 5_000, endMs: 5_100, wireUpBytes: 300, wireDownBytes: 0 };
  const fixed = { type: 'connection', connection: 1, protocol: 'tls', treatment: 'refused' } as const;
  return { ...fixed, ...times, destination, ...(uid === undefined ? {} : { uid }) };
}

function attempts(kind: Kind, record: CaptureRecord) {
  const start: CaptureRecord = { type: 'start', package: 'a.b', windowMs: 60_000, device: { kind }, uid: 10_100 };
  const [traffic] = trafficOf([start, record].map((one, i) => ({ line: i + 1, record: one })));
  return { foreign: traffic?.foreign, attribution: traffic?.exchanges[0]?.attribution };
}

describe('a connection that carried nothing', () => {
  it('is surely the app’s where our own recorder routed it', () => {
    expect(attempts('simulated', refused('a.example'))).toEqual({ foreign: false, attribution: 'certain' });
  });

  it('is nobody’s for sure where an import does not say whose it was', () => {
    expect(attempts('unknown', refused('a.example'))).toEqual({ foreign: false, attribution: 'unknown' });
  });

  it('is another app’s where the import names another uid', () => {
    expect(attempts('unknown', refused('a.example', 10_100))).toEqual({ foreign: false, attribution: 'certain' });
    expect(attempts('unknown', refused('a.example', 10_222))).toEqual({ foreign: true, attribution: 'certain' });
  });
});
