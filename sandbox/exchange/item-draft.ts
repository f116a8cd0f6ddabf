import { ItemError } from './item-error.ts';
import type { KindDefinition } from './item-kind.ts';
import { kindOf } from './kind-registry.ts';
import type { Assignment } from './property.ts';
import type { RequestContext } from './request-context.ts';
import type { NewAttachment, NewItem, PropertyValue } from './stored-item.ts';

/** An item as it was described: what is given, in order, and what is attached. */
export interface GivenItem {
  readonly kind: KindDefinition;
  readonly given: readonly Assignment[];
  readonly attachments?: readonly NewAttachment[];
}

/** Makes an item of what is given, with everything its kind adds; an ItemError refuses it. */
export function draftItem(item: GivenItem, context: RequestContext): NewItem {
  const { given, attachments = [] } = item;
  const kind = kindOf({ kind: item.kind.storedAs ?? item.kind.name });
  const values = new Map<string, PropertyValue>([['item:ItemClass', kind.itemClass]]);
  const settled = kind.settle?.(given, undefined, context) ?? given;
  for (const [key, value] of settled) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
  checkItemClass(item.kind, values.get('item:ItemClass'));
  return { kind: kind.name, values, attachments };
}

/** The class of an item may be more special than its kind's, but none of another (MS-OXWSCORE R2018 to R2023). */
export function checkItemClass(kind: KindDefinition, itemClass: PropertyValue | undefined): void {
  if (kind.name === 'Message' || kind.name === 'Item' || typeof itemClass !== 'string') return;
  const given = itemClass.toLowerCase();
  const own = kind.itemClass.toLowerCase();
  if (given !== own && !given.startsWith(`${own}.`)) throw new ItemError('ErrorObjectTypeChanged');
}
