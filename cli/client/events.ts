import { setTimeout as sleep } from 'node:timers/promises';
import { StoredEvent } from '../../orchestrator/contract/event.ts';
import { Fault } from '../../orchestrator/contract/fault.ts';
import { asFault } from '../../orchestrator/store/stage.ts';
import type { Api } from './api.ts';

/** A crashed one is taken up again or ended by the service. */
export const ENDED: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);
const MOST_LINE_CHARACTERS = 1_000_000;
const MOST_WAIT_MS = 30_000;

/**
 * The events of a submission until it ends. A connection that breaks is opened again from the last event that was seen,
 * as often as it takes until `signal` is aborted; only a refusal, such as of the token, ends it.
 */
export async function* followSubmission(
  api: Pick<Api, 'events' | 'submission'>,
  submission: string,
  options: { readonly signal: AbortSignal; readonly retryMs?: number; readonly onLost?: (fault: Fault) => void },
): AsyncGenerator<StoredEvent> {
  const { signal, retryMs = 1_000, onLost } = options;
  let after: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const event of readEvents(await api.events(submission, after, signal))) {
        failures = 0;
        after = event.id;
        yield event;
        if (event.event.type === 'state' && ENDED.has(event.event.state)) return;
      }
      // The service closes the stream when the submission has ended, also where its last event was seen before.
      if (ENDED.has((await api.submission(submission)).state)) return;
    } catch (error) {
      signal.throwIfAborted();
      const fault = asFault(error);
      // What broke off in the middle is no Fault of the table: the service or the way to it went away.
      if (error instanceof Fault && !fault.retryable && fault.code !== 'server-unreachable') throw fault;
      if (failures === 0) onLost?.(error instanceof Fault ? fault : new Fault('server-unreachable', fault.detail));
    }
    failures += 1;
    await sleep(Math.min(retryMs * 2 ** Math.min(failures - 1, 10), MOST_WAIT_MS), undefined, { signal });
  }
  signal.throwIfAborted();
}

/** The data of each event (WHATWG HTML, "Server-sent events"); comments, `retry` and unknown events are passed over. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StoredEvent> {
  let text = '';
  let data = '';
  const decoder = new TextDecoder();
  // ReadableStream of the web is async iterable in Node; its type in TypeScript's DOM library is not.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    if (text.length > MOST_LINE_CHARACTERS) throw new Fault('server-not-understood', 'an event without an end');
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line.startsWith('data:')) data += line.slice(5).replace(/^ /, '');
      if (line !== '') continue;
      const event = data === '' ? null : parseEvent(data);
      data = '';
      if (event !== null) yield event;
    }
  }
}

/** null for an event of a later version: who follows passes over what they do not know. */
function parseEvent(data: string): StoredEvent | null {
  try {
    return StoredEvent.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null; // no JSON is no event of ours either
  }
}
