import { setTimeout as rest } from 'node:timers/promises';

/**
 * The same question, asked while it is being asked already, waits and is then asked once for all who wait. No answer is
 * older than its question, so a token that was revoked is refused at once, and nothing is kept when nobody asks.
 * @param gatherMs how long after an answer those who wait let others join them
 */
export function shared<Answer>(
  ask: (key: string) => Promise<Answer>,
  gatherMs: number,
): (key: string) => Promise<Answer> {
  /** The question under way, and the one that follows it, for which others may still wait. */
  const asking = new Map<string, { readonly now: Promise<unknown>; next: Promise<Answer> | null }>();

  function begin(key: string): Promise<Answer> {
    const answer = ask(key);
    const ended = answer.then(
      () => undefined,
      () => undefined, // whoever asked is told
    );
    const entry = { now: ended, next: null };
    asking.set(key, entry);
    void ended.then(() => {
      if (asking.get(key) === entry && entry.next === null) asking.delete(key);
    });
    return answer;
  }

  return (key) => {
    const present = asking.get(key);
    if (present === undefined) return begin(key);
    present.next ??= present.now.then(() => rest(gatherMs)).then(() => begin(key));
    return present.next;
  };
}
