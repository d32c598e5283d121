import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Planned } from '../../orchestrator/store/plan.ts';
import { openQueue, type JobQueue, type QueueOptions } from '../../orchestrator/store/queue.ts';
import type { WorkOptions } from '../../orchestrator/store/queue-work.ts';
import type { Processors } from '../../orchestrator/store/stage.ts';
import { PLACES, type Place } from './places.ts';
import { assessed, examined, inspected } from './results.ts';

export const file = { sha256: 'a'.repeat(64), fileName: 'torch.apk', sizeBytes: 5 };

/** A submission as the queue is given it. */
export function sub(id: string, device = 'simulated'): Planned {
  return { id, files: [file], options: { device } };
}

/** All stages, with one simulated handset. */
export const all: WorkOptions = { classes: { simulated: 1 } };

export function signal(ms = 30_000): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Processors that succeed at once, but for those given. */
export function processors(given: Partial<Processors> = {}): Processors {
  return {
    inspect: () => Promise.resolve(inspected),
    examine: () => Promise.resolve(examined),
    assess: () => Promise.resolve(assessed),
    ...given,
  };
}

/** Something that happens once and can be waited for before and after. */
export function event(): { happen: () => void; happened: Promise<void> } {
  let happen = (): void => {};
  const happened = new Promise<void>((resolve) => (happen = resolve));
  return { happen, happened };
}

/** Work that ends only when it is told to. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Opens a queue on the place of the suite: under a name of its own unless one is given. */
export type Start = (options?: Partial<QueueOptions>) => Promise<JobQueue>;

/** The same suite on each kind of queue that can be had here. */
export function onEachPlace(what: string, suite: (start: Start, name: string) => void): void {
  for (const { name, open, missing } of PLACES) {
    describe.skipIf(missing !== null)(`${what} on ${name}${missing === null ? '' : ` (${missing})`}`, () => {
      let place: Place;
      beforeAll(async () => {
        place = await open();
      });
      afterAll(() => place[Symbol.asyncDispose]());
      suite(
        (options = {}) =>
          openQueue({
            database: place.database,
            redisUrl: place.redisUrl,
            signal: signal(),
            name: `t-${randomUUID()}`,
            ...options,
          }),
        name,
      );
    });
  }
}
