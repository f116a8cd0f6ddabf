/** From when to when an event reaches, with all its occurrences: what lists of a time are looked up by. */
import { dayOf, formatDate, parseDate } from '../../sync/calendar/local-time.ts';
import { ruleDays } from '../../sync/calendar/pattern-days.ts';
import type { RecurrenceRule } from '../../sync/calendar/recurrence-rule.ts';
import { parseRule } from '../../sync/calendar/rule-text.ts';
import { localToUtcMs } from '../../sync/calendar/zoned-time.ts';
import type { Values } from '../../sync/model.ts';
import { exceptionsOf } from '../../sync/occurrences.ts';
import { textOf } from '../../sync/values.ts';
import { exceptionTimes, movedTo, timesOf } from './event-times.ts';

/** Milliseconds since the epoch; `endsAt` is null of a series without an end, and may be late where it has a last day. */
export type EventSpan = { readonly startsAt: number; readonly endsAt: number | null };

/** Null of values without times: a tombstone's. */
export function spanOf(values: Values): EventSpan | null {
  const times = timesOf(values);
  const timeZone = textOf(values, 'timeZone');
  if (times.start === '') return null;
  const startsAt = localToUtcMs(times.start, timeZone);
  const rule = ruleOf(values);
  if (rule === null) return { startsAt, endsAt: localToUtcMs(times.end, timeZone) };

  const changed = exceptionsOf(values).filter(({ state }) => state === 'changed');
  const moved = changed.map((exception) => exceptionTimes(exception, times));
  const lastDay = lastDayOf(rule, dayOf(times.start));
  const lastEnd = lastDay === null ? null : movedTo(formatDate(lastDay) + times.start.slice(10), times).end;
  return {
    startsAt: moved.reduce((first, { start }) => Math.min(first, localToUtcMs(start, timeZone)), startsAt),
    endsAt:
      lastEnd === null
        ? null
        : moved.reduce(
            (last, { end }) => Math.max(last, localToUtcMs(end, timeZone)),
            localToUtcMs(lastEnd, timeZone),
          ),
  };
}

/** The rule of a settled event; null of one that does not repeat. */
export function ruleOf(values: Values): RecurrenceRule | null {
  const text = textOf(values, 'recurrence');
  if (text === '') return null;
  const parsed = parseRule(text, { start: textOf(values, 'start'), timeZone: textOf(values, 'timeZone') });
  return 'problem' in parsed ? null : parsed.rule;
}

function lastDayOf(rule: RecurrenceRule, startDay: number): number | null {
  switch (rule.range.kind) {
    case 'noEnd':
      return null;
    case 'endDate':
      return parseDate(rule.range.lastDate);
    case 'numbered': {
      let last = startDay;
      for (const day of ruleDays(rule, startDay)) last = day;
      return last;
    }
  }
}
