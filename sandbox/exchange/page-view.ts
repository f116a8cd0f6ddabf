import { ItemError } from './item-error.ts';
import { SCHEMA } from './releases/schema.ts';
import type { RequestContext } from './request-context.ts';
import { schemaFault } from './soap-fault.ts';
import { optionalAttribute, requiredAttribute } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** Pages hold at most this many entries, whatever is asked, unless the policy says otherwise (EWSFindCountLimit). */
const POLICY_LIMIT = 1000;

export interface PageView {
  readonly max: number;
  readonly offset: number;
  readonly fromEnd: boolean;
}

export interface Page<T> {
  readonly entries: readonly T[];
  readonly total: number;
  readonly nextOffset: number;
  readonly includesLast: boolean;
}

/**
 * Reads an IndexedPageItemView or IndexedPageFolderView. Where the policy limits finds, requests of schemas before 2010
 * SP1 for more than that are refused, as their clients expect no part of a page.
 */
export function readPage(
  element: XmlElement | undefined,
  context: Pick<RequestContext, 'policy' | 'schema'>,
): PageView {
  const limit = context.policy.findCountLimit ?? POLICY_LIMIT;
  if (element === undefined) return { max: limit, offset: 0, fromEnd: false };
  const base = requiredAttribute(element, 'BasePoint', ['Beginning', 'End']);
  const offset = Number(requiredAttribute(element, 'Offset'));
  const max = Number(optionalAttribute(element, 'MaxEntriesReturned') ?? POLICY_LIMIT);
  if (!Number.isInteger(offset) || offset < 0 || !Number.isInteger(max) || max < 1) {
    throw schemaFault(`The element '${element.name}' has an invalid Offset or MaxEntriesReturned.`, element);
  }
  const old = context.schema < SCHEMA.Exchange2010_SP1;
  if (old && context.policy.findCountLimit !== undefined && max > limit)
    throw new ItemError('ErrorServerBusy');
  return { max: Math.min(max, limit), offset, fromEnd: base === 'End' };
}

export function takePage<T>(all: readonly T[], view: PageView): Page<T> {
  const total = all.length;
  if (view.fromEnd) {
    const end = Math.max(0, total - view.offset);
    const start = Math.max(0, end - view.max);
    return { entries: all.slice(start, end), total, nextOffset: total - start, includesLast: start === 0 };
  }
  const entries = all.slice(view.offset, view.offset + view.max);
  const nextOffset = Math.min(total, view.offset + entries.length);
  return { entries, total, nextOffset, includesLast: nextOffset >= total };
}

export function pageAttributes(page: Page<unknown>): string {
  return (
    `IndexedPagingOffset="${page.nextOffset}" TotalItemsInView="${page.total}" ` +
    `IncludesLastItemInRange="${page.includesLast}"`
  );
}
