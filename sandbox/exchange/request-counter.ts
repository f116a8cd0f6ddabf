/** How many SOAP requests came, by operation. */
export class RequestCounter {
  #total = 0;
  #byOperation: Record<string, number> = {};

  get total(): number {
    return this.#total;
  }

  get byOperation(): Readonly<Record<string, number>> {
    return this.#byOperation;
  }

  count(operation: string): void {
    this.#total++;
    const name = operation || '?';
    this.#byOperation[name] = (this.#byOperation[name] ?? 0) + 1;
  }

  reset(): void {
    this.#total = 0;
    this.#byOperation = {};
  }
}
