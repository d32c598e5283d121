import { describe, expect, it } from 'vitest';
import { jitterSequence } from '../../orchestrator/contract/behaviour.ts';

describe('the jitter sequence', () => {
  it('begins as xorshift32 from seed 1 does: 270369, 67634689, 2647435461', () => {
    const numbers = jitterSequence(1);
    const raw = [numbers.next(), numbers.next(), numbers.next()].map((step) => step.value * 4294967296);
    expect(raw).toEqual([270369, 67634689, 2647435461]);
  });

  it('never sticks at zero: seed 0 is taken as 1', () => {
    expect(jitterSequence(0).next().value).toBe(jitterSequence(1).next().value);
  });
});
