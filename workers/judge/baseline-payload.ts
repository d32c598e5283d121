// In: the approved sizes of a channel and the sessions of a new version. Out: in each direction how far its sessions
// go beyond what was approved, and whether chance would make that.
import type { ApprovedChannel, ApprovedSizes } from '../../orchestrator/contract/baseline.ts';
import type { Beat, Channel } from '../../orchestrator/contract/report.ts';
import { chanceOfExceeding } from './baseline-chance.ts';
import { naturalBeats, quarterRank, sizesOf } from './baseline.ts';
import { REPEATED } from './explain.ts';

export interface LargerPayload {
  readonly direction: 'up' | 'down';
  readonly where: 'asleep' | 'foreground';
  readonly then: ApprovedSizes;
  readonly now: ApprovedSizes;
  /** Sessions beyond the approved size named by `beyondBytes`; 0 where there are too few to speak of. */
  readonly beyond: number;
  readonly beyondBytes: number;
  /** null where a single session is so large that no chance is needed. */
  readonly pValue: number | null;
}

/** Tokens, version numbers and compression change sizes by less than this: a factor, and bytes on top. */
const SAME_FACTOR = 1.25;
const SAME_BYTES = 32;
/** One session so many times the largest, and of so many bytes, needs no second one. */
const FAR_FACTOR = 10;
const FAR_BYTES = 10_000;

/**
 * One row for each direction that can be compared. In foreground only what is sent: what is received there depends on
 * the screens that were visited.
 */
export function largerPayloads(then: ApprovedChannel, channel: Channel): readonly LargerPayload[] {
  if (then.unread) return [];
  const asleep = naturalBeats(channel).filter(({ phase }) => phase !== 'foreground');
  const visible = naturalBeats(channel).filter(({ phase }) => phase === 'foreground');
  return [
    ...larger('up', 'asleep', then.asleep.up, asleep),
    ...larger('down', 'asleep', then.asleep.down, asleep),
    ...larger('up', 'foreground', then.foreground.up, visible),
  ];
}

function larger(
  direction: LargerPayload['direction'],
  where: LargerPayload['where'],
  then: ApprovedSizes,
  beats: readonly Beat[],
): readonly LargerPayload[] {
  const { sessions, largest, upperQuartile } = then;
  if (largest === null || upperQuartile === null || beats.length === 0) return [];
  const bytes = beats.map((beat) => (direction === 'up' ? beat.upBytes : beat.downBytes));
  const now = sizesOf(bytes);
  const row = { direction, where, then, now };
  const far = Math.max(FAR_FACTOR * largest, FAR_BYTES);
  const alone = bytes.filter((one) => one > far).length;
  const at = (approved: number, rank: number) => {
    const beyondBytes = SAME_FACTOR * approved + SAME_BYTES;
    const beyond = bytes.filter((one) => one > beyondBytes).length;
    return { beyond, beyondBytes: approved, chance: chanceOfExceeding(beyond, bytes.length, rank, sessions) };
  };
  const [byLargest, byQuarter] = [at(largest, 1), at(upperQuartile, quarterRank(sessions))];
  const best = byQuarter.chance < byLargest.chance ? byQuarter : byLargest;
  // Two ways to be larger were tried.
  const pValue = Math.min(1, 2 * best.chance);
  if (alone > 0) return [{ ...row, beyond: alone, beyondBytes: largest, pValue: null }];
  const { beyond, beyondBytes } = best;
  return [{ ...row, beyond: beyond >= REPEATED ? beyond : 0, beyondBytes, pValue }];
}
