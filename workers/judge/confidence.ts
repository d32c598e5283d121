// In: all traffic of the app and the time that was blind. Out: how well the measurement itself can be trusted, as an
// interval, apart from any suspicion.
import type { Attribution } from '../../orchestrator/contract/capture.ts';
import type { Report } from '../../orchestrator/contract/report.ts';
import type { Context } from './context.ts';
import { rounded, sum, wilson } from './numbers.ts';
import { READ_PROTOCOLS, type Exchange } from './sessions.ts';

const SURE: Record<Attribution, number> = { certain: 1, likely: 0.85, unknown: 0 };
/** Times and sizes of an unread session are as good as any; what it was about is not known. */
const UNREAD = 0.85;

/** How far one exchange is known to be the app's and was read: 0 to 1. */
export function sureness(one: Exchange): number {
  if (one.attempt) return 0;
  return SURE[one.attribution] * (READ_PROTOCOLS.has(one.protocol) ? 1 : UNREAD);
}

/**
 * Wilson's 95 % interval for the share of the app's contacts that were read and surely its own, times the share of
 * time in which recording ran, times 0.9 for each restart of the driver up to three.
 */
export function confidenceOf({ sources, timeline }: Context, gaps: Report['gaps']): Report['confidence'] {
  const exchanges = sources.filter(({ traffic }) => !traffic.foreign).flatMap(({ traffic }) => traffic.exchanges);
  const sure = sum(exchanges.map(sureness));
  const interval = wilson(sure, exchanges.length);
  const blindMs = sum(timeline.blind.map(({ fromMs, toMs }) => Math.max(0, toMs - fromMs)));
  const awake = 1 - Math.min(1, timeline.windowMs > 0 ? blindMs / timeline.windowMs : 0);
  const restarts = sum(gaps.filter(({ kind }) => kind === 'appium-restarted').map(({ count }) => count));
  const factor = awake * 0.9 ** Math.min(3, restarts) * (timeline.assumed ? 0.8 : 1) * (timeline.ended ? 1 : 0.9);
  return { low: rounded(interval.low * factor, 3), high: rounded(interval.high * factor, 3) };
}
