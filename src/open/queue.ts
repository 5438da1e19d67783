/** What one side pushes and the other takes, with an end that may be a failure. */
export class Queue<T> {
  readonly #items: T[] = [];
  #outcome: { readonly error?: unknown } | undefined;
  #changed = (): void => undefined;
  #taken = (): void => undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#changed();
  }

  end(error?: unknown): void {
    this.#outcome ??= error === undefined ? {} : { error };
    this.#changed();
  }

  /** The next item; undefined at the end; throws the failure once everything before it is taken. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const item = this.#items.shift();
      this.#taken();
      if (item !== undefined) return item;
      if (this.#outcome !== undefined) {
        if ('error' in this.#outcome) throw this.#outcome.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async shorterThan(length: number): Promise<void> {
    while (this.#items.length >= length) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
  }
}
