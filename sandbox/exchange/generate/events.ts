import { createHash } from 'node:crypto';
import { attendeesValue, personValue } from '../calendar/attendee.ts';
import {
  ALL_DAY,
  END,
  END_ZONE,
  EXCEPTIONS,
  FREE_BUSY,
  LOCATION,
  MY_RESPONSE,
  ORGANIZER,
  RECEIVED,
  RECURRENCE,
  REQUEST_SENT,
  REQUIRED,
  STAMPED,
  START,
  START_ZONE,
  UID,
  zoneValue,
} from '../calendar/calendar-values.ts';
import type { ExceptionsValue, RecurrenceValue, SeriesException } from '../calendar/calendar-values.ts';
import { civilDate, DAY_MS, dayOf, MINUTE_MS, weekday } from '../calendar/local-time.ts';
import { recurrenceDays } from '../calendar/recurrence-pattern.ts';
import type { Recurrence, RecurrencePattern } from '../calendar/recurrence-pattern.ts';
import { toInstant, UTC } from '../calendar/zone.ts';
import type { Zone } from '../calendar/zone.ts';
import { findTimeZone } from '../time-zones.ts';
import type { PropertyValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import type { Dice } from './dice.ts';
import type { Acquaintance } from './people.ts';
import type { GeneratedItem } from './tasks.ts';
import { MEETINGS, PLACES } from './text-pool.ts';

const ZONES = ['W. Europe Standard Time', 'GMT Standard Time', 'Pacific Standard Time', 'Tokyo Standard Time']
  .map((name) => findTimeZone(name) ?? UTC)
  .map((zone) => ({ zone, value: zoneValue(zone) }));

const UID_HEAD = '040000008200E00074C5B7101A82E00800000000';

interface Slot {
  readonly zone: Zone;
  /** Minutes after midnight, on the wall. */
  readonly startMinute: number;
  readonly lengthMs: number;
}

/** One appointment, meeting or long series with its exceptions, within two years of `now`. */
export function generatedEvent(
  dice: Dice,
  people: { readonly owner: Acquaintance; readonly others: readonly Acquaintance[] },
  now: number,
): GeneratedItem {
  const { pick, chance, between } = dice;
  const { zone, value: zoneStored } = pick(ZONES);
  const allDay = chance(0.08);
  const slot: Slot = {
    zone,
    startMinute: allDay ? 0 : between(14, 36) * 30,
    lengthMs: allDay ? between(1, 5) * DAY_MS : pick([30, 30, 60, 60, 90, 120]) * MINUTE_MS,
  };
  const recurrence = !allDay && chance(0.15) ? longRecurrence(dice, dayOf(now)) : undefined;
  const day =
    recurrence === undefined
      ? dayOf(now) + between(-700, 300)
      : (firstOf(recurrence) ?? recurrence.range.start);
  const { start, end } = slotOn(slot, day);
  const at = Math.min(now, start) - between(1, 40) * DAY_MS;
  const values = new Map<string, PropertyValue>([
    ['item:ItemClass', 'IPM.Appointment'],
    ['item:Subject', pick(MEETINGS)],
    [START, dateTime(start)],
    [END, dateTime(end)],
    ['item:ReminderIsSet', String(!allDay)],
    ['item:ReminderMinutesBeforeStart', '15'],
    ['item:ReminderDueBy', dateTime(start)],
    [UID, uid(dice)],
    [START_ZONE, zoneStored],
    [END_ZONE, zoneStored],
    [STAMPED, dateTime(at)],
  ]);
  if (allDay) values.set(ALL_DAY, 'true').set(FREE_BUSY, pick(['Free', 'OOF']));
  if (chance(0.6)) values.set(LOCATION, pick(PLACES));
  if (chance(0.1)) values.set('item:Sensitivity', 'Private');
  if (chance(0.2)) values.set('item:Categories', [pick(['Office', 'Privé', 'Kunde'])]);
  invite(values, dice, people);
  if (recurrence !== undefined) {
    const rule: RecurrenceValue = { structure: 'recurrence', recurrence };
    values.set(RECURRENCE, rule);
    const list = exceptions(dice, recurrence, slot);
    const stored: ExceptionsValue = { structure: 'exceptions', list };
    if (list.length > 0) values.set(EXCEPTIONS, stored);
  }
  return { values, at };
}

/** One's own appointment, one's own meeting, or a meeting of somebody else. */
function invite(
  values: Map<string, PropertyValue>,
  { pick, chance, between }: Dice,
  { owner, others }: { readonly owner: Acquaintance; readonly others: readonly Acquaintance[] },
): void {
  const received = chance(0.2);
  const organizer = received ? pick(others) : owner;
  values.set(ORGANIZER, personValue(organizer));
  values.set(MY_RESPONSE, received ? pick(['Accept', 'Tentative', 'NoResponseReceived']) : 'Organizer');
  if (received) values.set(RECEIVED, 'true');
  if (!received && !chance(0.25)) return;
  const from = between(0, others.length - 1);
  const invited = others.slice(from, from + between(1, 4)).filter((one) => one !== organizer);
  const attendees = attendeesValue(
    (received ? [owner, ...invited] : invited).map(({ name, address }) => ({
      ...{ name, address },
      response: received ? 'Unknown' : pick(['Accept', 'Tentative', 'Decline', 'Unknown']),
    })),
  );
  if (attendees === undefined) return;
  values.set(REQUIRED, attendees).set(REQUEST_SENT, 'true');
}

/** One that has gone on for up to two years, and goes on. */
function longRecurrence(dice: Dice, today: number): Recurrence {
  const { pick, between } = dice;
  const start = today - between(100, 700);
  const pattern = pick<RecurrencePattern>([
    { kind: 'weekly', interval: between(1, 2), days: [weekday(start)], firstDay: 1 },
    { kind: 'weekly', interval: 1, days: [1, 2, 3, 4, 5], firstDay: 1 },
    { kind: 'absoluteMonthly', interval: 1, dayOfMonth: civilDate(start).day },
    { kind: 'relativeMonthly', interval: 1, day: between(1, 5), index: pick([1, 2, -1]) },
    { kind: 'daily', interval: between(1, 3) },
  ]);
  const range = pick([
    { kind: 'noEnd' as const, start },
    { kind: 'numbered' as const, start, count: between(20, 400) },
    { kind: 'endDate' as const, start, end: start + between(200, 1500) },
  ]);
  return { pattern, range };
}

function firstOf(recurrence: Recurrence): number | undefined {
  for (const day of recurrenceDays(recurrence)) return day;
  return undefined;
}

function slotOn({ zone, startMinute, lengthMs }: Slot, day: number): { start: number; end: number } {
  const start = toInstant(zone, day * DAY_MS + startMinute * MINUTE_MS);
  if (startMinute === 0) return { start, end: toInstant(zone, day * DAY_MS + lengthMs) };
  return { start, end: start + lengthMs };
}

/** Up to eight of the first hundred occurrences: put off by some hours, renamed, or deleted. */
function exceptions(dice: Dice, recurrence: Recurrence, slot: Slot): readonly SeriesException[] {
  const { pick, chance, between } = dice;
  const wanted = between(0, 8);
  const list: SeriesException[] = [];
  let looked = 0;
  for (const day of recurrenceDays(recurrence)) {
    if (list.length === wanted || ++looked > 100) break;
    if (!chance(0.12)) continue;
    if (chance(0.35)) {
      list.push({ day, deleted: true, values: new Map() });
      continue;
    }
    const moved = slotOn({ ...slot, startMinute: slot.startMinute + between(1, 3) * 60 }, day);
    list.push({
      ...{ day, deleted: false },
      values: new Map<string, PropertyValue>([
        [START, dateTime(moved.start)],
        [END, dateTime(moved.end)],
        ...(chance(0.5) ? [['item:Subject', pick(MEETINGS)] as const] : []),
      ]),
    });
  }
  return list;
}

/** The hexadecimal GlobalObjectId (MS-OXOCAL, 2.2.1.27). */
function uid(dice: Dice): string {
  const data = createHash('md5').update(dice.digits(15)).digest('hex').toUpperCase();
  return [UID_HEAD, data.slice(0, 16), '000000000000000010000000', data].join('');
}
