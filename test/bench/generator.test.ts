import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { steady } from '../../bench/cadence/generator/beacon.ts';
import type { Family } from '../../bench/cadence/generator/family.ts';
import { randomFor } from '../../bench/cadence/generator/random.ts';
import { SeriesLine } from '../../orchestrator/contract/series.ts';
import { inputLine, seriesOf, SETS, type LabelledSeries, type SetName } from '../../bench/cadence/generator/series.ts';

const sets: readonly SetName[] = ['development', 'held-out', 'reference', 'reference-held-out'];
const every = sets.flatMap((set) =>
  SETS[set].families.map((family) => ({ set, family, name: `${set}: ${family.name}` })),
);

function made(set: SetName, name: string, windowSeconds: number, count: number): LabelledSeries[] {
  const family = SETS[set].families.find((one) => one.name === name)!;
  return Array.from({ length: count }, (_, index) => seriesOf(set, family, windowSeconds, index));
}

const gaps = (t: readonly number[]): number[] => t.slice(1).map((at, i) => at - t[i]!);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe('the sets', () => {
  it.each(sets)('%s has the classes that are asked for', (set) => {
    const of = (label: string): string[] =>
      SETS[set].families.filter((one) => one.label === label).map(({ name }) => name);
    expect(of('c2')).toEqual(
      expect.arrayContaining([
        ...['fixed period', 'uniform jitter 20 %', 'uniform jitter 50 %', 'gaussian jitter 50 %'],
        ...['beats dropped', 'on/off', 'clutter on the host', 'bursts per beat', 'back-off', 'push-tasked'],
      ]),
    );
    expect(of('aperiodic').length).toBeGreaterThanOrEqual(12);
    // The trial that the reference sets are made after compares with aperiodic series only.
    if (!set.startsWith('reference')) expect(of('periodic').length).toBeGreaterThanOrEqual(4);
    expect(new Set(SETS[set].families.map(({ name }) => name)).size).toBe(SETS[set].families.length);
  });

  it('held-out brings aperiodic families and command and control that development lacks', () => {
    const known = new Set(SETS.development.families.map(({ name }) => name));
    const fresh = SETS['held-out'].families.filter(({ name }) => !known.has(name));
    expect(fresh.filter(({ label }) => label === 'aperiodic').length).toBeGreaterThanOrEqual(3);
    expect(fresh.filter(({ label }) => label === 'c2').length).toBeGreaterThanOrEqual(1);
  });
});

