import type { Destination, GapKind, GapRecord } from '../../orchestrator/contract/capture.ts';
import type { SessionClock } from './clock.ts';

/** What is known but unread, gathered by kind and destination and written as one gap each when it ends. */
export interface GapBook {
  note(kind: GapKind, what: GapNote): void;
  /** Writes and forgets all that is open. */
  flush(): void;
}

export interface GapNote {
  readonly destination?: Destination;
  readonly because: string;
  readonly upBytes?: number;
  readonly downBytes?: number;
  /** Occurrences that this note stands for; 0 adds bytes only. */
  readonly count?: number;
  /** Where the gap began, if before now. */
  readonly fromMs?: number;
  /** The destination stays unread until the capture ends, not only at this moment. */
  readonly lasting?: boolean;
}

interface OpenGap {
  readonly kind: GapKind;
  readonly destination: Destination | undefined;
  readonly because: string;
  readonly fromMs: number;
  toMs: number;
  lasting: boolean;
  count: number;
  upBytes: number;
  downBytes: number;
}

/** An app can invent destinations without end: those above this number share one gap for their kind. */
const MOST_DESTINATIONS = 1000;

export function createGapBook(clock: SessionClock, write: (gap: GapRecord) => void): GapBook {
  const open = new Map<string, OpenGap>();
  return {
    note(kind, what) {
      const nowMs = clock.nowMs();
      let destination = what.destination;
      let key = JSON.stringify([kind, destination?.host, destination?.port]);
      if (!open.has(key) && open.size >= MOST_DESTINATIONS) {
        destination = undefined;
        key = JSON.stringify([kind, 'further destinations']);
      }
      const fromMs = Math.min(what.fromMs ?? nowMs, nowMs);
      const gap = open.get(key) ?? {
        kind,
        destination,
        because: what.because,
        fromMs,
        toMs: nowMs,
        lasting: false,
        count: 0,
        upBytes: 0,
        downBytes: 0,
      };
      gap.toMs = nowMs;
      gap.lasting ||= what.lasting ?? false;
      gap.count += what.count ?? 1;
      gap.upBytes += what.upBytes ?? 0;
      gap.downBytes += what.downBytes ?? 0;
      open.set(key, gap);
    },
    flush() {
      const nowMs = clock.nowMs();
      for (const { lasting, destination, ...gap } of open.values()) {
        const toMs = Math.max(gap.fromMs, lasting ? nowMs : gap.toMs);
        write({ type: 'gap', ...gap, toMs, ...(destination ? { destination } : {}) });
      }
      open.clear();
    },
  };
}
