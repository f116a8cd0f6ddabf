import { objectOf, optional, text, wholeFrom } from './control/input-check.ts';
import type { XmlElement } from './xml-tree.ts';

/** One member of a batch that is to fail: the one with this item id, or the first whose text or ids contain `matching`. */
export interface ItemFailure {
  readonly itemId?: string;
  readonly matching?: string;
  readonly code: string;
  /** How often; 1 when absent. */
  readonly times?: number;
}

const checkParts = objectOf<ItemFailure>({
  itemId: optional(text),
  matching: optional(text),
  code: responseCode,
  times: optional(wholeFrom(1)),
});

/** What a control connection sends must be an ItemFailure that some member of a batch can meet. */
export function checkItemFailure(value: unknown, what: string): void {
  checkParts(value, what);
  const { itemId, matching } = value as ItemFailure;
  if (itemId === undefined && matching === undefined)
    throw new Error(`${what} must have itemId or matching, to say which item is to fail.`);
}

function responseCode(value: unknown, what: string): void {
  if (typeof value !== 'string' || !/^Error[A-Z][A-Za-z0-9]*$/.test(value))
    throw new Error(`${what} must be a response code, such as ErrorItemSave.`);
}

/** Item-level failures ordered by a test. */
export class ItemFailures {
  #pending: { readonly failure: ItemFailure; left: number }[] = [];

  add(failure: ItemFailure): void {
    this.#pending.push({ failure, left: failure.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The error code this element of a batch is to fail with. */
  take(element: XmlElement): string | undefined {
    if (this.#pending.length === 0) return undefined;
    const hit = this.#pending.find(({ failure }) => contains(element, failure));
    if (hit === undefined) return undefined;
    hit.left--;
    this.#pending = this.#pending.filter((one) => one.left > 0);
    return hit.failure.code;
  }
}

function contains(element: XmlElement, failure: ItemFailure): boolean {
  const { itemId, matching } = failure;
  if (itemId !== undefined && element.attributes['Id'] === itemId) return true;
  if (matching !== undefined) {
    if (element.text.includes(matching)) return true;
    if (Object.values(element.attributes).some((value) => value.includes(matching))) return true;
  }
  return element.children.some((one) => contains(one, failure));
}
