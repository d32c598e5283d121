import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { isProgram } from './adb-program.ts';

/** The simulated handset: a drop-in for the SDK's emulator, run like it and never imported. */
export function findSimulatedEmulator(): string {
  const path = fileURLToPath(new URL('../handset/sdk/emulator/emulator', import.meta.url));
  if (!isProgram(path)) throw new Fault('emulator-missing', `the simulated handset's program ${path} cannot be run`);
  return path;
}

/** The SDK's emulator: `SLEEPTALK_EMULATOR`, else `emulator/emulator` of ANDROID_HOME or ANDROID_SDK_ROOT; null: none. */
export function findSdkEmulator(env: NodeJS.ProcessEnv): string | null {
  const sdks = [env['ANDROID_HOME'] ?? '', env['ANDROID_SDK_ROOT'] ?? ''].filter((sdk) => sdk !== '');
  const candidates = [env['SLEEPTALK_EMULATOR'] ?? '', ...sdks.map((sdk) => join(sdk, 'emulator', 'emulator'))];
  return candidates.find((path) => path !== '' && isProgram(path)) ?? null;
}

/** Names of the virtual devices that an emulator program knows. */
export async function listAvds(program: string, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await promisify(execFile)(program, ['-list-avds'], { signal, timeout: 30_000 }).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new Fault('emulator-failed', `${program} -list-avds did not run`, { cause });
    },
  );
  // Newer emulators mix log lines such as "INFO    | …" into the list.
  return stdout.split('\n').filter((line) => /^[A-Za-z0-9._-]+$/.test(line));
}
