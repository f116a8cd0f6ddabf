/** What is read from a file: contacts one by one, and what had no place in them. */
import type { Values } from '../../sync/model.ts';
import type { DateOrder } from './dates.ts';
import type { TextFile } from './text-file.ts';

/** One row or card; `line` is where it begins in the file. */
export type Entry =
  | { readonly line: number; readonly values: Values }
  /** What is wrong with it, without its content. */
  | { readonly line: number; readonly problem: string };

export interface ImportSource {
  readonly format: 'csv' | 'vcard';
  readonly file: TextFile;
  /** Null in a vCard file. */
  readonly delimiter: string | null;
  /** Null where the file has no dates. `assumed`: each of its dates can be read in two ways. */
  readonly dates: { readonly order: DateOrder; readonly by: 'option' | 'file' | 'assumed' } | null;
  readonly unplaced: Unplaced;
  entries(): AsyncGenerator<Entry>;
  /** Bytes of the file that have been read. */
  readonly readBytes: () => number;
}

/** How often a column or property had a value that no field of a contact takes, by its name. */
export class Unplaced {
  readonly #counts = new Map<string, number>();

  /** Names it although it may never have a value. */
  announce(name: string): void {
    if (!this.#counts.has(name)) this.#counts.set(name, 0);
  }

  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  list(): { readonly name: string; readonly values: number }[] {
    return [...this.#counts].map(([name, values]) => ({ name, values }));
  }
}
