/**
 * What was opened, to be closed in reverse order: AsyncDisposableStack of the language, which Node 20 does not have.
 * A fault while closing does not keep the rest open; the first one is thrown at the end.
 */
export class Closing implements AsyncDisposable {
  #opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  /** Hands everything over: this one closes nothing any more. */
  move(): Closing {
    const heir = new Closing();
    heir.#opened = this.#opened;
    this.#opened = [];
    return heir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const faults: unknown[] = [];
    for (const resource of this.#opened.splice(0).reverse()) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}
