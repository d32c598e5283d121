import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { lockForProcess } from '../../orchestrator/store/process-lock.ts';

/** A lease on one device: nobody else on this machine holds it. Disposing it gives the device back. */
export interface Lock extends AsyncDisposable {
  /** Names this holding of the device. A later holder has another. */
  readonly token: string;
  /** Throws `lease-lost` where another session holds the device now. */
  assertHeld(): void;
}

/** One folder for each person of this machine, so that all their sessions see each other. */
export function leaseDirectory(): string {
  return join(tmpdir(), `sleeptalk-leases-${userInfo().uid}`);
}

/**
 * Takes the lock file of a device. A lock whose process has ended (also where its number was given to another) is
 * stale and is taken over. Error: `device-busy` naming the holder.
 */
export async function lockDevice(serial: string, directory: string = leaseDirectory()): Promise<Lock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${serial.replace(/[^A-Za-z0-9._-]/g, '_')}.json`);
  const lock = await lockForProcess(file, ({ pid }) => {
    return new Fault('device-busy', `${serial} is leased to process ${pid}`);
  });
  return {
    token: lock.token,
    assertHeld() {
      if (!lock.isHeld())
        throw new Fault('lease-lost', `${serial} is held by another session, or its lock was removed`);
    },
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}
