/** Sealed values as the database keeps them: most fields of most items are empty, so only what is filled is spelled out. */
import { fieldsOf } from './fields.ts';
import { occurrenceValues } from './occurrences.ts';
import type { Module, SealedValue, SealedValues } from './model.ts';

/** `v`: filled fields, and all of occurrences that are named; `n`: read and empty fields where those are fewer than the unread ones; `u`: unread ones otherwise. */
export interface PackedValues {
  readonly v: SealedValues;
  readonly n?: readonly string[];
  readonly u?: readonly string[];
}

export function packValues(module: Module, values: SealedValues): PackedValues {
  const filled: Record<string, SealedValue> = {};
  const empty: string[] = [];
  const unread: string[] = [];
  for (const { name } of fieldsOf[module]) {
    const value = values[name];
    if (value === undefined) unread.push(name);
    else if (value === null) empty.push(name);
    else filled[name] = value;
  }
  // Named and empty is another thing than not named: it takes an exception back.
  if (module === 'events') Object.assign(filled, occurrenceValues(values));
  if (unread.length === 0) return { v: filled };
  return unread.length <= empty.length ? { v: filled, u: unread } : { v: filled, n: empty };
}

export function unpackValues(module: Module, packed: PackedValues): SealedValues {
  const values: Record<string, SealedValue> = {};
  if (packed.n) {
    for (const name of packed.n) values[name] = null;
  } else {
    const unread = new Set(packed.u);
    for (const { name } of fieldsOf[module]) if (!unread.has(name)) values[name] = null;
  }
  return Object.assign(values, packed.v);
}
