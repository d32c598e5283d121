/** What a labelled scenario is made of: an app, its habits, what the device did meanwhile, and what could not be seen. */
import type { GapKind, PhaseName, Protocol } from '../../orchestrator/contract/capture.ts';
import type { Verdict } from '../../orchestrator/contract/report.ts';
import type { Random, Range } from '../cadence/generator/random.ts';
import type { AppName } from './apps.ts';

/** When a habit acts; absent bounds bind nothing. Minutes count from the beginning of the device session. */
export interface When {
  readonly phases?: readonly PhaseName[];
  readonly fromMinute?: number;
  readonly toMinute?: number;
  /** While a foreground service of this type runs. */
  readonly service?: string;
  readonly charging?: boolean;
}

/** Whom a habit speaks to, and how much. Several hosts take turns. Bytes are drawn evenly from their range. */
export interface Payload {
  readonly hosts: readonly string[];
  readonly port?: number;
  readonly protocol?: Protocol;
  readonly up: Range;
  readonly down: Range;
  /** One socket for all, or a new one each time; each time when absent. */
  readonly socket?: 'kept' | 'new';
  readonly lastsSeconds?: Range;
  readonly status?: number;
  /** Address of the server that answers; one for all hosts. */
  readonly address?: string;
  readonly attribution?: 'certain' | 'likely' | 'unknown';
  /** Sent by another uid than the app's. */
  readonly foreign?: boolean;
}

export type Habit = When &
  Payload &
  (
    | {
        /** A clock that ticks all the time, and sends where `When` allows it. */
        readonly does: 'timer';
        readonly everySeconds: number;
        /** Half-width of each interval's uniform jitter, as a share of it. */
        readonly jitter?: number;
        /** A job: at any moment of the last so many seconds of each period, as WorkManager runs it. */
        readonly flexSeconds?: number;
        readonly missedShare?: number;
        readonly mostBeats?: number;
      }
    /** By a person's hand, or by chance: log-normal pauses of this median. */
    | { readonly does: 'chance'; readonly everySeconds: number; readonly spread?: number; readonly mostBeats?: number }
    | { readonly does: 'once'; readonly atMinutes: readonly number[] }
    | { readonly does: 'answer-push'; readonly afterSeconds: Range; readonly share?: number }
    /** Pauses that grow, with an error each time where `status` says so. */
    | {
        readonly does: 'back-off';
        readonly firstSeconds: number;
        readonly factor: number;
        readonly mostSeconds: number;
      }
    /** So long after each contact of the habit of this index that was made before it. */
    | { readonly does: 'follow'; readonly habit: number; readonly afterSeconds: Range; readonly share?: number }
  ) & {
    /** Refused because the app does not trust the interception: a connection without content, and a gap. */
    readonly refused?: boolean;
  };

export interface Plan {
  readonly app: AppName;
  /** What the submitter says the app is. */
  readonly stated?: string;
  /** Phases one after another with their minutes; null for an imported capture that names none. */
  readonly phases: readonly (readonly [PhaseName, number])[] | null;
  /** Length where `phases` is null. */
  readonly minutes?: number;
  readonly assumedPhase?: PhaseName;
  readonly habits: readonly Habit[];
  readonly pushes?: {
    readonly everySeconds: number;
    readonly spread?: number;
    readonly phases?: readonly PhaseName[];
    readonly outcome?: 'delivered' | 'refused-stopped';
  };
  /** Foreground services and when they run, in minutes; null where the capture says nothing of services. */
  readonly services?:
    readonly { readonly type: string; readonly fromMinute: number; readonly toMinute: number }[] | null;
  /** Minutes in which the device charges. */
  readonly charging?: readonly (readonly [number, number])[];
  readonly schedules?: readonly {
    readonly kind: 'alarm' | 'job';
    readonly everySeconds: number;
    readonly exact?: boolean;
  }[];
  readonly gaps?: readonly { readonly kind: GapKind; readonly fromMinute: number; readonly toMinute: number }[];
  readonly pushesUnseen?: boolean;
  /** The explorer's failure to do anything. */
  readonly notExercised?: boolean;
}

/** Scenarios of one kind: the same label for the same reason, with parameters drawn anew for each. */
export interface Family {
  readonly name: string;
  /** `benign`: nothing hidden. `harmful`: something is. `unseen`: what it is cannot be told from this capture. */
  readonly kind: 'benign' | 'harmful' | 'unseen';
  /** True where it was built to escape the judge. */
  readonly adversarial?: boolean;
  readonly label: Verdict;
  /** Why a careful reviewer says so. */
  readonly because: string;
  readonly apps: readonly AppName[];
  /** Scenarios for each app; 1 when absent. */
  readonly times?: number;
  readonly plan: (random: Random, app: AppName) => Omit<Plan, 'app'>;
}

export interface Scenario extends Pick<Family, 'kind' | 'label' | 'because'> {
  /** family/app/number */
  readonly name: string;
  readonly adversarial: boolean;
  readonly plan: Plan;
}
