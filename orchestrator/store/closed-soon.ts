import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a busy server to say goodbye. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * Waits until something is closed, but no longer for a server that does not answer: whoever stops a service or a worker
 * during an outage gets it stopped. What is still open then ends with the process.
 * @param idle from when on closing is a matter of the server alone
 * @param heed told of what was left open, and of what fails later
 */
export async function closedSoon(
  closing: Promise<unknown>,
  heed: (error: unknown) => void,
  idle: Promise<void> = Promise.resolve(),
): Promise<void> {
  const closed = new AbortController();
  const patience = idle
    .then(() => delay(CLOSE_WITHIN_MS, undefined, { signal: closed.signal }))
    .then(
      () => heed(new Error(`not closed within ${CLOSE_WITHIN_MS / 1000} s: its server does not answer`)),
      () => undefined, // it was closed
    );
  const goodbye = closing.then(() => undefined, heed).then(() => closed.abort());
  await Promise.race([goodbye, patience]);
}
