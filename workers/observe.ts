import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhaseName } from '../orchestrator/contract/capture.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import type { PhasePlan } from '../orchestrator/contract/job.ts';
import { openCapture, type Capture } from './capture/capture.ts';
import { openEgress } from './capture/egress/open.ts';
import { captureTools } from './capture/tools.ts';
import { findAdb, readAdbVersion } from './device/adb-program.ts';
import { sendCanary } from './device/canary.ts';
import { installApks } from './device/install.ts';
import { stopApp } from './device/launch.ts';
import { reachResolver, routeNames } from './device/name-routing.ts';
import { enterPhase, keepScreenOn, leavePhases } from './device/phase.ts';
import { reachHost } from './device/reach.ts';
import { routeUid, type Route } from './device/routing.ts';
import { installTrustAnchor } from './device/trust.ts';
import { startAppium } from './drive/appium-server.ts';
import type { AppiumSession } from './drive/appium-session.ts';
import { planPhases, walkPhases } from './drive/scenario.ts';
import { driveTools } from './drive/tools.ts';
import { exploreApp, openDriver } from './exploration.ts';
import { alignClock, keepEvidence, type Session } from './examine.ts';
import { openScreenRoll, type ScreenRoll } from './screens.ts';
import { watchDevice } from './watch.ts';

const MINUTE_MS = 60_000;

/**
 * Opens proxy, certificate, app, route and push ledger around the handset, proves by a canary that the app's traffic
 * is seen, walks the app through its phases, and closes everything in reverse order. Gives the versions of the tools.
 */
export async function observe(session: Session): Promise<Record<string, string>> {
  const { handset, inspection, options, directory, clock, signal, guard } = session;
  const { facts } = inspection;
  const step = (words: string): void => session.progress({ stage: 'examine', step: words });
  const plan = planPhases(options.minutes);
  await keepEvidence(directory, 'inspection.json', `${JSON.stringify(inspection, null, 2)}\n`);

  const adb = findAdb(session.environment);
  step('starting Appium and the proxy');
  await mkdir(join(directory, 'logs'), { recursive: true });
  await using appium = await startAppium({
    guard,
    logFile: join(directory, 'logs', 'appium.log'),
    adb,
    signal,
  });
  await using egress = openEgress(options.egress);
  await using capture = await openCapture({
    directory,
    packageName: facts.packageName,
    clock,
    egress,
    passthroughHosts: facts.pinnedHosts,
    ...(options.proxyPort === null ? {} : { listen: { host: '127.0.0.1', port: options.proxyPort } }),
    signal,
    start: {
      windowMs: plan.reduce((sum, { minutes }) => sum + minutes * MINUTE_MS, 0),
      device: {
        kind: handset.kind,
        serial: handset.serial,
        apiLevel: handset.apiLevel,
        clockRate: handset.clockRate,
      },
      startedAt: new Date().toISOString(),
    },
  });

  const { onRecord } = session;
  using _heard = onRecord === undefined ? null : { [Symbol.dispose]: capture.onRecord(onRecord) };

  const names = reachResolver(handset, capture.dnsPort, egress.mode === 'sealed');
  if (names === null) capture.journal.event('names-unrouted', 'look-ups are answered by the network of the device');

  step('installing the certificate');
  await using _anchor = await installTrustAnchor(
    handset,
    handset.root,
    { pem: capture.caPem, fileName: capture.caFileName },
    signal,
  );
  step('installing the app');
  await using app = await installApks(handset, pathsOf(session), { signal, testOnly: facts.testOnly });
  if (app.packageName !== facts.packageName) {
    throw new Fault(
      'install-failed',
      `the APK says ${printable(facts.packageName)}, the device installed ${printable(app.packageName)}`,
    );
  }
  session.note(`installed ${printable(app.packageName)} as uid ${app.uid}`);

  // Before its first launch an app is stopped and cannot run, so nothing is lost between install and route.
  step('routing the app into the proxy');
  await using reach = await reachHost(handset, capture.port, signal);
  await using nameRoute = names === null ? null : await routeNames(handset.root, names, signal);
  await using route = await routeUid(handset.root, app.uid, reach, signal, names);
  // Stopped before its routes go, so that nothing of it gets out until it is uninstalled.
  await using _stopped = { [Symbol.asyncDispose]: () => stopApp(handset.shell, app.packageName) };
  await proveSeen(session, capture, app.uid);

  step('opening the automation session');
  await using driver = await openDriver(session, capture, appium);
  await using screens = openScreenRoll({
    directory,
    screenshot: () => driver.screenshot(),
    nowMs: () => clock.nowMs(),
    event: (kind, detail) => capture.journal.event(kind, detail),
    keep: session.onScreen ?? (async () => undefined),
  });
  await walk(session, capture, plan, { driver, screens, route });
  await route.verify();
  await nameRoute?.verify();
  return { adb: await readAdbVersion(adb, signal), ...captureTools(), ...driveTools() };
}

