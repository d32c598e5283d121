// In: channels as they were approved. Out: the forms in which departures from them are told, and how their sessions
// outside foreground are counted.
import type { ApprovedChannel } from '../../orchestrator/contract/baseline.ts';
import type { Destination } from '../../orchestrator/contract/capture.ts';
import type { Channel, ObservedPhase } from '../../orchestrator/contract/report.ts';
import type { LargerPayload } from './baseline-payload.ts';
import type { JudgedChannel } from './channel.ts';
import { REPEATED } from './explain.ts';
import { sum } from './numbers.ts';

/** A channel of the new version as the report has it, and measured as approved ones are. */
export interface Fresh {
  readonly channel: Channel;
  readonly measured: ApprovedChannel;
  /** True where anybody may open an account at the destination; absent where that is not known. */
  readonly selfService?: boolean;
}

/** A judged channel after the comparison; it `departs`, in sentences, where the profile alone would explain it. */
export interface ComparedChannel extends JudgedChannel {
  readonly departs?: readonly string[];
}

interface Common {
  readonly fresh: Fresh;
  /** Repeated, and outside foreground: enough to make the verdict. */
  readonly decides: boolean;
  /** What chance alone would do; null for a plain fact. */
  readonly pValue: number | null;
}

export type Departure = Common &
  (
    | {
        readonly kind: 'new-channel';
        readonly watchedMs: number;
        /** Of its hosts those that were not approved; null where that is all of it. */
        readonly strangers: readonly Destination[] | null;
      }
    | {
        readonly kind: 'new-phase';
        readonly phases: readonly ObservedPhase[];
        readonly sessions: number;
        readonly watchedMs: number;
      }
    | { readonly kind: 'faster-period'; readonly thenMs: number; readonly nowMs: number }
    | { readonly kind: 'more-sessions'; readonly then: Count; readonly now: Count }
    | ({ readonly kind: 'larger-payload' } & LargerPayload)
    | { readonly kind: 'push-coupling-lost'; readonly then: Push; readonly now: Push; readonly unprompted: number }
  );

export interface Count {
  readonly sessions: number;
  readonly durationMs: number;
}
export type Push = NonNullable<ApprovedChannel['push']>;

/** Where sessions answer pushes their number is that of the pushes: only the others are compared. */
export function counted(use: ApprovedChannel['phases'][number], then: ApprovedChannel): number {
  return then.push?.coupled === true ? use.unprompted : use.sessions;
}

export function asleepPhases({ phases }: Pick<ApprovedChannel, 'phases'>): ApprovedChannel['phases'] {
  return phases.filter(({ phase }) => phase !== 'foreground');
}

export function sleeps({ measured }: Fresh): boolean {
  return sum(asleepPhases(measured).map(({ sessions }) => sessions)) >= REPEATED;
}
