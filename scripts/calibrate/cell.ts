// One cell of the calibration: a null family at one number of beats.
import { viewsOf, type Raw } from '../../workers/judge/beats.ts';
import { statisticsOf } from '../../workers/judge/statistics.ts';
import { uniformFrom } from './draws.ts';
import { NULL_FAMILIES } from './families.ts';

/** The gaps and the minimum that the tunables have by default: what the table is made for. */
const IDLE_SECONDS = 6;
const FINE_US = 2_000_000;
/** Paces: from such that nearly all merges to minutes. */
const SCALE_SECONDS = { low: 3, high: 900 };

/** Evidence in nats of so many series of a family with exactly `beats` beats after merging. */
export function cell(family: string, beats: number, series: number, seed: number): number[] {
  const uniform = uniformFrom(seedOf(`${seed} ${family} ${beats}`));
  const evidence: number[] = [];
  while (evidence.length < series) {
    const scale = SCALE_SECONDS.low * (SCALE_SECONDS.high / SCALE_SECONDS.low) ** uniform();
    const starts = startsOf(NULL_FAMILIES[family]!(uniform, scale, 8 * beats), beats);
    // A pace at which everything merges makes too few beats however long it lasts.
    if (starts) evidence.push(evidenceOf({ startUs: starts }));
  }
  return evidence;
}

/** The largest of all statistics, as the judge would find it. */
export function evidenceOf(raw: Raw): number {
  return Math.max(...statisticsOf(viewsOf(raw, IDLE_SECONDS, 5)).map(({ nats }) => nats));
}

/** Starts in microseconds, up to the one before the beat that would be one too many; null where they do not suffice. */
function startsOf(gaps: readonly number[], beats: number): Float64Array | null {
  const starts = [0];
  let found = 1;
  let at = 0;
  for (const gap of gaps) {
    const next = at + Math.round(gap * 1000) * 1000;
    if (next - at >= FINE_US) found += 1;
    if (found > beats) return Float64Array.from(starts);
    starts.push(next);
    at = next;
  }
  return null;
}

/** The value below which a share of ascending values lie, straight between neighbours. */
export function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const low = Math.floor(place);
  const below = ascending[low]!;
  return below + (place - low) * ((ascending[low + 1] ?? below) - below);
}

/** FNV-1a of a name, 32 bits. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
