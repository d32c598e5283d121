import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '../orchestrator/contract/apk.ts';
import type { CaptureRecord } from '../orchestrator/contract/capture.ts';
import { Fault, printable } from '../orchestrator/contract/fault.ts';
import type { Progress, SubmissionOptions } from '../orchestrator/contract/job.ts';
import type { ManifestFields } from '../orchestrator/store/bundles.ts';
import { thisActor } from '../orchestrator/store/custody.ts';
import type { ApkPath } from './apk/read-in-thread.ts';
import { refuseUnmet } from './apk/refuse.ts';
import type { ClockSample } from './capture/alignment.ts';
import { createSessionClock } from './capture/clock.ts';
import { leaseHandset, type Handset } from './device/lease.ts';
import { startGuard, type Guard } from './device/guard.ts';
import { isPortFree } from './device/port.ts';
import { sampleClockOften } from './device/time.ts';
import { observe } from './observe.ts';
import type { ScreenShot } from './screens.ts';

/** One device session: what to examine, on what, and where its evidence goes. */
export interface ExamineOrder {
  readonly run: string;
  /** Folder of the open evidence bundle. */
  readonly directory: string;
  /** Base APK and splits, with the names they were submitted under. */
  readonly paths: readonly ApkPath[];
  readonly inspection: Inspection;
  readonly options: SubmissionOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly engineVersion: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** Told of each record of the capture as it is written. */
  readonly onRecord?: (record: CaptureRecord) => void;
  /** Told of each picture of the screen that was kept; what it throws is an event of the capture. */
  readonly onScreen?: (screen: ScreenShot) => Promise<void>;
}

/** What a session stands on once its handset is leased. */
export interface Session extends ExamineOrder {
  readonly handset: Handset;
  readonly guard: Guard;
  readonly clock: ReturnType<typeof createSessionClock>;
  /** What was read of the device's clocks so far. */
  readonly samples: ClockSample[];
  /** Notes what was done, for the custody log of the bundle. */
  readonly note: (what: string) => void;
}

/**
 * The second stage: leases a handset, observes the app on it through all phases, takes everything down in reverse
 * order and proves the handset clean again. The evidence lies in `directory`, unsealed; the result is what its
 * manifest says beside the files.
 * Errors: `device-*`, `adb-*`, `emulator-*`, `trust-failed`, `routing-failed`, `canary-failed`, `install-failed`,
 * `launch-failed`, `phase-failed`, `proxy-failed`, `appium-*`; the signal's reason on abort.
 */
export async function examine(order: ExamineOrder): Promise<ManifestFields> {
  const { options, inspection, signal } = order;
  const step = (words: string): void => order.progress({ stage: 'examine', step: words });
  const custody: ManifestFields['custody'] = [];
  const note = (what: string): void => {
    custody.push({ at: new Date().toISOString(), who: thisActor(), what });
  };

  if (options.proxyPort !== null && !(await isPortFree(options.proxyPort))) {
    throw new Fault('port-busy', `port ${options.proxyPort} of 127.0.0.1, asked for as the proxy's, is in use`);
  }
  await using guard = startGuard();
  step('leasing a handset');
  await using handset = await leaseHandset({
    device: options.device,
    apiLevel: options.apiLevel,
    clockRate: options.clockRate,
    seed: options.seed,
    adbServer: options.adbServer,
    guard,
    signal,
    onStep: step,
    env: order.environment,
  });
  note(`leased ${handset.serial} (${handset.kind}), lease ${handset.fencingToken}`);
  refuseUnmet(inspection, handset);

  const clock = createSessionClock({ clockRate: handset.clockRate });
  const session: Session = { ...order, handset, guard, clock, note, samples: [] };
  await alignClock(session);
  const tools = await observe(session);
  note('observation ended; everything set up on the handset was taken away');
  step('proving the handset clean');
  await handset.proveClean();
  handset.assertHeld();
  note('handset proven clean');
  return {
    sample: inspection.facts.files.map(({ sha256, fileName, split }) => ({ sha256, fileName, split })),
    package: inspection.facts.packageName,
    seed: options.seed,
    device: deviceFacts(session),
    tools: { sleeptalk: order.engineVersion, ...tools },
    custody,
  };
}

/**
 * Learns the device's own clocks, so that times in its dumps become session times. Called again at the end of the
 * observation: over that span the rate at which the device's time really ran shows as well.
 */
export async function alignClock({ handset, clock, samples, signal }: Session): Promise<void> {
  const taken = await sampleClockOften(handset.shell, 5, () => clock.hostNowMs(), signal);
  samples.push(
    ...taken.map(({ hostBeforeMs, hostAfterMs, uptimeMs, wallMs, zoneOffsetMinutes }) => ({
      hostMs: (hostBeforeMs + hostAfterMs) / 2,
      roundTripMs: hostAfterMs - hostBeforeMs,
      deviceUptimeMs: uptimeMs,
      deviceWallMs: wallMs,
      zoneOffsetMinutes,
    })),
  );
  clock.align(samples);
}

function deviceFacts({ handset, clock, options }: Session): ManifestFields['device'] {
  return {
    kind: handset.kind,
    serial: handset.serial,
    model: printable(handset.model),
    fingerprint: printable(handset.fingerprint),
    apiLevel: handset.apiLevel,
    release: printable(handset.release),
    abis: handset.abis.join(','),
    playServices: handset.playServices,
    clockRate: handset.clockRate,
    measuredClockRate: clock.alignment?.measuredRate ?? null,
    clockUncertaintyMs: clock.alignment?.uncertaintyHostMs ?? null,
    egress: options.egress,
    launchedForThisRun: handset.launched,
    cleanedBefore: handset.cleaned.join('; ') || null,
  };
}

/** Writes a piece of evidence beside the capture. */
export async function keepEvidence(directory: string, name: string, content: string): Promise<void> {
  try {
    await writeFile(join(directory, name), content, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new Fault('disk-full', `${name} could not be kept`);
    throw error;
  }
}
