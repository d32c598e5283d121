import { Fault } from '../orchestrator/contract/fault.ts';
import type { Capture } from './capture/capture.ts';
import type { AppDriver } from './drive/app-driver.ts';
import type { AppiumServer } from './drive/appium-server.ts';
import { openAppiumSession, type AppiumSession } from './drive/appium-session.ts';
import { explore, type Coverage } from './drive/explorer.ts';
import type { Session } from './examine.ts';
import type { ScreenRoll } from './screens.ts';

/** Enough for the screens of most apps; the rest of the foreground phase the app is left open, untouched. */
const MOST_ACTIONS = 60;
const MOST_HOST_MS = 5 * 60_000;

/** Opens the automation session before the observation begins, so that its own installs cost no device time of it. */
export async function openDriver(session: Session, capture: Capture, appium: AppiumServer): Promise<AppiumSession> {
  const { handset, inspection, signal } = session;
  return openAppiumSession({
    appiumPort: appium.port,
    serial: handset.serial,
    adbHost: handset.adbHost,
    adbPort: handset.adbPort,
    packageName: inspection.facts.packageName,
    signal,
    onEvent: (kind, detail) => capture.journal.event(kind, detail),
  });
}

/**
 * A short seeded walk through the app's screens. What goes wrong with the tool is an event and a gap, never a result:
 * the app stays open and is observed all the same. Ends with the app in front, or with the phase.
 */
export async function exploreApp(
  session: Session,
  capture: Capture,
  driver: AppDriver,
  screens: Pick<ScreenRoll, 'take'>,
  phase: AbortSignal,
): Promise<void> {
  const { clock, inspection, options } = session;
  const declared = inspection.facts.components.filter(({ kind, enabled }) => kind === 'activity' && enabled).length;
  let coverage: Coverage;
  try {
    coverage = await explore(driver, {
      packageName: inspection.facts.packageName,
      activitiesDeclared: declared,
      seed: options.seed,
      mostActions: MOST_ACTIONS,
      mostMs: MOST_HOST_MS,
      nowMs: () => clock.hostNowMs(),
      until: phase,
      onNewScreen: () => screens.take('foreground'),
      signal: session.signal,
    });
    if (!phase.aborted) await driver.activate();
  } catch (error) {
    session.signal.throwIfAborted();
    const words = error instanceof Fault ? error.detail : String(error);
    capture.journal.event('exploration-failed', words);
    return;
  }
  capture.journal.write({ type: 'coverage', atMs: clock.nowMs(), ...coverage });
}
