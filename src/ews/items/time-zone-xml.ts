/**
 * The zone of an event as EWS has it, read and written (Microsoft: TimeZoneDefinitionType; of Exchange 2007 TimeZoneType).
 * Offsets in EWS count what is to be added to local time, the other way round than ours.
 */
import type { ServerZone, ZoneEra } from '../../sync/calendar/server-zone.ts';
import { ianaToWindows } from '../../sync/calendar/windows-zone.ts';
import type { YearlyChange, ZoneRules } from '../../sync/calendar/zone-rules.ts';
import { shapes, within } from '../soap-reader.ts';
import type { Attributes, Shape } from '../soap-reader.ts';
import { escapeAttribute } from '../soap-writer.ts';
import type { EwsSchema } from '../versions.ts';
import { dayNames, monthNames, weekNames } from './week-day.ts';

/** A transition or change as it stands there. */
interface ReadChange {
  readonly element: string;
  /** The group it stands in, empty outside of groups. */
  readonly group: string;
  readonly texts: Map<string, string>;
}

/** What stands in a zone element. */
export interface ReadTimeZone {
  id: string;
  name: string;
  readonly biases: Map<string, string>;
  readonly changes: ReadChange[];
  baseOffset: string;
  /** Reading position. */
  at: { group: string };
}

function textInto<C>(name: string, textsOf: (context: C) => Map<string, string>): [string, Shape<C>] {
  return [`t:${name}`, { text: (context, value) => textsOf(context).set(name, value.trim()) }];
}

const changeTexts = [
  ...['To', 'DateTime', 'TimeOffset', 'Month', 'Day', 'DayOfWeek', 'Occurrence'],
  ...['Offset', 'Time', 'AbsoluteDate', 'DaysOfWeek', 'DayOfWeekIndex'],
];
const changeChildren = new Map<string, Shape<ReadChange>>([
  ...changeTexts.map((name) => textInto<ReadChange>(name, ({ texts }) => texts)),
  [
    't:RelativeYearlyRecurrence',
    {
      children: new Map(
        ['DaysOfWeek', 'DayOfWeekIndex', 'Month'].map((name) =>
          textInto<ReadChange>(name, ({ texts }) => texts),
        ),
      ),
    },
  ],
]);

function change(element: string): [string, Shape<ReadTimeZone>] {
  return [
    `t:${element}`,
    within(
      (zone: ReadTimeZone) => {
        const read: ReadChange = { element, group: zone.at.group, texts: new Map() };
        zone.changes.push(read);
        return read;
      },
      { children: changeChildren },
    ),
  ];
}

const transitions = new Map([
  change('Transition'),
  change('AbsoluteDateTransition'),
  change('RecurringDayTransition'),
  change('RecurringDateTransition'),
]);

const zoneChildren = new Map<string, Shape<ReadTimeZone>>([
  ...shapes<ReadTimeZone>({
    't:Periods': {
      children: shapes<ReadTimeZone>({
        't:Period': {
          open: (zone, { Id = '', Bias = '' }) => zone.biases.set(Id, Bias),
        },
      }),
    },
    't:TransitionsGroups': {
      children: shapes<ReadTimeZone>({
        't:TransitionsGroup': {
          open: (zone, { Id = '' }) => (zone.at.group = `group ${Id}`),
          close: (zone) => (zone.at.group = ''),
          children: transitions,
        },
      }),
    },
    't:Transitions': { children: transitions },
    't:BaseOffset': { text: (zone, value) => (zone.baseOffset = value.trim()) },
  }),
  change('Standard'),
  change('Daylight'),
]);

/** `<t:StartTimeZone>`, `<t:EndTimeZone>` or, of Exchange 2007, `<t:MeetingTimeZone>`. */
export function timeZoneShape<C>(set: (context: C, read: ReadTimeZone) => void): Shape<C> {
  return within(
    (context: C, attributes: Attributes) => {
      const read: ReadTimeZone = {
        id: attributes['Id'] ?? attributes['TimeZoneName'] ?? '',
        name: attributes['Name'] ?? attributes['TimeZoneName'] ?? '',
        biases: new Map(),
        changes: [],
        baseOffset: '',
        at: { group: '' },
      };
      set(context, read);
      return read;
    },
    { children: zoneChildren },
  );
}

/** The zone with the rules that can be understood; an era with one that cannot is left out. */
export function serverZoneOf(read: ReadTimeZone): ServerZone {
  const eras = read.baseOffset !== '' ? [meetingEra(read)] : definitionEras(read);
  return { id: read.id, name: read.name, eras: eras.filter((era) => era !== null) };
}

function meetingEra(read: ReadTimeZone): ZoneEra | null {
  const base = minutesOf(read.baseOffset);
  if (base === null) return null;
  const changes: YearlyChange[] = [];
  let standardMinutes = 0;
  for (const { element, texts } of read.changes) {
    const offset = minutesOf(texts.get('Offset') ?? '');
    if (offset === null) return null;
    if (element === 'Standard') standardMinutes = offset;
    // Without a pattern, or for one year only: the clocks do not change every year.
    if (!texts.has('DayOfWeekIndex')) continue;
    const weekday = indexIn(dayNames, texts.get('DaysOfWeek'));
    const week = Object.entries(weekNames).find(([name]) => name === texts.get('DayOfWeekIndex'))?.[1];
    const month = indexIn(monthNames, texts.get('Month'));
    const atMinutes = timeOf(texts.get('Time') ?? '');
    if (weekday === null || week === undefined || month === null || atMinutes === null) return null;
    changes.push({ month: month + 1, on: { weekday, week }, atMinutes, offsetMinutes: -(base + offset) });
  }
  return { fromYear: 0, rules: { baseOffsetMinutes: -(base + standardMinutes), changes } };
}

