import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Fault, printable } from '../contract/fault.ts';

export const Holder = z.strictObject({
  pid: z.number().int().positive(),
  startedAt: z.string().nullable(),
  /** Names one holding: a process that takes a lock twice has two. */
  token: z.string().optional(),
});
export type Holder = z.infer<typeof Holder>;

/** A lock that this process holds until it is disposed. */
export interface ProcessLock extends AsyncDisposable {
  readonly token: string;
  /** False where the lock was taken away, or taken over. */
  isHeld(): boolean;
}

/**
 * Claims `file` for this process until disposed. A lock whose holder is dead, also after kill -9, is taken over.
 * @param busy makes the Fault that is thrown where the holder lives; `ledger-busy` by default
 */
export async function lockForProcess(
  file: string,
  busy: (holder: Holder) => Fault = ({ pid }) => new Fault('ledger-busy', `process ${pid} holds ${printable(file)}`),
): Promise<ProcessLock> {
  const token = `${Date.now().toString(36)}-${randomUUID()}`;
  const mine = JSON.stringify({ ...(await thisProcess()), token });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, mine, { flag: 'wx' });
  try {
    // link(2) makes the lock appear at once with its content, so nobody ever reads a half-written one.
    while (!(await created(link(draft, file)))) await removeStale(file, draft, busy);
  } finally {
    await unlink(draft);
  }
  return {
    token,
    isHeld: () => readNow(file) === mine,
    [Symbol.asyncDispose]: () => release(file, mine),
  };
}

/** This process, so that another can tell later whether it still lives. */
export async function thisProcess(): Promise<Holder> {
  return { pid: process.pid, startedAt: await startOf(process.pid) };
}

/** True where the process of that id runs and is the same that was recorded, not a later one with its number. */
export async function lives(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const startedAt = await startOf(holder.pid);
  return holder.startedAt === null || startedAt === null || startedAt === holder.startedAt;
}

/**
 * Removes the lock of a dead holder, or throws. Only one process at a time may remove, under a guard that is itself
 * such a lock: without it a slower one would remove the fresh lock of whoever was faster.
 */
async function removeStale(file: string, draft: string, busy: (holder: Holder) => Fault): Promise<void> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === null) return;
  const holder = await livingHolder(text);
  if (holder !== null) throw busy(holder);
  const guard = `${file}.takeover`;
  if (await created(link(draft, guard))) {
    if ((await readFile(file, 'utf8').catch(ignoreMissing)) === text) await unlink(file);
    await unlink(guard);
    return;
  }
  const guarded = await readFile(guard, 'utf8').catch(ignoreMissing);
  if (guarded !== null && (await livingHolder(guarded)) === null) await unlink(guard).catch(ignoreMissing);
  else await delay(10);
}

async function livingHolder(text: string): Promise<Holder | null> {
  const holder = parseHolder(text);
  return holder !== null && (await lives(holder)) ? holder : null;
}

async function release(file: string, mine: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === mine) await unlink(file);
}

function readNow(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // removed: held by nobody
  }
}

function parseHolder(text: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return null; // a damaged lock protects nobody
  }
}

/** Boot id and start tick of a process: proc(5), field 22 of /proc/PID/stat. Null where there is no procfs. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field, the command in parentheses, may itself hold spaces and parentheses.
    const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot.trim()}/${afterCommand[19] ?? ''}`;
  } catch {
    return null; // no procfs, or the process is gone: the caller falls back on the process id alone
  }
}

function created(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
