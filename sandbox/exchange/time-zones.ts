import { escapeAttribute } from './xml-text.ts';

/** The n-th weekday of a month at a time of day; 5 is the last one. */
interface YearlyRule {
  readonly month: number;
  readonly occurrence: number;
  readonly time: string;
}

export interface ServerTimeZone {
  readonly id: string;
  readonly name: string;
  /** Minutes to add to local standard time to get UTC. */
  readonly bias: number;
  /** When summer time begins and ends, both on a Sunday; absent where clocks do not change. */
  readonly summer?: { readonly from: YearlyRule; readonly to: YearlyRule };
}

const EUROPE = {
  from: { month: 3, occurrence: -1, time: 'PT2H' },
  to: { month: 10, occurrence: -1, time: 'PT3H' },
};
const BRITAIN = {
  from: { month: 3, occurrence: -1, time: 'PT1H' },
  to: { month: 10, occurrence: -1, time: 'PT2H' },
};
const AMERICA = {
  from: { month: 3, occurrence: 2, time: 'PT2H' },
  to: { month: 11, occurrence: 1, time: 'PT2H' },
};

export const TIME_ZONES: readonly ServerTimeZone[] = [
  { id: 'UTC', name: '(UTC) Coordinated Universal Time', bias: 0 },
  {
    id: 'GMT Standard Time',
    name: '(UTC+00:00) Dublin, Edinburgh, Lisbon, London',
    bias: 0,
    summer: BRITAIN,
  },
  {
    id: 'W. Europe Standard Time',
    name: '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna',
    bias: -60,
    summer: EUROPE,
  },
  {
    id: 'Romance Standard Time',
    name: '(UTC+01:00) Brussels, Copenhagen, Madrid, Paris',
    bias: -60,
    summer: EUROPE,
  },
  { id: 'Eastern Standard Time', name: '(UTC-05:00) Eastern Time (US & Canada)', bias: 300, summer: AMERICA },
  { id: 'Pacific Standard Time', name: '(UTC-08:00) Pacific Time (US & Canada)', bias: 480, summer: AMERICA },
  { id: 'Tokyo Standard Time', name: '(UTC+09:00) Osaka, Sapporo, Tokyo', bias: -540 },
];

/** A t:TimeZoneDefinition; without `full` only its id and name are of use. */
export function timeZoneXml(zone: ServerTimeZone, full: boolean): string {
  const head = `<t:TimeZoneDefinition Id="${escapeAttribute(zone.id)}" Name="${escapeAttribute(zone.name)}"`;
  if (!full)
    return `${head}><t:Periods><t:Period Bias="${duration(zone.bias)}" Name="Standard" Id="Std"/></t:Periods></t:TimeZoneDefinition>`;
  const standard = `trule:Microsoft/Registry/${zone.id}/2007-Standard`;
  const daylight = `trule:Microsoft/Registry/${zone.id}/2007-Daylight`;
  const period = (bias: number, name: string, id: string): string =>
    `<t:Period Bias="${duration(bias)}" Name="${name}" Id="${escapeAttribute(id)}"/>`;
  const { summer } = zone;
  const periods =
    period(zone.bias, 'Standard', standard) +
    (summer === undefined ? '' : period(zone.bias - 60, 'Daylight', daylight));
  const group =
    summer === undefined
      ? `<t:Transition><t:To Kind="Period">${standard}</t:To></t:Transition>`
      : transition(daylight, summer.from) + transition(standard, summer.to);
  return (
    `${head}><t:Periods>${periods}</t:Periods>` +
    `<t:TransitionsGroups><t:TransitionsGroup Id="0">${group}</t:TransitionsGroup></t:TransitionsGroups>` +
    '<t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions></t:TimeZoneDefinition>'
  );
}

function transition(period: string, rule: YearlyRule): string {
  return (
    `<t:RecurringDayTransition><t:To Kind="Period">${period}</t:To><t:TimeOffset>${rule.time}</t:TimeOffset>` +
    `<t:Month>${rule.month}</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>${rule.occurrence}</t:Occurrence>` +
    '</t:RecurringDayTransition>'
  );
}

function duration(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : ''}PT${Math.floor(size / 60)}H${size % 60 === 0 ? '' : `${size % 60}M`}`;
}
