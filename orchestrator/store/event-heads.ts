import { Fault } from '../contract/fault.ts';
import type { LedgerLike } from './ledger.ts';

/** Where the events of a submission stand: the number of the newest, and whether its newest state ends it. */
export interface EventHead {
  readonly last: string;
  readonly ended: boolean;
}

interface Waiting {
  readonly submission: string;
  readonly seen: bigint;
  readonly pollMs: number;
  readonly wake: (head: EventHead) => void;
  readonly fail: (error: unknown) => void;
}

const NONE: EventHead = { last: '0', ended: false };

/** Looks for new events on behalf of everybody in this process who waits for some, with one query each time. */
class EventHeads {
  readonly #ledger: LedgerLike;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ledger: LedgerLike) {
    this.#ledger = ledger;
  }

  async read(submission: string): Promise<EventHead> {
    return (await this.#readAll([submission])).get(submission) ?? NONE;
  }

  /** Resolves when there is an event after `seen`, when the submission has ended, or when the signal is aborted. */
  after(
    submission: string,
    seen: string,
    options: { readonly signal: AbortSignal; readonly pollMs: number },
  ): Promise<EventHead> {
    const { signal, pollMs } = options;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', stop);
      };
      const stop = (): void => waiting.wake(NONE);
      const waiting: Waiting = {
        submission,
        seen: BigInt(seen),
        pollMs,
        wake: (head) => (leave(), resolve(head)),
        fail: (error) => (leave(), reject(error instanceof Error ? error : new Error(String(error)))),
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else this.#lookSoon();
    });
  }

  #lookSoon(): void {
    if (this.#timer !== null || this.#waiting.size === 0) return;
    const pollMs = Math.min(...[...this.#waiting].map((each) => each.pollMs));
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = null;
        this.#lookSoon();
      });
    }, pollMs);
  }

  async #look(): Promise<void> {
    try {
      const heads = await this.#readAll([...new Set([...this.#waiting].map((each) => each.submission))]);
      for (const each of [...this.#waiting]) {
        const head = heads.get(each.submission);
        if (head !== undefined && (head.ended || BigInt(head.last) > each.seen)) each.wake(head);
      }
    } catch (error) {
      if (error instanceof Fault && error.code === 'ledger-failed') return; // it is away: the next look asks again
      for (const each of [...this.#waiting]) each.fail(error);
    }
  }

  async #readAll(submissions: readonly string[]): Promise<Map<string, EventHead>> {
    if (submissions.length === 0) return new Map();
    const rows = await this.#ledger.db
      .selectFrom('event_heads')
      .selectAll()
      .where('submission', 'in', [...submissions])
      .execute();
    return new Map(rows.map(({ submission, last, ended }) => [submission, { last, ended }]));
  }
}

const OF_LEDGER = new WeakMap<LedgerLike['db'], EventHeads>();

/** The one of this ledger in this process. */
export function headsOf(ledger: LedgerLike): EventHeads {
  const present = OF_LEDGER.get(ledger.db);
  if (present !== undefined) return present;
  const made = new EventHeads(ledger);
  OF_LEDGER.set(ledger.db, made);
  return made;
}
