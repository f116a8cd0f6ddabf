/** Time zones as requests give them: by name, as a definition with rules, or in the words of Exchange 2007. */
import { ItemError } from '../item-error.ts';
import { schemaFault } from '../soap-fault.ts';
import { findTimeZone } from '../time-zones.ts';
import { child, childText, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { ruleZone } from './rule-zone.ts';
import type { YearlyRule, ZoneEra } from './rule-zone.ts';
import { fixedZone } from './zone.ts';
import type { Zone } from './zone.ts';

export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October'],
  ...['November', 'December'],
];
export const INDEXES: Readonly<Record<string, number>> = {
  First: 1,
  Second: 2,
  Third: 3,
  Fourth: 4,
  Last: -1,
};

/** Minutes of an xs:duration such as `-PT1H` or `PT8H30M`. */
export function durationMinutes(text: string, at: XmlElement): number {
  const match = /^\s*(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?\s*$/.exec(text);
  if (match === null) {
    throw schemaFault(`The '${at.name}' element is invalid - '${text}' is no duration.`, at);
  }
  const part = (index: number): number => Number(match[index] ?? 0);
  const minutes = part(2) * 1440 + part(3) * 60 + part(4) + Math.floor(part(5) / 60);
  return match[1] === '-' ? -minutes : minutes;
}

/** A t:TimeZoneDefinition, t:StartTimeZone or t:EndTimeZone; a known Id counts for more than the rules beside it. */
export function readZoneDefinition(element: XmlElement): Zone {
  const { Id = '', Name = '' } = element.attributes;
  const known = findTimeZone(Id) ?? (Id === '' ? findTimeZone(Name) : undefined);
  if (known !== undefined) return known;
  const periods = child(element, 't:Periods');
  if (periods === undefined) throw new ItemError('ErrorTimeZone');
  const biases = new Map(
    periods.children.map((one) => [
      requiredAttribute(one, 'Id'),
      {
        offset: -durationMinutes(requiredAttribute(one, 'Bias'), one),
        isDaylight: one.attributes['Name'] === 'Daylight',
      },
    ]),
  );
  const first = [...biases.values()][0]?.offset ?? 0;
  const groups = new Map(
    (child(element, 't:TransitionsGroups')?.children ?? []).map((one) => [one.attributes['Id'] ?? '', one]),
  );
  const eras: ZoneEra[] = [];
  for (const one of child(element, 't:Transitions')?.children ?? []) {
    const to = requiredChild(one, 't:To');
    const fromYear = Number((childText(one, 't:DateTime') ?? '0001').slice(0, 4));
    const target = to.text.trim();
    const direct = to.attributes['Kind'] === 'Period' ? biases.get(target)?.offset : undefined;
    if (direct !== undefined) eras.push({ fromYear, baseOffset: direct, rules: [] });
    else eras.push(readGroup(groups.get(target), biases, { fromYear, first }));
  }
  if (eras.length === 0) return fixedZone(Id || 'Customized Time Zone', Name, first);
  return ruleZone(Id || 'Customized Time Zone', Name, eras);
}

function readGroup(
  group: XmlElement | undefined,
  biases: ReadonlyMap<string, { readonly offset: number; readonly isDaylight: boolean }>,
  defaults: { readonly fromYear: number; readonly first: number },
): ZoneEra {
  if (group === undefined) throw new ItemError('ErrorTimeZone');
  let baseOffset = defaults.first;
  const rules: YearlyRule[] = [];
  for (const one of group.children) {
    const period = biases.get(requiredChild(one, 't:To').text.trim());
    if (period === undefined) throw new ItemError('ErrorTimeZone');
    const offsetText = childText(one, 't:TimeOffset');
    if (offsetText === undefined) {
      baseOffset = period.offset;
      continue;
    }
    const day = childText(one, 't:Day');
    const weekday = DAYS.indexOf(childText(one, 't:DayOfWeek') ?? '');
    const month = Number(childText(one, 't:Month'));
    if (!(month >= 1 && month <= 12) || (day === undefined && weekday < 0)) {
      throw new ItemError('ErrorTimeZone');
    }
    const on =
      day === undefined
        ? { weekday, occurrence: Number(childText(one, 't:Occurrence')) }
        : { day: Number(day) };
    const minutes = durationMinutes(offsetText, one);
    rules.push({ ...period, month, on, minutes });
  }
  return { fromYear: defaults.fromYear, baseOffset, rules };
}

/** t:MeetingTimeZone of Exchange 2007: a name, or a base offset with yearly changes. */
export function readMeetingTimeZone(element: XmlElement): Zone {
  const name = element.attributes['TimeZoneName'] ?? '';
  const base = child(element, 't:BaseOffset');
  if (base === undefined) {
    const known = findTimeZone(name);
    if (known === undefined) throw new ItemError('ErrorTimeZone');
    return known;
  }
  const baseOffset = -durationMinutes(base.text, base);
  const standard = child(element, 't:Standard');
  const daylight = child(element, 't:Daylight');
  const id = name === '' ? 'Customized Time Zone' : name;
  if (standard === undefined || daylight === undefined) return fixedZone(id, id, baseOffset);
  const rules = [readTimeChange(standard, baseOffset, false), readTimeChange(daylight, baseOffset, true)];
  return ruleZone(id, id, [{ fromYear: 1, baseOffset, rules }]);
}

function readTimeChange(element: XmlElement, baseOffset: number, isDaylight: boolean): YearlyRule {
  const shift = requiredChild(element, 't:Offset');
  const offset = baseOffset - durationMinutes(shift.text, shift);
  const minutes = clockMinutes(requiredChild(element, 't:Time'));
  const relative = child(element, 't:RelativeYearlyRecurrence');
  if (relative !== undefined) {
    const weekday = DAYS.indexOf(childText(relative, 't:DaysOfWeek') ?? '');
    if (weekday < 0) throw new ItemError('ErrorCalendarInvalidDayForTimeChangePattern');
    const occurrence = INDEXES[childText(relative, 't:DayOfWeekIndex') ?? ''] ?? 1;
    const month = MONTHS.indexOf(childText(relative, 't:Month') ?? '') + 1;
    return { offset, isDaylight, month, on: { weekday, occurrence }, minutes };
  }
  const date = childText(element, 't:AbsoluteDate') ?? '';
  return {
    offset,
    isDaylight,
    month: Number(date.slice(5, 7)),
    on: { day: Number(date.slice(8, 10)) },
    minutes,
  };
}

function clockMinutes(element: XmlElement): number {
  const match = /^\s*(\d\d):(\d\d)/.exec(element.text);
  if (match === null) throw schemaFault(`The '${element.name}' element is invalid - it is no time.`, element);
  return Number(match[1]) * 60 + Number(match[2]);
}

/** t:TimeZone of GetUserAvailability: biases in minutes west of UTC. */
export function readSerializableZone(element: XmlElement): Zone {
  const number = (parent: XmlElement, name: string): number => Number(requiredChild(parent, name).text);
  const bias = number(element, 't:Bias');
  const standard = requiredChild(element, 't:StandardTime');
  const daylight = requiredChild(element, 't:DaylightTime');
  const rule = (one: XmlElement, isDaylight: boolean): YearlyRule => ({
    offset: -(bias + number(one, 't:Bias')),
    isDaylight,
    month: number(one, 't:Month'),
    on: {
      weekday: DAYS.indexOf(childText(one, 't:DayOfWeek') ?? ''),
      occurrence: number(one, 't:DayOrder'),
    },
    minutes: clockMinutes(requiredChild(one, 't:Time')),
  });
  const rules = [rule(standard, false), rule(daylight, true)];
  const changes =
    rules.every((one) => one.month >= 1 && one.month <= 12) && rules[0]?.offset !== rules[1]?.offset;
  if (!changes) return fixedZone('', '', -(bias + number(standard, 't:Bias')));
  return ruleZone('', '', [{ fromYear: 1, baseOffset: -bias, rules }]);
}
