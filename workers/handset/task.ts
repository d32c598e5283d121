/** A running shell or program that is not an app: what `ps` lists and `kill` ends besides the processes of apps. */
export interface Task {
  readonly pid: number;
  readonly parentPid: number;
  readonly uid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly startedAtMs: number;
}

export interface Tasks {
  /** A pid that nothing used before; processes of apps take theirs here too. */
  nextPid(): number;
  list(): Task[];
  /** False where no task has that pid. */
  kill(pid: number, signal: string): boolean;
}
