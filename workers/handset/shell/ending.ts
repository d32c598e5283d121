import { lookUp } from '../../../orchestrator/contract/look-up.ts';
/** A shell or program was ended by a signal; its exit status is 128 plus the signal's number. */
export class Killed extends Error {
  override readonly name = 'Killed';
  readonly status: number;
  constructor(signalName: string) {
    super(signalName);
    this.status = 128 + (lookUp(SIGNALS, signalName) ?? 15);
  }
}

/** Linux's signal numbers, by name without SIG. */
export const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  TERM: 15,
  CONT: 18,
  STOP: 19,
};

/** `exit`, `return`, `break` and `continue` on their way to what they leave. */
export class Leave extends Error {
  override readonly name = 'Leave';
  readonly what: 'exit' | 'return' | 'break' | 'continue';
  /** Exit status, or for loops how many. */
  readonly value: number;
  constructor(what: Leave['what'], value: number) {
    super(what);
    this.what = what;
    this.value = value;
  }
}

/** The exit status behind a signal's abort. */
export function statusOfAbort(signal: AbortSignal): number {
  return signal.reason instanceof Killed ? signal.reason.status : 143;
}