describe('the generator', () => {
  it.each(every)('$name: the same series twice, valid as a line of the cadence command', ({ set, family }) => {
    for (const windowSeconds of [900, 3600]) {
      const line = inputLine(seriesOf(set, family, windowSeconds, 3));
      expect(inputLine(seriesOf(set, family, windowSeconds, 3))).toBe(line);
      const read = SeriesLine.parse(JSON.parse(line));
      expect(Object.keys(read).sort()).toEqual(['down', 'id', 't', 'up', 'windowSeconds']);
      expect(read.windowSeconds).toBe(windowSeconds);
      expect([read.up?.length, read.down?.length]).toEqual([read.t.length, read.t.length]);
      expect([...read.t].sort((a, b) => a - b)).toEqual(read.t);
      expect(read.t.every((at) => at >= 0 && at < windowSeconds)).toBe(true);
      expect([...read.up!, ...read.down!].every((bytes) => Number.isInteger(bytes) && bytes >= 0)).toBe(true);
    }
  });

  it('gives other series for another index, window, set or seed', () => {
    const family = SETS.development.families[0]!;
    const lines = [
      seriesOf('development', family, 900, 0),
      seriesOf('development', family, 900, 1),
      seriesOf('development', family, 3600, 0),
      seriesOf('held-out', family, 900, 0),
      seriesOf('development', family, 900, 0, 1),
    ].map(({ t }) => t.join());
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('changes no family when another is added: a stream depends on its own name only', () => {
    const one: Family = { name: 'new', label: 'c2', draw: SETS.development.families[0]!.draw };
    const before = seriesOf('development', SETS.development.families[5]!, 900, 7);
    seriesOf('development', one, 900, 7);
    expect(seriesOf('development', SETS.development.families[5]!, 900, 7)).toEqual(before);
  });

  it.each([
    [['development', 'held-out'], '96588ceb34abc586'],
    [['reference'], '6c128ddcb8bff39d'],
    [['reference-held-out'], '20de3302a4ea5497'],
  ])('made these bytes of %s when the figures of the README were measured', (names, made) => {
    const hash = createHash('sha256');
    for (const { set, family } of every.filter((one) => names.includes(one.set))) {
      hash.update(inputLine(seriesOf(set, family, 900, 0)));
    }
    expect(hash.digest('hex').slice(0, 16)).toBe(made);
  });

  it.each(sets)('%s: windows mostly hold at least eight beats', (set) => {
    for (const { name } of SETS[set].families.filter((one) => one.label === 'c2' && !one.timeless)) {
      const counts = made(set, name, 900, 60).map(({ t }) => t.length);
      expect(counts.filter((count) => count >= 7).length / counts.length, name).toBeGreaterThan(0.9);
    }
  });
});

describe('labels', () => {
  it('a fixed period is the median gap, to within the delay of the network', () => {
    for (const { t, truth } of made('development', 'fixed period', 3600, 60)) {
      expect(Math.abs(median(gaps(t)) - truth!.periodSeconds!)).toBeLessThan(1);
    }
  });

  it('a uniform jitter stays within its half-width, and fills it', () => {
    const draw = steady({
      pace: { shortestSeconds: 60, leastBeats: 60 },
      noise: { delaySeconds: [0.001, 0.0011], lossShare: 0 },
      law: 'uniform',
      jitter: [0.2, 0.2],
      locked: 0,
    });
    const { times, truth } = draw(randomFor(1, ['uniform']), 36_000);
    // Delays of a thousandth of a second move a gap by less than 0.02 s.
    const offs = gaps(times).map((gap) => (gap - truth!.periodSeconds!) / truth!.periodSeconds!);
    expect(Math.max(...offs.map(Math.abs))).toBeLessThan(0.2 + 0.02 / 60);
    expect(Math.max(...offs.map(Math.abs))).toBeGreaterThan(0.15);
    // Standard deviation of a uniform law of half-width 0.2: 0.2 / sqrt 3 = 0.1155.
    expect(Math.sqrt(offs.reduce((total, off) => total + off * off, 0) / offs.length)).toBeCloseTo(0.1155, 1);
  });

  it('beats are dropped as often as stated', () => {
    let [due, missed] = [0, 0];
    for (const { t, truth, windowSeconds } of made('development', 'beats dropped', 3600, 200)) {
      const periods = windowSeconds / truth!.periodSeconds!;
      due += periods;
      missed += periods * truth!.missedShare;
      missed -= periods - t.length;
    }
    // The rest is the chance of each drop: below 1 % of some 20,000 beats.
    expect(Math.abs(missed / due)).toBeLessThan(0.01);
  });

  it('clutter, bursts and pauses leave the period what it is said to be', () => {
    for (const name of ['on/off', 'bursts per beat']) {
      for (const { t, truth } of made('development', name, 3600, 40)) {
        const beats = t.filter((at, i) => i === 0 || at - t[i - 1]! > 4);
        expect(Math.abs(median(gaps(beats)) / truth!.periodSeconds! - 1), name).toBeLessThan(0.1);
      }
    }
  });

  it('what has no beat claims none', () => {
    for (const { family, set } of every.filter((one) => one.family.label === 'aperiodic' || one.family.timeless)) {
      expect(seriesOf(set, family, 900, 0).truth, family.name).toBeNull();
    }
  });
});
