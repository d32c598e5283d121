import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../orchestrator/contract/fault.ts';

/** A lease on one device: nobody else on this machine holds it. Disposing it gives the device back. */
export interface Lock extends AsyncDisposable {
  /** Names this holding of the device. A later holder has another. */
  readonly token: string;
  /** Throws `lease-lost` where another session holds the device now. */
  assertHeld(): void;
}

const Holder = z.looseObject({
  pid: z.number().int(),
  /** Start time of the process in clock ticks since boot; null where the system does not tell. */
  began: z.string().nullable(),
  token: z.string(),
});
type Holder = z.infer<typeof Holder>;

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
  const token = `${Date.now().toString(36)}-${randomUUID()}`;
  const own = `${file}.${token}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, began: processBegan(process.pid), token }), { mode: 0o600 });
  try {
    await take(file, own, serial);
  } finally {
    await rm(own, { force: true });
  }
  const held = (): boolean => readHolderSync(file)?.token === token;
  return {
    token,
    assertHeld() {
      if (!held()) throw new Fault('lease-lost', `${serial} is held by another session, or its lock was removed`);
    },
    async [Symbol.asyncDispose]() {
      if (held()) await rm(file, { force: true });
    },
  };
}

async function take(file: string, own: string, serial: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    // A hard link is made whole or not at all, so nobody ever reads half a lock.
    if (await succeeds(link(own, file))) return;
    const holder = parseHolder(await readFile(file, 'utf8').catch(() => null)); // given back meanwhile: try again
    if (holder === 'absent') continue;
    if (holder !== 'unreadable' && isAlive(holder)) {
      throw new Fault('device-busy', `${serial} is leased to process ${holder.pid}`);
    }
    // Stale: only one of several that notice can rename it away.
    const aside = `${own}.stale`;
    if (!(await succeeds(rename(file, aside)))) continue;
    const moved = parseHolder(await readFile(aside, 'utf8').catch(() => null)); // as above
    const wrong = typeof moved === 'object' && (typeof holder !== 'object' || moved.token !== holder.token);
    if (wrong) await succeeds(link(aside, file)); // another took it over in between: it keeps its lock
    await rm(aside, { force: true });
  }
  throw new Fault('device-busy', `the lock of ${serial} changes hands all the time`);
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function parseHolder(text: string | null): Holder | 'absent' | 'unreadable' {
  if (text === null) return 'absent';
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return 'unreadable'; // not written by us: nobody can be behind it
  }
}

function readHolderSync(file: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // removed or replaced: not ours, whatever it is
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const began = processBegan(holder.pid);
  return began === null || holder.began === null || began === holder.began;
}

/** Field 22 of /proc/PID/stat (proc(5)); null where there is no such file system. */
function processBegan(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // no procfs here, or the process has ended
  }
}
