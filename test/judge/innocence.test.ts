import { describe, expect, it } from 'vitest';
import type { CaptureRecord, ConnectionRecord } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import { beats, exchange, HOUR, judged, MINUTE, session } from './scenario.ts';

/** Pauses double from half a minute: 15 min and 0.5, 1, 2, 4, 8, 16 min later. */
const growing = [15, 15.5, 16.5, 18.5, 22.5, 30.5, 46.5];

function refused(minute: number, connection: number): ConnectionRecord {
  const startMs = minute * MINUTE;
  const wire = { wireUpBytes: 517, wireDownBytes: 7, protocol: 'tls' as const, treatment: 'refused' as const };
  const destination = { host: 'pinned.example', port: 443 };
  return { type: 'connection', connection, startMs, endMs: startMs + 90, destination, ...wire };
}

function result(report: Report, explanation: string): string {
  return report.benignExplanations.find(({ name }) => name === explanation)!.result;
}

describe('traffic outside every licence that may be innocent is no departure', () => {
  it('errors that are retried ever later; a steady retry is a departure all the same', () => {
    const failing = (minutes: readonly number[]): Report =>
      judged(
        'torch',
        session(
          HOUR,
          minutes.map((at) => exchange('a.example', at * MINUTE, { status: 503 })),
        ),
      );
    expect(failing(growing).channels[0]!.because).toMatch(
      /7 of 7 answers were errors and the intervals grow: it is retried, and its usual cadence was not seen\.$/,
    );
    expect(failing(growing).verdict).toBe('inconclusive');
    expect(failing([15, 20, 25, 30, 35, 40, 45, 50]).verdict).toBe('inconsistent');
  });

  it('crash reports at growing intervals; at steady ones they are a departure', () => {
    const reports = (minutes: readonly number[]): Report =>
      judged(
        'game',
        session(
          HOUR,
          minutes.map((at) => exchange('o7.ingest.sentry.io', at * MINUTE, { upBytes: 9_000 })),
        ),
      );
    expect(reports(growing).verdict).toBe('inconclusive');
    expect(result(reports(growing), 'Crash reports')).toBe('explains');
    expect(reports([15, 20, 25, 30, 35, 40, 45, 50]).verdict).toBe('inconsistent');
  });

  it('reports of an SDK that follow connections which the interception spoilt', () => {
    const minutes = [15, 20, 25, 30, 35, 40, 45, 50];
    const spoilt: CaptureRecord[] = minutes.map(refused);
    const events = (host: string): CaptureRecord[] => minutes.map((at) => exchange(host, at * MINUTE + 1_500));
    const read = beats('b.example', { from: 0, to: 10 * MINUTE, every: 12_000 });
    const report = judged('torch', session(HOUR, [...read, ...spoilt, ...events('o7.ingest.sentry.io')]));
    expect(report.verdict).toBe('inconclusive');
    expect(report.channels.find(({ role }) => role === 'crash')!.because).toMatch(
      /8 of 8 came within 10 s of a connection that could not be read: without interception there might be none\.$/,
    );
    // A stranger reports nothing, whatever came before.
    expect(judged('torch', session(HOUR, [...read, ...spoilt, ...events('c.example')])).verdict).toBe('inconsistent');
    // Nor does the service where nothing was refused.
    expect(judged('torch', session(HOUR, [...read, ...events('o7.ingest.sentry.io')])).verdict).toBe('inconsistent');
  });

  it('a download in pieces; a beacon of the same rhythm is none', () => {
    const pieces = (downBytes: number): Report =>
      judged(
        'game',
        session(
          HOUR,
          beats('cdn.example', { from: 8 * MINUTE, to: 25 * MINUTE, every: 12_000 }, () => ({ downBytes })),
        ),
      );
    expect(pieces(2_000_000).verdict).toBe('inconclusive');
    expect(pieces(2_000_000).channels[0]!.because).toMatch(
      /received for .* sent: a download in pieces, and no polling\.$/,
    );
    expect(result(pieces(2_000_000), 'Download in pieces')).toBe('explains');
    expect(pieces(2_000).verdict).toBe('inconsistent');
  });
});
