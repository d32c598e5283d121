import { describe, expect, it } from 'vitest';
import type { Report } from '../../orchestrator/contract/report.ts';
import { compareRuns } from '../../workers/judge/compare-runs.ts';
import { game, torch } from './samples.ts';
import { beats, exchange, HOUR, judged, MINUTE, session } from './scenario.ts';

function beacon(seconds: number, host = 'cdn.brightlamp.example'): Report {
  const records = beats(host, { from: 15 * MINUTE, to: 60 * MINUTE, every: seconds * 1000 }, () => ({ upBytes: 412 }));
  return judged('torch', session(HOUR, records));
}

const sentences = (first: Report, second: Report): string[] => {
  return compareRuns(first, second).differences.map(({ kind, sentence }) => `${kind}: ${sentence}`);
};

describe('two runs', () => {
  it('of the same behaviour are the same', () => {
    expect(compareRuns(judged('torch', torch()), judged('torch', torch()))).toEqual({
      same: true,
      differences: [],
      notCompared: [],
    });
  });

  it('a faster one is faster, and the other way round slower', () => {
    expect(sentences(beacon(300), beacon(60))).toEqual([
      'faster-period: In the second run: Period 60 s with cdn.brightlamp.example:443, where the first run kept 300 s: beyond measurement error (p < 0.001).',
    ]);
    expect(sentences(beacon(60), beacon(300))).toEqual([
      'slower-period: In the first run: Period 60 s with cdn.brightlamp.example:443, where the second run kept 300 s: beyond measurement error (p < 0.001).',
    ]);
  });

  it('a destination that comes and one that goes', () => {
    expect(sentences(beacon(300), beacon(300, 'b.example'))).toEqual([
      'new-channel: In the second run: 9 sessions with b.example:443 (every 300 s, jitter 0 %) in background, while locked and in Doze; the first run spoke to no such destination in 60 min.',
      'gone-channel: In the first run: 9 sessions with cdn.brightlamp.example:443 (every 300 s, jitter 0 %) in background, while locked and in Doze; the second run spoke to no such destination in 60 min.',
    ]);
  });

  it('another verdict, and a channel that is no longer explained', () => {
    const quiet = judged('torch', session(HOUR, [exchange('cdn.brightlamp.example', MINUTE)]));
    const kinds = compareRuns(quiet, beacon(300)).differences.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['verdict', 'explanation', 'new-phase']));
    expect(compareRuns(quiet, beacon(300)).same).toBe(false);
  });

  it('another signer and another function are told, another version is not a difference', () => {
    const first = judged('torch', torch());
    const other = judged('game', game(), ['ad-supported']);
    const moved: Report = { ...first, sample: { ...first.sample, versionCode: 8, signers: ['c'.repeat(64)] } };
    expect(sentences(first, moved)).toEqual([`signer: The signer was ${'b'.repeat(64)} and is ${'c'.repeat(64)}.`]);
    expect(compareRuns(first, { ...first, sample: { ...first.sample, versionCode: 8 } }).same).toBe(true);
    expect(sentences(first, other)).toContain(
      'declared-function: The declared function was Camera, torch and is Game.',
    );
  });

  it('a phase that one run was not watched in is said to be not compared', () => {
    const awake = judged('torch', session([['foreground', 10]], [exchange('a.example', MINUTE)]));
    const asleep = judged(
      'torch',
      session(
        [
          ['foreground', 10],
          ['doze', 20],
        ],
        [exchange('a.example', MINUTE)],
      ),
    );
    expect(compareRuns(awake, asleep).notCompared).toEqual(['The first run was never watched in Doze.']);
  });
});
