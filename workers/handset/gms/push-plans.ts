import type { Behaviour } from '../../../orchestrator/contract/behaviour.ts';
import { nextBeat, sequenceOf } from '../apps/sequence.ts';
import type { DeviceClock } from '../system.ts';

type Plan = NonNullable<Behaviour['pushes']>;

/** The shortest interval of a plan: a second of the device and 10 ms of the host, whichever is longer. */
const LEAST_DEVICE_MS = 1000;
const LEAST_HOST_MS = 10;

/** What the servers of the installed samples send, from an app's first launch until it is removed. */
export class PushPlans {
  readonly #clock: DeviceClock;
  readonly #send: (packageName: string, plan: Plan) => void;
  readonly #running = new Map<string, () => void>();

  constructor(clock: DeviceClock, send: (packageName: string, plan: Plan) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  begin(packageName: string, behaviour: Behaviour | null): void {
    if (behaviour?.pushes === undefined || this.#running.has(packageName)) return;
    this.#next(packageName, behaviour.pushes, sequenceOf(behaviour.seed, 'pushes'));
  }

  end(packageName: string): void {
    this.#running.get(packageName)?.();
    this.#running.delete(packageName);
  }

  close(): void {
    for (const name of [...this.#running.keys()]) this.end(name);
  }

  /** A server sends on whatever its app does: it does not know. */
  #next(packageName: string, plan: Plan, sequence: Generator<number, never>): void {
    const leastMs = Math.max(LEAST_DEVICE_MS, LEAST_HOST_MS * this.#clock.rate);
    const { delayMs } = nextBeat(sequence, { ...plan, dropRate: 0 }, false);
    const cancel = this.#clock.after(Math.max(leastMs, delayMs), () => {
      this.#next(packageName, plan, sequence);
      this.#send(packageName, plan);
    });
    this.#running.set(packageName, cancel);
  }
}
