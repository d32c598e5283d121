/**
 * What one function opened step by step: closed in reverse order when disposed, unless handed on by {@link handOn}.
 * Node 20 knows `await using` through the compiler but has no `AsyncDisposableStack`.
 */
export class Opened implements AsyncDisposable {
  #closers: (() => PromiseLike<void> | void)[] = [];

  /** Keeps a resource and returns it. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Calls `close` when this is disposed. */
  defer(close: () => PromiseLike<void> | void): void {
    this.#closers.push(close);
  }

  /** Everything opened so far, for an owner that lives longer; this one then closes nothing. */
  handOn(): Opened {
    const heir = new Opened();
    heir.#closers = this.#closers;
    this.#closers = [];
    return heir;
  }

  /** Closes all, also when one of them fails; the first failure is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
