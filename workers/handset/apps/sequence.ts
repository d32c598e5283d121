import { jitterSequence, type Schedule } from '../../../orchestrator/contract/behaviour.ts';

/**
 * Every schedule draws from a sequence of its own, so that one more schedule, or one more beat of another, never moves
 * it: `jitterSequence(behaviour.seed XOR fnv1a32(UTF-8 of the schedule's id))`, the push plan's with the id `pushes`.
 * FNV-1a of 32 bits: offset basis 2166136261, prime 16777619 (IETF draft-eastlake-fnv).
 */
export function sequenceOf(seed: number, id: string): Generator<number, never> {
  return jitterSequence((seed ^ fnv1a32(id)) >>> 0);
}

export function fnv1a32(text: string): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  return hash;
}

export interface Beat {
  /** Device time from the previous beat, or from the moment the schedule became active. */
  readonly delayMs: number;
  readonly dropped: boolean;
}

/**
 * The next beat. It takes two numbers u and v, in this order and always both: the delay is
 * `everySeconds * (1 + jitter * (2u - 1))`, and the beat is left out where v < dropRate. The first beat after a
 * schedule became active comes after `firstAfterSeconds` instead where that is given.
 */
export function nextBeat(
  sequence: Generator<number, never>,
  schedule: Pick<Schedule, 'everySeconds' | 'jitter' | 'dropRate' | 'firstAfterSeconds'>,
  first: boolean,
): Beat {
  const u = sequence.next().value;
  const v = sequence.next().value;
  const seconds =
    first && schedule.firstAfterSeconds !== undefined
      ? schedule.firstAfterSeconds
      : schedule.everySeconds * (1 + schedule.jitter * (2 * u - 1));
  return { delayMs: seconds * 1000, dropped: v < schedule.dropRate };
}
