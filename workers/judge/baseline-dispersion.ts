// In: the sessions of a channel and the phases of its run. Out: how much their counts vary beyond chance: 1 where they
// come independently or on a timer, more where they come in bursts, whose sessions are no independent evidence.
import type { Beat, Report } from '../../orchestrator/contract/report.ts';
import { rounded } from './numbers.ts';

const BIN_MS = 300_000;

/**
 * Index of dispersion of the counts in five minutes outside foreground: pooled variance within the phases, divided by
 * what independent sessions would have (Poisson: the mean); no less than 1. A test of counts divides them by it (the
 * quasi-Poisson of Wedderburn, Biometrika 61, 1974).
 */
export function dispersionOf(natural: readonly Beat[], phases: Report['phases']): number {
  let variance = 0;
  let expected = 0;
  const spans = phases.filter(({ phase }) => phase !== 'foreground');
  for (const phase of new Set(spans.map((one) => one.phase))) {
    const counts = new Map<string, number>();
    let bins = 0;
    let sessions = 0;
    spans.forEach(({ phase: other, fromMs, toMs }, i) => {
      const whole = Math.floor((toMs - fromMs) / BIN_MS);
      if (other !== phase || whole < 1) return;
      bins += whole;
      for (const { atMs } of natural) {
        const bin = Math.floor((atMs - fromMs) / BIN_MS);
        if (bin < 0 || bin >= whole) continue;
        sessions += 1;
        counts.set(`${i} ${bin}`, (counts.get(`${i} ${bin}`) ?? 0) + 1);
      }
    });
    if (bins < 2) continue;
    const mean = sessions / bins;
    variance += [...counts.values()].reduce((total, count) => total + count * count, 0) - bins * mean * mean;
    expected += (bins - 1) * mean;
  }
  return expected > 0 ? rounded(Math.max(1, variance / expected), 2) : 1;
}
