import { createHash } from 'node:crypto';
import type { Assignment } from '../property.ts';
import type { RequestContext } from '../request-context.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { attendeesUnder, attendeesValue, personValue, samePerson } from './attendee.ts';
import type { Attendee } from './attendee.ts';
import { ATTENDEE_KEYS, MY_RESPONSE, ORGANIZER, RECEIVED, STAMPED, START, UID } from './calendar-values.ts';
import { settleLocation } from './location.ts';
import { rememberMeeting } from './meeting-change.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { requestZone } from './request-zone.ts';
import { checkOccurrence, settleSeries } from './settle-series.ts';
import { settleTimes } from './settle-times.ts';

/** Everything a calendar item gets or changes beside what a client gave. */
export function settleCalendarItem(
  given: readonly Assignment[],
  item: StoredItem | undefined,
  context: RequestContext,
): readonly Assignment[] {
  const values = new Map<string, PropertyValue | undefined>(given);
  const now = context.stamp.at;
  if (item === undefined) addDefaults(values, context);
  const times = settleTimes(values, item, { zone: requestZone(context.header), now });
  if (item instanceof OccurrenceView) checkOccurrence(values, item, times);
  else settleSeries(values, item, times);
  settleLocation(values);
  const start = values.get(START);
  if (start !== undefined && !values.has('item:ReminderDueBy')) values.set('item:ReminderDueBy', start);
  if (item !== undefined) {
    keepAnswers(values, item);
    rememberMeeting(item);
  }
  values.set(STAMPED, dateTime(now));
  return [...values];
}

function addDefaults(values: Map<string, PropertyValue | undefined>, context: RequestContext): void {
  const absent = (key: string, value: () => PropertyValue): void => {
    if (values.get(key) === undefined) values.set(key, value());
  };
  absent('item:ReminderIsSet', () => 'true');
  absent('item:ReminderMinutesBeforeStart', () => '15');
  absent(UID, () => newUid(context));
  if (values.get(RECEIVED) === undefined) {
    absent(MY_RESPONSE, () => 'Organizer');
    absent(ORGANIZER, () => personValue(context.mailbox));
  }
}

/** The hexadecimal GlobalObjectId of a new item (MS-OXOCAL, 2.2.1.27). */
function newUid(context: RequestContext): string {
  const seed = `${context.mailbox.address}|${context.mailbox.nextSerial()}|${context.stamp.at}`;
  const data = createHash('md5').update(seed).digest('hex').toUpperCase();
  return `040000008200E00074C5B7101A82E00800000000${data.slice(0, 16)}000000000000000010000000${data}`;
}

/** People who stay invited keep their answers. */
function keepAnswers(values: Map<string, PropertyValue | undefined>, item: StoredItem): void {
  for (const key of ATTENDEE_KEYS) {
    if (!values.has(key)) continue;
    const before = attendeesUnder(item, key);
    const now = attendeesUnder({ values: defined(values) }, key);
    const kept = now.map((one): Attendee => {
      const known = before.find((other) => samePerson(one, other));
      return known === undefined ? one : { ...known, name: one.name };
    });
    values.set(key, attendeesValue(kept));
  }
}

function defined(values: Map<string, PropertyValue | undefined>): Map<string, PropertyValue> {
  const result = new Map<string, PropertyValue>();
  for (const [key, value] of values) if (value !== undefined) result.set(key, value);
  return result;
}