/** A request under the app's own uid must come through the proxy before the app may speak. Error: `canary-failed`. */
async function proveSeen(session: Session, capture: Capture, uid: number): Promise<void> {
  session.progress({ stage: 'examine', step: 'sending a canary' });
  const nonce = `canary-${randomBytes(12).toString('hex')}`;
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(20_000)]);
  const seen = capture.expectCanary(nonce, { signal });
  seen.catch(() => undefined); // a failing canary is reported by sendCanary first, with the device's own words
  await sendCanary(session.handset.root, { uid, nonce, signal: session.signal });
  await seen.catch((error: unknown) => {
    session.signal.throwIfAborted();
    throw new Fault('canary-failed', 'the request was answered, but not by this proxy', { cause: error });
  });
  session.note(`canary of uid ${uid} seen by the proxy`);
}

/** The observation itself, from the app's first launch to the end of the last phase. */
async function walk(
  session: Session,
  capture: Capture,
  plan: PhasePlan,
  { driver, screens, route }: { driver: AppiumSession; screens: ScreenRoll; route: Route },
): Promise<void> {
  const { handset, clock, signal, inspection } = session;
  const { packageName } = inspection.facts;
  await using _screen = await keepScreenOn(handset.shell);
  await using _power = { [Symbol.asyncDispose]: () => leavePhases(handset.shell) };
  clock.start();
  const begin = (phase: PhaseName, atMs: number): void => capture.recorder.write({ type: 'phase', atMs, phase });
  // The launch itself belongs to the first phase; later ones begin when the handset has been seen to be in them.
  begin('foreground', 0);
  await using watch = watchDevice(session, capture, route);
  await walkPhases(plan, {
    clock,
    signal,
    enter: async (phase) => {
      if (phase === 'foreground') await driver.activate();
      else await watch.readSchedules();
      await enterPhase(handset.shell, phase, packageName, signal);
    },
    onPhase: async (phase, atMs) => {
      if (phase !== 'foreground') begin(phase, atMs);
      void screens.take(phase); // it never rejects, and the phase does not wait for its picture
      await watch.readState();
    },
    during: async (phase, over) => {
      if (phase === 'foreground') await exploreApp(session, capture, driver, screens, over);
    },
    onProgress: ({ phase, done, secondsLeft }) => {
      const { sessions, pushes } = capture.counts();
      session.progress({ stage: 'examine', step: phase, phase, done, secondsLeft, sessions, pushes });
    },
  });
  await watch.finish();
  await alignClock(session);
  if (clock.alignment?.rateSuspect === true) {
    const measured = clock.alignment.measuredRate ?? 0;
    capture.journal.event('clock-rate-suspect', `declared ${clock.rate}, measured ${measured.toFixed(3)}`);
  }
}

function pathsOf({ paths }: Session): string[] {
  return paths.map((path) => (typeof path === 'string' ? path : path.path));
}
