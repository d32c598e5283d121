import { describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../orchestrator/contract/capture.ts';
import type { NumberedRecord } from '../../workers/judge/input.ts';
import { beats, exchange, HOUR, judged, MINUTE, push, session } from './scenario.ts';

/** Minutes of 8 pushes at irregular times, all after the app left the screen at 10 min. */
const PUSHED = [12.3, 16.9, 18.2, 25.7, 33.1, 38.6, 47.4, 55.2];
const LAGS_MS = [2_100, 6_400, 900, 14_800, 3_300, 9_700, 4_200, 1_600];
const pushes = PUSHED.map((minute, i) => push(minute * MINUTE, i));
const tasked = PUSHED.map((minute, i) => exchange('api.glow.example', minute * MINUTE + LAGS_MS[i]!));
const use = beats('api.glow.example', { from: 10_000, to: 9 * MINUTE, every: 70_000, jitter: 0.4 });
/** Sessions of the same number at times that have nothing to do with the pushes: none within a minute after one. */
const independent = [11.2, 14.8, 21.3, 23.9, 29.5, 36.4, 43.8, 51.7].map((m) =>
  exchange('api.glow.example', m * MINUTE),
);

const capture = (...records: CaptureRecord[]): NumberedRecord[] => session(HOUR, records);

describe('an app that wakes for pushes', () => {
  it('and has no use for them is inconsistent, although its sessions have no period', () => {
    const report = judged('torch', capture(...use, ...pushes, ...tasked));
    expect(report.verdict).toBe('inconsistent');
    expect(report.channels[0]!.cadence.structured).toBe(false);
    const finding = report.findings.find(({ kind }) => kind === 'push-coupled-unlicensed');
    expect(finding?.sentence).toMatch(
      /^8 of 8 pushes were followed by a session with api\.glow\.example:443, 3\.8 s later; by chance \d(\.\d)? would be \(p < 0\.001\), and a torch declares no use of pushes\.$/,
    );
    // the eight sessions after the pushes, and nothing of the foreground
    expect(finding?.evidence[0]!.lines).toHaveLength(8);
  });

  it('and is a messenger that declares them is consistent with the same traffic', () => {
    const report = judged('messaging', capture(...use, ...pushes, ...tasked), ['push-consuming']);
    expect(report.verdict).toBe('consistent');
    expect(report.findings).toEqual([]);
    expect(report.pushCoupling).toMatchObject({ coupled: 8, medianLagMs: 3750 });
  });

  it('is not found coupled where its sessions come at times of their own', () => {
    const report = judged('torch', capture(...use, ...pushes, ...independent));
    expect(report.findings.map(({ kind }) => kind)).not.toContain('push-coupled-unlicensed');
    expect(report.pushCoupling.pValue).toBeGreaterThan(0.2);
    expect(report.pushCoupling.sentence).toContain('chance may explain that');
  });

  it('is found by that one channel among busier ones', () => {
    const busy = ['ads', 'feed', 'log'].flatMap((name, i) =>
      beats(`${name}.example`, { from: 10 * MINUTE, to: 60 * MINUTE, every: 21_000 + i * 4_000, jitter: 0.9, seed: i }),
    );
    const { pushCoupling, channels } = judged('torch', capture(...pushes, ...tasked, ...busy));
    const named = pushCoupling.perChannel.map(({ channel, significant }) => ({
      host: channels.find(({ id }) => id === channel)!.destination.host,
      significant,
    }));
    expect(named.filter(({ significant }) => significant).map(({ host }) => host)).toEqual(['api.glow.example']);
    expect(named).toHaveLength(4);
  });

  it('is coupled for the channel and for all: the figures of the report are those of the lags', () => {
    const { pushCoupling } = judged('torch', capture(...pushes, ...tasked));
    expect(pushCoupling.coupled).toBe(8);
    expect(pushCoupling.expectedByChance).toBeLessThan(1.5);
    // Lags in order: 0.9 1.6 2.1 3.3 4.2 6.4 9.7 14.8 s; 10 % lies at 0.7 of the way to the second, 90 % at 0.3 past the seventh.
    expect(pushCoupling.lag).toEqual({ lowMs: 1390, medianMs: 3750, highMs: 11_230 });
  });
});
