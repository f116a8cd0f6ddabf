/** How many SOAP requests came, by operation. */
export class RequestCounter {
  #total = 0;
  readonly #byOperation = new Map<string, number>();

  get total(): number {
    return this.#total;
  }

  get byOperation(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#byOperation);
  }

  count(operation: string): void {
    this.#total++;
    const name = operation || '?';
    this.#byOperation.set(name, (this.#byOperation.get(name) ?? 0) + 1);
  }

  reset(): void {
    this.#total = 0;
    this.#byOperation.clear();
  }
}
