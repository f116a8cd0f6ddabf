import { escapeAttribute, escapeText } from '../xml-text.ts';
import { civilDate, dayOf, daysInMonth, DAY_MS, MINUTE_MS, weekday } from './local-time.ts';
import type { Zone, ZoneTransition } from './zone.ts';

const FIRST_YEAR = 2006;
const LAST_YEAR = 2037;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** One clock change as a yearly rule; `occurrences` are the readings that fit it, -1 being the last of the month. */
export interface Change {
  readonly offset: number;
  readonly isDaylight: boolean;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly minutes: number;
  readonly occurrences: readonly number[];
}

/** Years in a row that one set of rules describes, until the next one's year. */
export interface Era {
  readonly year: number;
  readonly offset: number;
  readonly changes: readonly Change[];
}

/** A t:TimeZoneDefinition with its rules from 2006 on, in the given element. */
export function zoneDefinitionXml(zone: Zone, element = 'TimeZoneDefinition'): string {
  const known = WRITTEN.get(zone) ?? rules(zone);
  WRITTEN.set(zone, known);
  return `${open(zone, element)}>${known}</t:${element}>`;
}

/** A zone by its id and name alone. */
export function zoneReferenceXml(zone: Zone, element = 'TimeZoneDefinition'): string {
  return `${open(zone, element)}/>`;
}

const WRITTEN = new WeakMap<Zone, string>();

function open(zone: Zone, element: string): string {
  return `<t:${element} Id="${escapeAttribute(zone.id)}" Name="${escapeAttribute(zone.name)}"`;
}

function rules(zone: Zone): string {
  const periods = new Map<string, string>();
  let groups = '';
  let transitions = '';
  eras(zone).forEach((era, index) => {
    const period = (offset: number, isDaylight: boolean): string => {
      const name = isDaylight ? 'Daylight' : 'Standard';
      const id = escapeText(`trule:Microsoft/Registry/${zone.id}/${era.year}-${name}`);
      periods.set(id, `<t:Period Bias="${biasText(-offset)}" Name="${name}" Id="${id}"/>`);
      return `<t:To Kind="Period">${id}</t:To>`;
    };
    const inside = era.changes.map((change) => changeXml(change, period(change.offset, change.isDaylight)));
    const still = inside.length === 0 ? `<t:Transition>${period(era.offset, false)}</t:Transition>` : '';
    groups += `<t:TransitionsGroup Id="${index}">${still}${inside.join('')}</t:TransitionsGroup>`;
    const to = `<t:To Kind="Group">${index}</t:To>`;
    transitions +=
      index === 0
        ? `<t:Transition>${to}</t:Transition>`
        : `<t:AbsoluteDateTransition>${to}<t:DateTime>${era.year}-01-01T00:00:00Z</t:DateTime></t:AbsoluteDateTransition>`;
  });
  return (
    `<t:Periods>${[...periods.values()].join('')}</t:Periods>` +
    `<t:TransitionsGroups>${groups}</t:TransitionsGroups><t:Transitions>${transitions}</t:Transitions>`
  );
}

function changeXml(change: Change, to: string): string {
  const head = `${to}<t:TimeOffset>${biasText(change.minutes)}</t:TimeOffset><t:Month>${change.month}</t:Month>`;
  // The last week wins over the fourth: rules of law say "last"
  const occurrence = change.occurrences.includes(-1) ? -1 : change.occurrences[0];
  return occurrence === undefined
    ? `<t:RecurringDateTransition>${head}<t:Day>${change.day}</t:Day></t:RecurringDateTransition>`
    : `<t:RecurringDayTransition>${head}<t:DayOfWeek>${DAYS[change.weekday]}</t:DayOfWeek>` +
        `<t:Occurrence>${occurrence}</t:Occurrence></t:RecurringDayTransition>`;
}

/** xs:duration of whole minutes, as Exchange writes a Bias. */
export function biasText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60);
  const rest = size % 60;
  return `${minutes < 0 ? '-' : ''}PT${hours > 0 || rest === 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`;
}

/** The rules of a zone from 2006 on. */
export function eras(zone: Zone): readonly Era[] {
  const found: Era[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    const offset = zone.offsetAt(Date.UTC(year, 6, 1));
    const here: Era = { year, offset, changes: zone.transitions(year).map(asChange) };
    const last = found.at(-1);
    const joined = last === undefined ? undefined : join(last, here);
    if (joined === undefined) found.push(here);
    else found[found.length - 1] = joined;
  }
  return found;
}

function asChange(transition: ZoneTransition): Change {
  const local = transition.at + transition.before * MINUTE_MS;
  const day = dayOf(local);
  const { year, month, day: dayOfMonth } = civilDate(day);
  const occurrences = [Math.ceil(dayOfMonth / 7)].filter((one) => one < 5);
  if (dayOfMonth + 7 > daysInMonth(year, month)) occurrences.push(-1);
  return {
    offset: transition.after,
    isDaylight: transition.isDaylight,
    month,
    day: dayOfMonth,
    weekday: weekday(day),
    minutes: (local - day * DAY_MS) / MINUTE_MS,
    occurrences,
  };
}

/** Both eras as one, when the same rules describe them. */
function join(a: Era, b: Era): Era | undefined {
  if (a.changes.length !== b.changes.length) return undefined;
  if (a.changes.length === 0) return a.offset === b.offset ? a : undefined;
  const changes: Change[] = [];
  for (const [index, left] of a.changes.entries()) {
    const right = b.changes[index];
    if (right === undefined) return undefined;
    const occurrences = left.occurrences.filter((one) => right.occurrences.includes(one));
    const same =
      left.offset === right.offset &&
      left.month === right.month &&
      left.weekday === right.weekday &&
      left.minutes === right.minutes;
    if (!same || occurrences.length === 0) return undefined;
    changes.push({ ...left, occurrences });
  }
  return { ...a, changes };
}
