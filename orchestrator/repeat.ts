import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { asFault } from './store/stage.ts';

/**
 * Does something at once and then again and again until `signal` is aborted, one pass at a time. A pass that fails is
 * logged, once for each outage, and the next one comes all the same: ledger and queue return by themselves.
 */
export async function repeat(
  options: { readonly name: string; readonly everyMs: number; readonly signal: AbortSignal; readonly log: Logger },
  pass: () => Promise<void>,
): Promise<void> {
  const { name, everyMs, signal, log } = options;
  let failing = false;
  while (!signal.aborted) {
    try {
      await pass();
      if (failing) log.info(`${name} works again`);
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) log.warn({ fault: asFault(error).code, err: error }, `${name} failed`);
      failing = true;
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}
