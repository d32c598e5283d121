import type { IQueueBackend } from 'bullmq';
import { together } from './together.ts';

type AddFlow = IQueueBackend['addFlow'];

/** A hundred flows are a few hundred kilobytes, and hold up Redis for some 20 ms. */
const MOST_TOGETHER = 100;

/**
 * Adds flows that come while others are on their way in one transaction, where each would take its own round trip. Every
 * flow is told of its own jobs alone, and fails where any of them was refused.
 */
export function flowsTogether(addAll: AddFlow): AddFlow {
  return together(async (flows: readonly Parameters<AddFlow>[0][]) => {
    const results = await addAll(flows.flat());
    let from = 0;
    return flows.map((flow) => {
      const own = results.slice(from, (from += flow.length));
      const refused = own.find(([error]) => error !== null);
      return refused === undefined ? own : own.map((): [Error | null, string] => [refused[0], '']);
    });
  }, MOST_TOGETHER);
}
