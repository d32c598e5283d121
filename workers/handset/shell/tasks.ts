import type { Task, Tasks } from '../task.ts';
import type { DeviceClock } from '../system.ts';
import { Killed } from './ending.ts';

/** The first pid that a shell gets on a fresh boot; below it are kernel threads and the system's own. */
const FIRST_PID = 3000;
const LAST_PID = 32_767;
const MOST_TASKS = 4000;
const MOST_TASKS_OF_SESSION = 256;

/** How many tasks of one session run. */
export interface TaskQuota {
  running: number;
}

export interface StartedTask {
  readonly pid: number;
  readonly signal: AbortSignal;
  kill(signalName: string): void;
  end(): void;
}

export interface OwnedTasks extends Tasks {
  /** Throws where too many run. The task's signal follows the parent's. */
  start(task: Omit<Task, 'pid' | 'startedAtMs'>, parent: AbortSignal, quota: TaskQuota): StartedTask;
}

/** The shells and programs that run, and one row of pids for all of the handset. */
export function createTasks(clock: DeviceClock): OwnedTasks {
  const running = new Map<number, { task: Task; abort: AbortController }>();
  let lastPid = FIRST_PID;

  const nextPid = (): number => {
    do lastPid = lastPid >= LAST_PID ? FIRST_PID : lastPid + 1;
    while (running.has(lastPid));
    return lastPid;
  };

  return {
    nextPid,
    list: () => [...running.values()].map(({ task }) => task),
    kill(pid, signalName) {
      const found = running.get(pid);
      if (found === undefined) return false;
      if (signalName !== '0') found.abort.abort(new Killed(signalName));
      return true;
    },
    start(task, parent, quota) {
      if (running.size >= MOST_TASKS || quota.running >= MOST_TASKS_OF_SESSION) {
        throw new Error("can't fork - try again");
      }
      quota.running++;
      const pid = nextPid();
      const abort = new AbortController();
      const follow = (): void => abort.abort(parent.reason);
      if (parent.aborted) follow();
      else parent.addEventListener('abort', follow, { once: true });
      running.set(pid, { task: { ...task, pid, startedAtMs: clock.nowMs() }, abort });
      return {
        pid,
        signal: abort.signal,
        kill: (signalName) => abort.abort(new Killed(signalName)),
        end() {
          if (running.delete(pid)) quota.running--;
          parent.removeEventListener('abort', follow);
        },
      };
    },
  };
}
