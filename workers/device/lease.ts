import { Opened } from '../../orchestrator/store/opened.ts';
import { ensureClean, proveClean } from './clean.ts';
import { openDevice } from './device.ts';
import type { Guard } from './guard.ts';
import type { Device } from './handset.ts';
import { lockDevice } from './lock.ts';
import { findPlace } from './place.ts';
import { becomeRoot } from './root.ts';
import type { Shell } from './shell.ts';

/** A device that is ours until it is disposed: booted, rooted, clean and locked against other sessions. */
export interface Handset extends Device, AsyncDisposable {
  /** Names this lease; a stale holder cannot seal a bundle. */
  readonly fencingToken: string;
  /** Runs a command as root. */
  readonly root: Shell;
  readonly adbPort: number;
  readonly adbHost: string;
  /** True where the device was launched for this lease and ends with it. */
  readonly launched: boolean;
  /** What an earlier session had left and was cleaned away. */
  readonly cleaned: readonly string[];
  /** Throws `lease-lost`. */
  assertHeld(): void;
  /** Throws `device-dirty` naming what the session left: the proof of its teardown. */
  proveClean(): Promise<void>;
}

export interface LeaseChoice {
  /** 'simulated', the serial of a connected device, or the name of a virtual device. */
  readonly device: string;
  /** For a simulated handset; others have theirs. */
  readonly apiLevel: number;
  readonly clockRate: number;
  readonly seed: number;
  /** `HOST:PORT` of an adb server to use, or null. */
  readonly adbServer: string | null;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  /** Told what happens, in a few words. */
  readonly onStep?: (step: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly lockDirectory?: string;
}

/**
 * Leases a handset. A simulated one, or an AVD, is launched with a private adb server; a connected device is used
 * through the server that knows it (`adbServer`, else 127.0.0.1:5037, which is never started by us).
 * Errors: `adb-missing`, `port-busy`, `emulator-missing`, `emulator-failed`, `device-not-found`, `device-busy`,
 * `device-dirty`, `trust-failed` (no root).
 */
export async function leaseHandset(choice: LeaseChoice): Promise<Handset> {
  const step = choice.onStep ?? ((): void => undefined);
  await using opened = new Opened();
  const place = await findPlace({ ...choice, step, opened });
  const lock = opened.use(await lockDevice(place.serial, choice.lockDirectory));
  const device = await openDevice(place.server, place.serial, choice.signal);
  step('becoming root');
  const root = await becomeRoot(device, choice.signal);
  step('checking for a clean state');
  const cleaned = await ensureClean(device.shell, root, { mayWipe: place.launched });
  const closing = opened.handOn();
  return {
    ...device,
    root,
    adbHost: place.server.host,
    adbPort: place.server.port,
    launched: place.launched,
    fencingToken: lock.token,
    cleaned,
    assertHeld: () => lock.assertHeld(),
    proveClean: () => proveClean(device.shell, root),
    [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose](),
  };
}
