import { Fault } from '../../orchestrator/contract/fault.ts';
import { listDevices, readServerVersion, type KnownDevice } from './adb-link.ts';
import { findAdb, readAdbVersion } from './adb-program.ts';
import { findSdkEmulator, findSimulatedEmulator, listAvds } from './emulator-program.ts';

/** What this machine has for leasing a handset; what it lacks is null or empty, with the reason beside it. */
export interface DeviceProbe {
  readonly adb: { readonly path: string; readonly version: string; readonly sdkDirectory: string | null } | null;
  readonly simulated: string | null;
  readonly emulator: string | null;
  readonly avds: readonly string[];
  /** Devices that the person's adb server (127.0.0.1:5037) knows; null where it does not run. It is not started. */
  readonly devices: readonly KnownDevice[] | null;
  /** A sentence for each thing that is missing or broken. */
  readonly lacks: readonly string[];
}

/** Looks at programs and devices, and starts nothing. Never throws for what is missing. */
export async function probeDevices(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<DeviceProbe> {
  const lacks: string[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      lacks.push(error instanceof Fault ? error.detail : String(error));
      return null;
    }
  };
  const adb = await attempt(async () => {
    const program = findAdb(env);
    return { ...program, version: await readAdbVersion(program, signal) };
  });
  const simulated = await attempt(findSimulatedEmulator);
  const emulator = findSdkEmulator(env);
  if (emulator === null)
    lacks.push('no SDK emulator (set ANDROID_HOME): only the simulated handset and connected devices can be used');
  const avds = emulator === null ? [] : ((await attempt(() => listAvds(emulator, signal))) ?? []);
  const server = { host: '127.0.0.1', port: 5037 };
  const running = (await readServerVersion(server, signal)) !== null;
  const devices = running ? await attempt(() => listDevices(server, signal)) : null;
  return { adb, simulated, emulator, avds, devices, lacks };
}
