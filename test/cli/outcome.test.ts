import { describe, expect, it } from 'vitest';
import { exitStatus, type Outcome } from '../../cli/outcome.ts';

describe('the exit status over several submissions', () => {
  it.each<[string, Outcome[], number]>([
    ['all consistent', [{ verdict: 'consistent' }, { verdict: 'consistent' }], 0],
    ['one inconsistent', [{ verdict: 'consistent' }, { verdict: 'inconsistent' }], 10],
    ['inconsistent weighs more than inconclusive', [{ verdict: 'inconclusive' }, { verdict: 'inconsistent' }], 10],
    ['one inconclusive', [{ verdict: 'inconclusive' }, { verdict: 'consistent' }], 11],
    ['bad input weighs more than a verdict', [{ verdict: 'inconsistent' }, { exitStatus: 2 }], 2],
    ['a fault weighs most', [{ exitStatus: 2 }, { exitStatus: 1 }, { verdict: 'inconsistent' }], 1],
    ['nothing at all', [], 0],
  ])('%s', (_name, outcomes, expected) => {
    expect(exitStatus(outcomes)).toBe(expected);
  });
});
