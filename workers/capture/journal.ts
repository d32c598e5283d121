import type { CaptureRecord, GapRecord } from '../../orchestrator/contract/capture.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import type { SessionClock } from './clock.ts';
import { createGapBook, type GapBook } from './gaps.ts';
import type { Recorder } from './recorder.ts';

/**
 * What socket handlers write to: never throws, since nobody stands above them. The first fault is kept and ends the
 * capture when it is closed.
 */
export interface Journal {
  readonly clock: SessionClock;
  readonly gaps: GapBook;
  write(record: CaptureRecord): void;
  event(kind: string, detail: string): void;
  /** True while firings that we forced (a job run by hand) may be the cause of traffic. */
  forced: boolean;
  readonly fault: Fault | null;
}

export function createJournal(recorder: Recorder, clock: SessionClock): Journal {
  let fault: Fault | null = null;
  const write = (record: CaptureRecord): void => {
    try {
      recorder.write(record);
    } catch (error) {
      fault ??=
        error instanceof Fault ? error : new Fault('internal', 'a record could not be written', { cause: error });
    }
  };
  return {
    clock,
    gaps: createGapBook(clock, (gap: GapRecord) => write(gap)),
    write,
    event: (kind, detail) => write({ type: 'event', atMs: clock.nowMs(), kind, detail }),
    forced: false,
    get fault() {
      return fault;
    },
  };
}
