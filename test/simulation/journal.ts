/** Tables in memory whose last changes can be undone: what a loss of power does to a database. */
import { LeaseLostError } from '../../src/errors.ts';
import type { Lease } from '../../src/sync/stores.ts';

type Undo = () => void;

export class Journal {
  /** Transactions that the disk may not have yet, oldest first. */
  #recoverable: Undo[][] = [];
  #open: Undo[] | null = null;

  /** All or nothing. Not `durable`: a later loss of power may take it back, together with all after it. */
  transaction<T>(work: () => T, { durable } = { durable: true }): T {
    if (this.#open) throw new Error('a transaction was begun inside another one');
    const undo: Undo[] = [];
    this.#open = undo;
    try {
      const result = work();
      if (durable) this.#recoverable = [];
      else this.#recoverable.push(undo);
      return result;
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    } finally {
      this.#open = null;
    }
  }

  record(undo: Undo): void {
    if (!this.#open) throw new Error('a table was written outside a transaction');
    this.#open.push(undo);
  }

  get recoverable(): number {
    return this.#recoverable.length;
  }

  /** Takes the last `count` recoverable transactions back. */
  losePower(count: number): void {
    for (const undo of this.#recoverable.splice(this.#recoverable.length - count).reverse()) {
      for (const step of undo.reverse()) step();
    }
    this.#recoverable = [];
  }
}

export class Table<Key, Row> {
  readonly #rows = new Map<Key, Row>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  /** In the order in which the keys were first put. */
  all(): Row[] {
    return [...this.#rows.values()];
  }

  put(key: Key, row: Row): void {
    const before = this.#rows.get(key);
    const had = this.#rows.has(key);
    this.#rows.set(key, row);
    this.#journal.record(() => (had ? this.#rows.set(key, before as Row) : this.#rows.delete(key)));
  }

  remove(key: Key): void {
    const before = this.#rows.get(key);
    if (!this.#rows.delete(key)) return;
    this.#journal.record(() => this.#rows.set(key, before as Row));
  }
}

export interface LeaseRow {
  readonly key: string;
  /** The process, or '' when nobody has it. */
  readonly holder: string;
  readonly fence: number;
  readonly expiresAt: number;
}

/** Throws LeaseLostError unless the lease is still the one given out last. */
export function demandLease(leases: Table<string, LeaseRow>, lease: Lease): void {
  const row = leases.get(lease.key);
  if (row?.fence !== lease.fence || row.holder === '') {
    throw new LeaseLostError(`Another process has taken over ${lease.key}; nothing more is written here.`);
  }
}