/** Each entry of Transitions begins an era: with one period for good, or with the changes of a group. */
function definitionEras(read: ReadTimeZone): (ZoneEra | null)[] {
  const offsetOf = (id: string | undefined): number | null => {
    const bias = minutesOf(read.biases.get(id ?? '') ?? '');
    return bias === null ? null : -bias;
  };
  const first = offsetOf([...read.biases.keys()][0]);
  const outer = read.changes.filter(({ group }) => group === '');
  const eras = outer.map(({ texts }): ZoneEra | null => {
    const to = texts.get('To') ?? '';
    const fromYear = Number(/^\d{4}/.exec(texts.get('DateTime') ?? '')?.[0] ?? 0);
    const period = offsetOf(to);
    if (period !== null) return { fromYear, rules: { baseOffsetMinutes: period, changes: [] } };
    const rules = groupRules(
      read.changes.filter(({ group }) => group === `group ${to}`),
      offsetOf,
    );
    return rules === null ? null : { fromYear, rules };
  });
  if (outer.length > 0 || first === null) return eras;
  return [{ fromYear: 0, rules: { baseOffsetMinutes: first, changes: [] } }];
}

function groupRules(
  group: readonly ReadChange[],
  offsetOf: (id: string | undefined) => number | null,
): ZoneRules | null {
  const changes: YearlyChange[] = [];
  let baseOffsetMinutes: number | null = null;
  for (const { element, texts } of group) {
    const offsetMinutes = offsetOf(texts.get('To'));
    if (offsetMinutes === null) return null;
    baseOffsetMinutes ??= offsetMinutes;
    if (element === 'Transition') continue;
    const atMinutes = minutesOf(texts.get('TimeOffset') ?? '');
    const month = Number(texts.get('Month'));
    const on = element === 'RecurringDateTransition' ? dateIn(texts) : weekdayIn(texts);
    if (atMinutes === null || on === null || !isBetween(month, 1, 12)) return null;
    changes.push({ month, on, atMinutes, offsetMinutes });
  }
  return baseOffsetMinutes === null ? null : { baseOffsetMinutes, changes };
}

function dateIn(texts: ReadonlyMap<string, string>): YearlyChange['on'] | null {
  const day = Number(texts.get('Day'));
  return isBetween(day, 1, 31) ? { day } : null;
}

function weekdayIn(texts: ReadonlyMap<string, string>): YearlyChange['on'] | null {
  const weekday = indexIn(dayNames, texts.get('DayOfWeek'));
  const occurrence = Number(texts.get('Occurrence'));
  // The fifth is the last as well.
  const week = occurrence === 5 ? -1 : occurrence;
  return weekday !== null && (week === -1 || isBetween(week, 1, 4)) ? { weekday, week } : null;
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function indexIn(names: readonly string[], name: string | undefined): number | null {
  const index = names.findIndex((one) => one === name);
  return index < 0 ? null : index;
}

/** Minutes of an xs:duration up to days, such as `-PT1H` or `P0DT8H0M0.0S`. */
function minutesOf(duration: string): number | null {
  const match =
    /^(-)?P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d{1,9})?S)?)?$/.exec(duration);
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const total = Math.round(days * 1440 + hours * 60 + minutes + seconds / 60);
  return match[1] === '-' ? -total : total;
}

/** Minutes of an xs:time; a minute before midnight, in whole seconds, counts as midnight. */
function timeOf(time: string): number | null {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/.exec(time);
  return match ? Math.round(Number(match[1]) * 60 + Number(match[2]) + Number(match[3]) / 60) : null;
}

/** One element to write, with the property it belongs to. */
export interface TimeZoneElement {
  readonly uri: 'calendar:StartTimeZone' | 'calendar:EndTimeZone' | 'calendar:MeetingTimeZone';
  readonly xml: string;
}

/**
 * What says an event's zone in the schema, in the order of its elements; servers know the rules of a Windows name
 * themselves. Null where Windows has no such zone.
 */
export function timeZoneElements(timeZone: string, schema: EwsSchema): readonly TimeZoneElement[] | null {
  const windowsName = ianaToWindows(timeZone);
  if (windowsName === null) return null;
  const value = escapeAttribute(windowsName);
  if (schema.lacks.has('startTimeZone')) {
    return [{ uri: 'calendar:MeetingTimeZone', xml: `<t:MeetingTimeZone TimeZoneName="${value}"/>` }];
  }
  return [
    { uri: 'calendar:StartTimeZone', xml: `<t:StartTimeZone Id="${value}"/>` },
    { uri: 'calendar:EndTimeZone', xml: `<t:EndTimeZone Id="${value}"/>` },
  ];
}
