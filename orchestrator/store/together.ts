/**
 * Makes a function for one item out of one for many: items that come in the same turn of the event loop, or while others
 * are under way, go together, at most `most` at a time. Each caller gets its own result, in the order of the items, or the
 * failure of all.
 */
export function together<Item, Result>(
  actOnAll: (items: readonly Item[]) => Promise<readonly Result[]>,
  most: number,
): (item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let isBusy = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most);
      try {
        const results = await actOnAll(batch.map((each) => each.item));
        batch.forEach((each, index) => each.resolve(results[index] as Result));
      } catch (error) {
        for (const each of batch) each.reject(error);
      }
    }
    isBusy = false;
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      setImmediate(() => void drain()); // it cannot reject: every failure is handed to those who wait
    });
}
