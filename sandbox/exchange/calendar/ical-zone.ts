/** VTIMEZONE (RFC 5545, 3.6.5), written and read. */
import { findTimeZone } from '../time-zones.ts';
import { ICAL_DAYS } from './ical-rule.ts';
import { icalLocal, lineOf } from './ical-text.ts';
import type { Component } from './ical-text.ts';
import { dayNumber, DAY_MS, MINUTE_MS } from './local-time.ts';
import { ruleZone } from './rule-zone.ts';
import type { YearlyRule } from './rule-zone.ts';
import { eras } from './zone-definition.ts';
import type { Change } from './zone-definition.ts';
import { fixedZone } from './zone.ts';
import type { Zone } from './zone.ts';

/** The rules that hold from a year on. */
export function zoneLines(zone: Zone, fromYear: number): readonly string[] {
  const all = eras(zone);
  const needed = all.filter((_era, index) => (all[index + 1]?.year ?? Number.POSITIVE_INFINITY) > fromYear);
  const lines: string[] = [];
  needed.forEach((era, index) => {
    const next = needed[index + 1]?.year;
    let before = zone.offsetAt(Date.UTC(era.year, 0, 1));
    if (era.changes.length === 0)
      lines.push(...observance('STANDARD', '16010101T000000', [era.offset, era.offset]));
    for (const change of era.changes) {
      const day = dayNumber(era.year, change.month, change.day);
      const start = icalLocal(day * DAY_MS + change.minutes * MINUTE_MS);
      const name = change.isDaylight ? 'DAYLIGHT' : 'STANDARD';
      lines.push(...observance(name, start, [before, change.offset], yearly(change, next)));
      before = change.offset;
    }
  });
  return ['BEGIN:VTIMEZONE', `TZID:${zone.id}`, ...lines, 'END:VTIMEZONE'];
}

function observance(
  name: string,
  start: string,
  [from, to]: readonly [number, number],
  rule?: string,
): readonly string[] {
  return [
    `BEGIN:${name}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${offsetText(from)}`,
    `TZOFFSETTO:${offsetText(to)}`,
    ...(rule === undefined ? [] : [rule]),
    `END:${name}`,
  ];
}

function yearly(change: Change, nextEra: number | undefined): string | undefined {
  const occurrence = change.occurrences.includes(-1) ? -1 : change.occurrences[0];
  if (occurrence === undefined) return undefined;
  const until = nextEra === undefined ? '' : `;UNTIL=${nextEra - 1}1231T235959Z`;
  return `RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=${occurrence}${ICAL_DAYS[change.weekday]};BYMONTH=${change.month}${until}`;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${part(Math.floor(size / 60))}${part(size % 60)}`;
}

/** A known zone by its TZID, else the rules the component spells out. */
export function readIcalZone(component: Component): Zone | undefined {
  const id = lineOf(component, 'TZID')?.value ?? '';
  const known = findTimeZone(id);
  if (known !== undefined) return known;
  const rules: YearlyRule[] = [];
  let base = 0;
  for (const one of component.children) {
    const offset = readOffset(lineOf(one, 'TZOFFSETTO')?.value ?? '');
    if (one.name === 'STANDARD') base = offset;
    const rule = /BYDAY=(-?\d)([A-Z]{2})/.exec(lineOf(one, 'RRULE')?.value ?? '');
    const month = /BYMONTH=(\d+)/.exec(lineOf(one, 'RRULE')?.value ?? '');
    const start = /T(\d\d)(\d\d)/.exec(lineOf(one, 'DTSTART')?.value ?? '');
    if (rule === null || month === null || start === null) continue;
    const isDaylight = one.name === 'DAYLIGHT';
    const others = rules.findIndex((other) => other.isDaylight === isDaylight);
    if (others >= 0) rules.splice(others, 1);
    rules.push({
      offset,
      isDaylight,
      month: Number(month[1]),
      on: { weekday: ICAL_DAYS.indexOf(rule[2] ?? ''), occurrence: Number(rule[1]) },
      minutes: Number(start[1]) * 60 + Number(start[2]),
    });
  }
  if (component.children.length === 0) return undefined;
  if (rules.length < 2) return fixedZone(id, id, base);
  return ruleZone(id, id, [{ fromYear: 1, baseOffset: base, rules }]);
}

function readOffset(text: string): number {
  const match = /^([+-])(\d\d)(\d\d)/.exec(text);
  const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
  return match?.[1] === '-' ? -minutes : minutes;
}
