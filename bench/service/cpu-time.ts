import { readFileSync } from 'node:fs';

/** Clock ticks of Linux are hundredths of a second wherever Node runs (sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/** CPU time that a process has used so far, user and system, ms; null where the system does not say (proc_pid_stat(5)). */
export function cpuMs(pid: number | undefined): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return ((user ?? Number.NaN) + (system ?? Number.NaN)) * TICK_MS;
  } catch {
    return null; // no Linux
  }
}
