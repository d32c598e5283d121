import type { AndroidState } from './state.ts';

/** ActivityManagerConstants.BACKGROUND_SETTLE_TIME: a uid becomes idle a minute after it left the foreground. */
const SETTLE_MS = 60_000;

/**
 * Ends the background services of apps that have not been in front for a minute (background service limits since
 * Android 8). Returns what stops watching.
 */
export function watchIdleApps(state: AndroidState): () => void {
  const { bus, clock } = state.parts;
  const waiting = new Map<string, () => void>();
  let front = '';

  const cancel = (name: string): void => {
    waiting.get(name)?.();
    waiting.delete(name);
  };

  bus.on('front-changed', (now) => {
    const left = front;
    front = now.packageName;
    cancel(front);
    const record = state.packages.get(left);
    if (left === front || !record || record.system || record.facts.targetSdk < 26) return;
    cancel(left);
    waiting.set(
      left,
      clock.after(SETTLE_MS, () => {
        waiting.delete(left);
        if (state.processes.ofPackage(left).length === 0) return;
        const foreground = state.services.running(left).some((one) => one.foregroundTypes !== null);
        if (foreground) return;
        state.log.event('am_uid_idle', [record.uid]);
        state.services.stopBackground(left);
      }),
    );
  });
  bus.on('package-removed', ({ name }) => cancel(name));
  return () => {
    for (const stop of waiting.values()) stop();
    waiting.clear();
  };
}
