/** Every mailbox of this server works Monday to Friday, 8 to 17, in the zone of whoever asks. */
import { civilDate, dayOf, DAY_MS, MINUTE_MS, weekday } from './local-time.ts';
import { DAYS } from './zone-reader.ts';
import { toLocal } from './zone.ts';
import type { Zone, ZoneTransition } from './zone.ts';

const FROM_MINUTES = 480;
const TO_MINUTES = 1020;

export function isWorkTime(zone: Zone, start: number, end: number): boolean {
  const from = toLocal(zone, start);
  const day = dayOf(from);
  const minutes = (ms: number): number => (ms - day * DAY_MS) / MINUTE_MS;
  const isWeekday = weekday(day) >= 1 && weekday(day) <= 5;
  return isWeekday && minutes(from) >= FROM_MINUTES && minutes(toLocal(zone, end)) <= TO_MINUTES;
}

/** t:WorkingHours with the zone's rules of that year. */
export function workingHoursXml(zone: Zone, year: number): string {
  return (
    `<t:WorkingHours>${serializableZoneXml(zone, year)}<t:WorkingPeriodArray><t:WorkingPeriod>` +
    '<t:DayOfWeek>Monday Tuesday Wednesday Thursday Friday</t:DayOfWeek>' +
    `<t:StartTimeInMinutes>${FROM_MINUTES}</t:StartTimeInMinutes><t:EndTimeInMinutes>${TO_MINUTES}</t:EndTimeInMinutes>` +
    '</t:WorkingPeriod></t:WorkingPeriodArray></t:WorkingHours>'
  );
}

function serializableZoneXml(zone: Zone, year: number): string {
  const changes = zone.transitions(year);
  const standard = changes.find((one) => !one.isDaylight);
  const daylight = changes.find((one) => one.isDaylight);
  const base = standard?.after ?? zone.offsetAt(Date.UTC(year, 0, 1));
  const both = standard !== undefined && daylight !== undefined;
  return (
    `<t:TimeZone><t:Bias>${-base}</t:Bias>${changeXml('StandardTime', 0, both ? standard : undefined)}` +
    `${changeXml('DaylightTime', both ? base - daylight.after : 0, both ? daylight : undefined)}</t:TimeZone>`
  );
}

function changeXml(element: string, bias: number, change: ZoneTransition | undefined): string {
  if (change === undefined) {
    return `<t:${element}><t:Bias>${bias}</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>0</t:DayOrder><t:Month>0</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:${element}>`;
  }
  const local = change.at + change.before * MINUTE_MS;
  const { month, day } = civilDate(dayOf(local));
  const time = new Date(local).toISOString().slice(11, 19);
  const isLast = civilDate(dayOf(local) + 7).month !== month;
  const order = isLast ? 5 : Math.ceil(day / 7);
  return `<t:${element}><t:Bias>${bias}</t:Bias><t:Time>${time}</t:Time><t:DayOrder>${order}</t:DayOrder><t:Month>${month}</t:Month><t:DayOfWeek>${DAYS[weekday(dayOf(local))]}</t:DayOfWeek></t:${element}>`;
}
