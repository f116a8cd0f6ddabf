import { ItemError } from '../item-error.ts';
import { checkIdShape } from '../opaque-id.ts';
import type { RequestContext } from '../request-context.ts';
import type { StoredItem } from '../stored-item.ts';
import { requiredAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { isOccurrenceIdShape, readOccurrenceId } from './occurrence-id.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { seriesOf } from './series.ts';

/**
 * What t:OccurrenceItemId, t:RecurringMasterItemId, or a t:ItemId of an occurrence names; undefined for any other id.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/occurrenceitemid
 */
export function findByOccurrence(element: XmlElement, context: RequestContext): StoredItem | undefined {
  switch (element.name) {
    case 't:OccurrenceItemId':
      return byIndex(element, context);
    case 't:RecurringMasterItemId':
      return masterOf(requiredAttribute(element, 'OccurrenceId'), context);
    case 't:ItemId': {
      const id = element.attributes['Id'] ?? '';
      return isOccurrenceIdShape(id) ? byId(id, context) : undefined;
    }
    default:
      return undefined;
  }
}

function byIndex(element: XmlElement, context: RequestContext): StoredItem {
  const id = requiredAttribute(element, 'RecurringMasterId');
  const index = Number(requiredAttribute(element, 'InstanceIndex'));
  if (isOccurrenceIdShape(id)) throw new ItemError('ErrorCalendarCannotUseIdForRecurringMasterId');
  const master = storedItem(id, context);
  const series = seriesOf(master);
  if (series === undefined) throw new ItemError('ErrorCalendarCannotUseIdForRecurringMasterId');
  const occurrence = series.byIndex(index);
  if (occurrence === undefined) throw new ItemError('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange');
  if (occurrence.exception?.deleted === true) {
    throw new ItemError('ErrorCalendarOccurrenceIsDeletedFromRecurrence');
  }
  return new OccurrenceView(master, occurrence);
}

function masterOf(id: string, context: RequestContext): StoredItem {
  if (!isOccurrenceIdShape(id)) {
    storedItem(id, context);
    throw new ItemError('ErrorCalendarCannotUseIdForOccurrenceId');
  }
  const view = byId(id, context);
  return view.master;
}

function byId(id: string, context: RequestContext): OccurrenceView {
  const found = readOccurrenceId(context.mailbox, id);
  const master = found === undefined ? undefined : context.mailbox.items.get(found.serial);
  const occurrence =
    found === undefined || master === undefined ? undefined : seriesOf(master)?.byDay(found.day);
  if (master === undefined || occurrence === undefined || occurrence.exception?.deleted === true) {
    throw new ItemError('ErrorItemNotFound');
  }
  return new OccurrenceView(master, occurrence);
}

function storedItem(id: string, context: RequestContext): StoredItem {
  checkIdShape('item', id);
  const serial = context.mailbox.ids.read('item', id);
  const item = serial === undefined ? undefined : context.mailbox.items.get(serial);
  if (item === undefined) throw new ItemError('ErrorItemNotFound');
  return item;
}
