import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { QueueEventsListener } from 'bullmq';
import { Fault } from '../contract/fault.ts';
import { Progress } from '../contract/job.ts';
import { Opened } from './opened.ts';
import { asked, type QueueBackend } from './queue-backend.ts';

/** What the processes of one queue tell each other of submissions, told to the teller too. What is missed is not told again. */
export interface QueueNews extends AsyncDisposable {
  readonly step: (submission: string, progress: Progress) => Promise<void>;
  readonly ended: (job: string) => Promise<void>;
  readonly cancel: (submission: string) => Promise<void>;
}

export interface NewsListeners {
  /** `progress` is JSON from another process. */
  readonly onStep: (submission: string, progress: string) => void;
  readonly onEnded: (job: string) => void;
  readonly onCancel: (submission: string) => void;
}

/**
 * One stream carries all, so that a process LISTENs on one connection however many queues there are. BullMQ's own
 * events, a dozen for each submission, nobody reads.
 */
export async function openNews(
  { bull, producing, consuming }: QueueBackend,
  name: string,
  { onStep, onEnded, onCancel }: NewsListeners,
  heed: (error: unknown) => void,
): Promise<QueueNews> {
  await using opening = new Opened();
  const shout = new bull.QueueEventsProducer(name, producing);
  shout.on('error', heed);
  opening.defer(() => shout.close());
  const events = new bull.QueueEvents(name, consuming);
  events.on('error', heed);
  opening.defer(() => events.close());
  events.on<Heard>('step', ({ submission, progress }: Step) => onStep(submission, progress));
  events.on<Heard>('ended', ({ submission }: Told) => onEnded(submission));
  events.on<Heard>('cancel', ({ submission }: Told) => onCancel(submission));
  await asked(events.waitUntilReady());
  const greeting = `greeting-${randomUUID()}`;
  const heard = new AbortController();
  events.on<Heard>('greeting', ({ submission }: Told) => {
    if (submission === greeting) heard.abort();
  });
  const greet = (): Promise<void> => shout.publishEvent<Told>({ eventName: 'greeting', submission: greeting });
  await asked(untilHeard(greet, heard.signal));
  const opened = opening.handOn();
  return {
    step: (submission, progress) =>
      shout.publishEvent<Step>({
        eventName: 'step',
        submission,
        progress: JSON.stringify(Progress.parse(progress)),
      }),
    ended: (submission) => shout.publishEvent<Told>({ eventName: 'ended', submission }),
    cancel: (submission) => shout.publishEvent<Told>({ eventName: 'cancel', submission }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/**
 * Says something until it is heard. A reader that has heard nothing yet begins with what comes next, and does so anew
 * after an outage: what was said before it was back, such as a cancel, it would miss. One that has heard goes on there.
 */
async function untilHeard(greet: () => Promise<void>, heard: AbortSignal): Promise<void> {
  for (let tries = 0; tries < GREETINGS && !heard.aborted; tries += 1) {
    await greet();
    await delay(GREET_EVERY_MS, undefined, { signal: heard }).catch(() => undefined); // it was heard
  }
  if (!heard.aborted) throw new Fault('queue-failed', 'events do not arrive');
}

const GREET_EVERY_MS = 250;
const GREETINGS = 60;

interface Told {
  readonly eventName: 'cancel' | 'ended' | 'greeting';
  readonly submission: string;
}
interface Step {
  readonly eventName: 'step';
  readonly submission: string;
  readonly progress: string;
}
interface Heard extends QueueEventsListener {
  cancel: (event: Told, id: string) => void;
  ended: (event: Told, id: string) => void;
  greeting: (event: Told, id: string) => void;
  step: (event: Step, id: string) => void;
}
