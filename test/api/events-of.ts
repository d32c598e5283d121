import type { StoredEvent } from '../../orchestrator/contract/event.ts';
import type { Guest } from './stand.ts';

/** The server-sent events of a submission until the stream ends, by the rules of the WHATWG. */
export async function eventsOf(guest: Guest, id: string, after?: string): Promise<{ id: string; data: StoredEvent }[]> {
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const answer = await guest.fetch(`/api/v1/submissions/${id}/events`, { headers });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.text())
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string])),
    )
    .filter((fields): fields is { id: string; data: string } => 'data' in fields)
    .map((fields) => ({ id: fields.id, data: JSON.parse(fields.data) as StoredEvent }));
}
