// In: numbers with units, phases, hosts. Out: the words in which every sentence of a report says them.
import type { Destination } from '../../orchestrator/contract/capture.ts';
import { printable } from '../../orchestrator/contract/fault.ts';
import type { ObservedPhase } from '../../orchestrator/contract/report.ts';
import { rounded } from './numbers.ts';

const PHASE_WORDS: Record<ObservedPhase, string> = {
  foreground: 'in foreground',
  background: 'in background',
  locked: 'while locked',
  doze: 'in Doze',
  unknown: 'in a phase that is not known',
};

/** "in background, while locked and in Doze", in the order of the phases' names above. */
export function phaseWords(phases: readonly ObservedPhase[]): string {
  const order: readonly ObservedPhase[] = ['foreground', 'background', 'locked', 'doze', 'unknown'];
  return listWords(order.filter((phase) => phases.includes(phase)).map((phase) => PHASE_WORDS[phase]));
}

export function listWords(parts: readonly string[]): string {
  if (parts.length <= 1) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** Seconds up to 10 minutes, minutes up to 2 hours, then hours: "300 s", "15 min", "6 h". */
export function durationWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${rounded(seconds, 1)} s`;
  if (seconds <= 600) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${rounded(seconds / 3600, 1)} h`;
}

/** A length of observation, in whole minutes once there are two: "49 min". */
export function windowWords(ms: number): string {
  return ms >= 120_000 && ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : durationWords(ms);
}

/** "412 ± 9 bytes": median and median absolute deviation; decimal kB and MB from 10,000 on. */
export function bytesWords(centre: number, spread: number | null): string {
  const [divisor, unit] = centre >= 10_000_000 ? [1_000_000, 'MB'] : centre >= 10_000 ? [1_000, 'kB'] : [1, 'bytes'];
  const decimals = divisor === 1 || centre / divisor >= 100 ? 0 : 1;
  const main = rounded(centre / divisor, decimals);
  const around = spread === null ? 0 : rounded(spread / divisor, decimals);
  return around > 0 ? `${main} ± ${around} ${unit}` : `${main} ${unit}`;
}

export function percentWords(share: number): string {
  if (share > 0 && share < 0.005) return 'under 1 %';
  return `${Math.round(share * 100)} %`;
}

/** Host and port as shown in a sentence: bounded and printable, since the host is the app's own text. */
export function hostWords({ host, port }: Destination): string {
  return `${printable(host, 100)}:${port}`;
}

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "p < 0.001", or the probability to three places. */
export function chanceWords(pValue: number | null): string {
  if (pValue === null) return 'p unknown';
  return pValue < 0.001 ? 'p < 0.001' : `p = ${rounded(pValue, 3)}`;
}
