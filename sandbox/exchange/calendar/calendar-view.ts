/** m:CalendarView of FindItem. */
import { ItemError } from '../item-error.ts';
import { schemaFault } from '../soap-fault.ts';
import type { StoredFolder } from '../stored-folder.ts';
import type { StoredItem } from '../stored-item.ts';
import { invalidValue } from '../property-reader.ts';
import { optionalAttribute, requiredAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { expandFolder } from './folder-expansion.ts';
import { DAY_MS } from './local-time.ts';
import { readMoment, resolveMoment } from './moment-reader.ts';
import type { Zone } from './zone.ts';

const TWO_YEARS_MS = 2 * 366 * DAY_MS;
/** The most entries one view holds, whatever was asked. */
const POLICY_LIMIT = 1000;

export interface CalendarView {
  readonly start: number;
  readonly end: number;
  readonly max: number;
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendarview */
export function readCalendarView(element: XmlElement, zone: Zone): CalendarView {
  const moment = (name: string): number =>
    resolveMoment(readMoment({ ...element, name, text: requiredAttribute(element, name) }), zone);
  const start = moment('StartDate');
  const end = moment('EndDate');
  const max = Number(optionalAttribute(element, 'MaxEntriesReturned') ?? POLICY_LIMIT);
  if (!Number.isInteger(max)) throw invalidValue(element, 'int');
  if (max < 1) throw schemaFault(`The element '${element.name}' has an invalid MaxEntriesReturned.`, element);
  if (end < start) throw new ItemError('ErrorCalendarEndDateIsEarlierThanStartDate');
  if (end - start > TWO_YEARS_MS) throw new ItemError('ErrorCalendarViewRangeTooBig');
  return { start, end, max: Math.min(max, POLICY_LIMIT) };
}

/** A view's page: there is no next one, only a narrower view. */
export function takeView(
  folder: StoredFolder,
  view: CalendarView,
): { readonly entries: readonly StoredItem[]; readonly attributes: string } {
  if (!folder.folderClass.startsWith('IPF.Appointment')) {
    throw new ItemError('ErrorCalendarFolderIsInvalidForCalendarView');
  }
  const all = expandFolder(folder, view.start, view.end);
  const entries = all.slice(0, view.max);
  const isAll = entries.length === all.length;
  return { entries, attributes: `TotalItemsInView="${all.length}" IncludesLastItemInRange="${isAll}"` };
}
