import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * Lets other programs of this machine go first: this process, all threads it has, and what it starts from now on get that
 * niceness, 0 to 19, unless they are nicer already. To take it back needs rights that a worker does not have.
 */
export function giveWay(nice: number): void {
  for (const thread of threads()) {
    try {
      if (getPriority(thread) < nice) setPriority(thread, nice);
    } catch (error) {
      if ((error as { info?: { code?: string } }).info?.code !== 'ESRCH') throw error; // the thread ended meanwhile
    }
  }
}

/** Linux counts niceness for each thread, by its own id (setpriority(2), "C library/kernel differences"). */
function threads(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
}
