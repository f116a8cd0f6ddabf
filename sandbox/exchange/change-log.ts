import type { StoredItem } from './stored-item.ts';

export interface Tombstone {
  readonly serial: number;
  readonly kind: StoredItem['kind'];
  readonly arrived: number;
  readonly number: number;
}

export interface ChangeLogState {
  readonly count: number;
  readonly last: number;
  readonly arrivals: readonly StoredItem[];
  readonly updates: readonly { readonly number: number; readonly item: StoredItem }[];
  readonly removals: readonly Tombstone[];
}

/** What changed in one folder, in the order of the mailbox's change numbers. Reading costs O(changes read). */
export class ChangeLog {
  /** Live items. */
  count = 0;
  last = 0;
  #arrivals: StoredItem[] = [];
  #updates: { readonly number: number; readonly item: StoredItem }[] = [];
  #removals: Tombstone[] = [];
  #updatesCompactAt = 256;

  arrived(item: StoredItem): void {
    this.#arrivals.push(item);
    this.count++;
    this.last = item.arrived;
  }

  updated(item: StoredItem): void {
    this.#updates.push({ number: item.change, item });
    this.last = item.change;
    if (this.#updates.length > this.#updatesCompactAt) {
      this.#updates = this.#updates.filter((entry) => isCurrent(entry));
      this.#updatesCompactAt = 256 + 2 * this.#updates.length;
    }
  }

  removed(item: StoredItem, number: number): void {
    this.#removals.push({ serial: item.serial, kind: item.kind, arrived: item.arrived, number });
    this.count--;
    this.last = number;
    if (this.#arrivals.length > 256 + 2 * this.count) {
      this.#arrivals = this.#arrivals.filter((entry) => !entry.removed);
    }
  }

  exportState(): ChangeLogState {
    const { count, last } = this;
    return { count, last, arrivals: this.#arrivals, updates: this.#updates, removals: this.#removals };
  }

  importState(state: ChangeLogState): void {
    this.count = state.count;
    this.last = state.last;
    this.#arrivals = [...state.arrivals];
    this.#updates = [...state.updates];
    this.#removals = [...state.removals];
  }

  /** Live items, newest arrival first. */
  *items(): Generator<StoredItem> {
    for (let index = this.#arrivals.length - 1; index >= 0; index--) {
      const item = this.#arrivals[index];
      if (item !== undefined && !item.removed) yield item;
    }
  }

  /** Live items that arrived above `floor` and below `before`, newest first. */
  *arrivals(floor: number, before: number): Generator<StoredItem> {
    for (let index = lowerBound(this.#arrivals, before, arrivalNumber) - 1; index >= 0; index--) {
      const item = this.#arrivals[index];
      if (item === undefined || item.arrived <= floor) return;
      if (!item.removed) yield item;
    }
  }

  /** Items known at `floor` whose latest change is above it and below `before`, newest change first. */
  *updates(floor: number, before: number): Generator<StoredItem> {
    for (let index = lowerBound(this.#updates, before, entryNumber) - 1; index >= 0; index--) {
      const entry = this.#updates[index];
      if (entry === undefined || entry.number <= floor) return;
      if (isCurrent(entry) && entry.item.arrived <= floor) yield entry.item;
    }
  }

  /** Items known at `floor` that went away above it and below `before`, newest first. */
  *removals(floor: number, before: number): Generator<Tombstone> {
    for (let index = lowerBound(this.#removals, before, entryNumber) - 1; index >= 0; index--) {
      const tombstone = this.#removals[index];
      if (tombstone === undefined || tombstone.number <= floor) return;
      if (tombstone.arrived <= floor) yield tombstone;
    }
  }
}

function isCurrent(entry: { readonly number: number; readonly item: StoredItem }): boolean {
  return entry.item.change === entry.number && !entry.item.removed;
}

function arrivalNumber(item: StoredItem): number {
  return item.arrived;
}

function entryNumber(entry: { readonly number: number }): number {
  return entry.number;
}

/** The first index whose number is at least `wanted`. */
function lowerBound<T>(entries: readonly T[], wanted: number, numberOf: (entry: T) => number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && numberOf(entry) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
