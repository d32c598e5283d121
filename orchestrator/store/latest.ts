/**
 * Hands values on one at a time, in order; while one is under way only the newest of those that wait is kept.
 * @param failed told of a value that could not be handed on; the next one is tried all the same
 */
export function latestOnly<Value>(
  handOn: (value: Value) => Promise<unknown>,
  failed: (error: unknown) => void,
): (value: Value) => void {
  let waiting: { readonly value: Value } | null = null;
  let isBusy = false;

  async function drain(): Promise<void> {
    isBusy = true;
    while (waiting !== null) {
      const { value } = waiting;
      waiting = null;
      await handOn(value).catch(failed);
    }
    isBusy = false;
  }

  return (value) => {
    waiting = { value };
    if (!isBusy) void drain(); // it cannot reject: every failure is handed to `failed`
  };
}
