/** Whether a value of several parts has the shape that its readers take for granted. */
import { isFields, isOptional, isText, isWhole } from './value-shape.ts';
import type { Shape } from './value-shape.ts';

/** Days from 1970 that a date of Node.js can hold, with room for an interval. */
const isDay: Shape = (value) => isWhole(-100_000_000, 90_000_000)(value);
const isInterval = isWhole(1, 1_000_000);
const isWeekday = isWhole(0, 6);
const isMonth = isWhole(1, 12);
const isIndex: Shape = (value) => isWhole(1, 4)(value) || value === -1;
const isOffset = isWhole(-1440, 1440);
const isFlag: Shape = (value) => typeof value === 'boolean';

const isKindOfDay: Shape = (value) =>
  isWeekday(value) || value === 'Day' || value === 'Weekday' || value === 'WeekendDay';

function isList(isMember: Shape, least = 0): Shape {
  return (value) => Array.isArray(value) && value.length >= least && value.every((one) => isMember(one));
}

const PATTERNS: ReadonlyMap<unknown, Shape> = new Map([
  ['daily', isFields({ kind: isText, interval: isInterval })],
  [
    'weekly',
    isFields({ kind: isText, interval: isInterval, days: isList(isWeekday, 1), firstDay: isWeekday }),
  ],
  ['absoluteMonthly', isFields({ kind: isText, interval: isInterval, dayOfMonth: isWhole(1, 31) })],
  ['relativeMonthly', isFields({ kind: isText, interval: isInterval, day: isKindOfDay, index: isIndex })],
  ['absoluteYearly', isFields({ kind: isText, dayOfMonth: isWhole(1, 31), month: isMonth })],
  ['relativeYearly', isFields({ kind: isText, day: isKindOfDay, index: isIndex, month: isMonth })],
]);
const RANGES: ReadonlyMap<unknown, Shape> = new Map([
  ['noEnd', isFields({ kind: isText, start: isDay })],
  ['endDate', isFields({ kind: isText, start: isDay, end: isDay })],
  ['numbered', isFields({ kind: isText, start: isDay, count: isWhole(1, 1_000_000) })],
]);

/** A shape by the field `kind`. */
function isOneOf(shapes: ReadonlyMap<unknown, Shape>): Shape {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    shapes.get((value as { kind?: unknown }).kind)?.(value) === true;
}
const isRecurrence = isFields({ pattern: isOneOf(PATTERNS), range: isOneOf(RANGES) });
const isRegeneration = isFields({ unit: isText, interval: isInterval, range: isOneOf(RANGES) });

const isRule = isFields({
  offset: isOffset,
  isDaylight: isFlag,
  month: isMonth,
  on: (value) =>
    isFields({ day: isWhole(1, 31) })(value) ||
    isFields({ weekday: isWeekday, occurrence: isWhole(-1, 5) })(value),
  minutes: isWhole(-1440, 2880),
});
const isEra = isFields({ fromYear: isWhole(1, 9999), baseOffset: isOffset, rules: isList(isRule) });

const isRecipient = isFields({
  name: isOptional(isText),
  address: isOptional(isText),
  routingType: isOptional(isText),
  mailboxType: isOptional(isText),
  itemId: isOptional(isText),
});
const isTextPair: Shape = (value) => isList(isText, 2)(value) && (value as unknown[]).length === 2;

const SHAPES: ReadonlyMap<unknown, Shape> = new Map([
  ['recipients', isFields({ structure: isText, list: isList(isRecipient) })],
  ['members', isFields({ structure: isText, list: isList(isRecipient) })],
  [
    'attendees',
    isFields({
      structure: isText,
      list: isList(
        isFields({ name: isText, address: isText, response: isText, repliedAt: isOptional(isText) }),
      ),
    }),
  ],
  ['person', isFields({ structure: isText, name: isText, address: isText })],
  ['timeZone', isFields({ structure: isText, id: isText, name: isText, eras: isOptional(isList(isEra, 1)) })],
  ['recurrence', isFields({ structure: isText, recurrence: isRecurrence })],
  [
    'taskRecurrence',
    isFields({ structure: isText, rule: (value) => isRecurrence(value) || isRegeneration(value) }),
  ],
  [
    'flag',
    isFields({
      structure: isText,
      status: isText,
      start: isOptional(isText),
      due: isOptional(isText),
      complete: isOptional(isText),
    }),
  ],
  ['highlights', isFields({ structure: isText, location: isFlag, start: isFlag, end: isFlag })],
  [
    'enhancedLocation',
    isFields({
      structure: isText,
      displayName: isText,
      annotation: isOptional(isText),
      address: isList(isTextPair),
    }),
  ],
]);

/** The exceptions of a series: their values are checked by `isValue`, their attachments by whoever checks those. */
function isExceptions(isValue: Shape): Shape {
  const values: Shape = (value) => areValues(value, isOptional(isValue));
  const attachments = isOptional(Array.isArray);
  return isFields({
    structure: isText,
    list: isList(isFields({ day: isDay, deleted: isFlag, values, attachments })),
  });
}

function areValues(values: unknown, isValue: Shape): boolean {
  return values instanceof Map && [...values].every(([key, one]) => isText(key) && isValue(one));
}

/** `isInner` judges the values inside an exception. */
export function isStructure(value: object, isInner: Shape): boolean {
  const { structure } = value as { readonly structure?: unknown };
  if (structure === 'exceptions') return isExceptions(isInner)(value);
  return SHAPES.get(structure)?.(value) === true;
}
