/** Values and content as text columns hold them. */
import type { Item, Module, SealedValues, Values } from '../../sync/model.ts';
import { packValues, unpackValues } from '../../sync/packed-values.ts';
import type { PackedValues } from '../../sync/packed-values.ts';

export function sealedToText(module: Module, values: SealedValues): string {
  return JSON.stringify(packValues(module, values));
}

export function sealedFromText(module: Module, text: string): SealedValues {
  return unpackValues(module, JSON.parse(text) as PackedValues);
}

/** Packing looks at what is empty and never into a value, so unsealed ones pass as they are. */
export function itemToText(module: Module, item: Item): string {
  return JSON.stringify({ ...item, values: packValues(module, item.values as SealedValues) });
}

export function itemFromText(module: Module, text: string): Item {
  const stored = JSON.parse(text) as Omit<Item, 'values'> & { readonly values: PackedValues };
  return { ...stored, values: unpackValues(module, stored.values) as Values };
}
