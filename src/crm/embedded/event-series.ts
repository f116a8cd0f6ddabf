/** The rule of a series and the occurrences that differ from it, checked as a whole. */
import { dayOf } from '../../sync/calendar/local-time.ts';
import { firstStart } from '../../sync/calendar/occurrences.ts';
import { ruleDays } from '../../sync/calendar/pattern-days.ts';
import type { RecurrenceRule } from '../../sync/calendar/recurrence-rule.ts';
import type { OccurrenceException } from '../../sync/occurrences.ts';
import { occurrenceName } from '../../sync/occurrences.ts';
import { exceptionTimes, movedTo, timesProblem } from './event-times.ts';
import type { EventTimes } from './event-times.ts';
import type { FieldProblem } from './field-values.ts';
import { checkRule } from './rule-check.ts';

export interface Series extends EventTimes {
  readonly recurrence: string;
  readonly rule: RecurrenceRule;
}

/** The series with its first occurrence where the rule has it, as Exchange moves it, and the rule as its text spells it. */
export function checkSeries(
  recurrence: string,
  times: EventTimes,
  timeZone: string,
): Series | { readonly message: string } {
  const given = checkRule(recurrence, { start: times.start, timeZone });
  if ('message' in given) return given;
  if (given.rule.pattern.kind === 'regenerating') return { message: 'only tasks come after they are done' };
  const first = firstStart(given.rule, times.start);
  if (first === null) return { message: 'has no occurrence' };
  const moved = first === times.start ? times : movedTo(first, times);
  const checked = checkRule(given.text, { start: moved.start, timeZone });
  return 'message' in checked ? checked : { ...moved, recurrence: checked.text, rule: checked.rule };
}

/**
 * The exceptions that the series has a place for. Those of `written` (original starts) that have none are problems, the
 * others go without a word: the rule, the start or the length of the series has changed since.
 */
export function checkExceptions(
  exceptions: readonly OccurrenceException[],
  series: Series,
  written: ReadonlySet<string>,
): { readonly kept: readonly OccurrenceException[]; readonly problems: readonly FieldProblem[] } {
  const kept: OccurrenceException[] = [];
  const problems: FieldProblem[] = [];
  const days = daysOf(series, exceptions);
  for (const exception of exceptions) {
    const problem = problemOf(exception, series, days);
    if (problem === null) kept.push(exception);
    else if (written.has(exception.originalStart)) problems.push(problem);
  }
  return { kept, problems };
}

function problemOf(
  exception: OccurrenceException,
  series: Series,
  days: ReadonlySet<number>,
): FieldProblem | null {
  const { originalStart, state } = exception;
  const isOccurrence = originalStart.slice(10) === series.start.slice(10) && days.has(dayOf(originalStart));
  if (!isOccurrence) {
    return { field: occurrenceName(originalStart), message: 'the series has no occurrence at this time' };
  }
  const problem = state === 'changed' ? timesProblem(exceptionTimes(exception, series)) : null;
  return problem && { field: occurrenceName(originalStart, problem.field), message: problem.message };
}

/** The days among those of the exceptions on which the series takes place, in one walk along it. */
function daysOf({ rule, start }: Series, exceptions: readonly OccurrenceException[]): ReadonlySet<number> {
  const wanted = new Set(exceptions.map(({ originalStart }) => dayOf(originalStart)));
  const last = [...wanted].reduce((one, other) => Math.max(one, other), -Infinity);
  const found = new Set<number>();
  if (wanted.size === 0) return found;
  for (const day of ruleDays(rule, dayOf(start))) {
    if (day > last) break;
    if (wanted.has(day)) found.add(day);
  }
  return found;
}
