/** t:MeetingTimeZone as Exchange 2007 answers it: a base offset, and the two clock changes of a year. */
import { escapeAttribute } from '../xml-text.ts';
import type { YearlyRule, ZoneEra } from './rule-zone.ts';
import type { Zone } from './zone.ts';
import { biasText, eras } from './zone-definition.ts';
import type { Change, Era } from './zone-definition.ts';
import { DAYS, INDEXES, MONTHS } from './zone-reader.ts';

/**
 * The rules of the zone in the year of a moment. The schema has room for one change to standard time and one to
 * daylight time; a year with other changes is told by its offset at that moment alone.
 */
export function meetingTimeZoneXml(zone: Zone, atMs: number): string {
  const year = new Date(atMs).getUTCFullYear();
  const { baseOffset, rules } = eraAt(zone, year);
  const standard = rules.find((one) => !one.isDaylight);
  const daylight = rules.find((one) => one.isDaylight);
  const changes =
    rules.length === 2 && standard !== undefined && daylight !== undefined
      ? changeXml('Standard', standard, { baseOffset, year }) +
        changeXml('Daylight', daylight, { baseOffset, year })
      : '';
  const offset = changes === '' ? zone.offsetAt(atMs) : baseOffset;
  return (
    `<t:MeetingTimeZone TimeZoneName="${escapeAttribute(zone.name)}">` +
    `<t:BaseOffset>${biasText(-offset)}</t:BaseOffset>${changes}</t:MeetingTimeZone>`
  );
}

/** What a client spelled out stays as it was said; the rules of a named zone are those of its clock changes. */
function eraAt(zone: Zone, year: number): ZoneEra {
  if (zone.eras !== undefined) {
    const own = zone.eras.filter((era) => era.fromYear <= year).at(-1) ?? zone.eras[0];
    return own ?? { fromYear: year, baseOffset: 0, rules: [] };
  }
  const known = erasOf(zone);
  const era = known.filter((one) => one.year <= year).at(-1) ?? known[0];
  const rules = (era?.changes ?? []).map(asRule);
  const standard = rules.find((one) => !one.isDaylight);
  return { fromYear: year, baseOffset: standard?.offset ?? era?.offset ?? 0, rules };
}

const ERAS = new WeakMap<Zone, readonly Era[]>();

function erasOf(zone: Zone): readonly Era[] {
  const known = ERAS.get(zone) ?? eras(zone);
  ERAS.set(zone, known);
  return known;
}

function asRule({ offset, isDaylight, month, day, weekday, minutes, occurrences }: Change): YearlyRule {
  const occurrence = occurrences.includes(-1) ? -1 : occurrences[0];
  const on = occurrence === undefined ? { day } : { weekday, occurrence };
  return { offset, isDaylight, month, on, minutes };
}

function changeXml(
  element: 'Standard' | 'Daylight',
  { offset, month, on, minutes }: YearlyRule,
  { baseOffset, year }: { readonly baseOffset: number; readonly year: number },
): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const when =
    'day' in on
      ? `<t:AbsoluteDate>${year}-${two(month)}-${two(on.day)}</t:AbsoluteDate>`
      : `<t:RelativeYearlyRecurrence><t:DaysOfWeek>${DAYS[on.weekday]}</t:DaysOfWeek>` +
        `<t:DayOfWeekIndex>${indexName(on.occurrence)}</t:DayOfWeekIndex>` +
        `<t:Month>${MONTHS[month - 1]}</t:Month></t:RelativeYearlyRecurrence>`;
  return (
    `<t:${element}><t:Offset>${biasText(baseOffset - offset)}</t:Offset>${when}` +
    `<t:Time>${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00</t:Time></t:${element}>`
  );
}

function indexName(occurrence: number): string {
  return Object.entries(INDEXES).find(([, place]) => place === occurrence)?.[0] ?? 'Last';
}
