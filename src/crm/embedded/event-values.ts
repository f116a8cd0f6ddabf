/** What an event of the embedded CRM may hold. */
import { z } from 'zod';
import { parseLocal } from '../../sync/calendar/local-time.ts';
import { isTimeZone } from '../../sync/calendar/zone-offset.ts';
import {
  busyStates,
  eventFields,
  eventStatuses,
  occurrenceFields,
  privacies,
} from '../../sync/event-fields.ts';
import type { Value, Values } from '../../sync/model.ts';
import {
  anyOccurrence,
  exceptionFields,
  exceptionsOf,
  isOccurrenceName,
  occurrenceName,
  occurrencePlace,
} from '../../sync/occurrences.ts';
import { parsePerson } from '../../sync/people.ts';
import { textOf } from '../../sync/values.ts';
import { checkPeople } from './event-people.ts';
import { checkExceptions, checkSeries } from './event-series.ts';
import { timesOf, timesProblem } from './event-times.ts';
import { checkValues, invalid, searchLines, valuesSchema } from './field-values.ts';
import type { CheckedValues, FieldProblem } from './field-values.ts';
import { merged } from './record-kind.ts';

/** The role belongs to a mailbox's copy of a meeting, not to the event. */
export const keptEventFields = eventFields.filter(({ name }) => name !== 'role');

const ofOccurrences: ReadonlySet<string> = new Set(occurrenceFields);
const occurrenceSpecs = keptEventFields.filter(({ name }) => ofOccurrences.has(name));
const words = { busyState: z.enum(busyStates), privacy: z.enum(privacies), status: z.enum(eventStatuses) };

export const eventValuesSchema = valuesSchema(keptEventFields, words);
/** What an occurrence may have of its own. */
export const occurrenceValuesSchema = valuesSchema(occurrenceSpecs, words);
const stateSchema = z.enum(['changed', 'deleted']).nullable();

const maxExceptions = 2000;

/** Takes occurrences as fields `@START` and `@START/FIELD`, and `@` as null, which takes all exceptions back first. */
export function cleanEvent(input: unknown): CheckedValues {
  const entries = Object.entries(typeof input === 'object' && input !== null ? input : {});
  const fixed = checkValues(
    eventValuesSchema,
    keptEventFields,
    Object.fromEntries(entries.filter(([name]) => !isOccurrenceName(name))),
  );
  const problems: FieldProblem[] = fixed.kind === 'invalid' ? [...fixed.problems] : [];
  const values: Record<string, Value> = fixed.kind === 'valid' ? { ...fixed.values } : {};
  for (const [originalStart, own] of occurrencesIn(entries)) {
    const checked = cleanOccurrence(originalStart, own);
    if (checked.kind === 'invalid') problems.push(...checked.problems);
    else Object.assign(values, checked.values);
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'valid', values };
}

/** By original start, with the state under an empty name. */
function occurrencesIn(
  entries: readonly (readonly [string, unknown])[],
): Map<string, Record<string, unknown>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const [name, value] of entries) {
    if (!isOccurrenceName(name)) continue;
    const { originalStart, field } = occurrencePlace(name);
    const own = found.get(originalStart) ?? {};
    own[field ?? ''] = value;
    found.set(originalStart, own);
  }
  return found;
}

function cleanOccurrence(originalStart: string, own: Record<string, unknown>): CheckedValues {
  const name = occurrenceName(originalStart);
  const { '': state, ...fields } = own;
  if (name === anyOccurrence) {
    return state === null && Object.keys(fields).length === 0
      ? { kind: 'valid', values: { [name]: null } }
      : invalid(name, 'has no value but null');
  }
  if (parseLocal(originalStart) === null) return invalid(name, 'no such time');
  if (state !== undefined && !stateSchema.safeParse(state).success) {
    return invalid(name, 'neither changed nor deleted');
  }
  const checked = checkValues(occurrenceValuesSchema, occurrenceSpecs, fields);
  if (checked.kind === 'invalid') {
    const problems = checked.problems.map(({ field, message }) => ({ field: `${name}/${field}`, message }));
    return { kind: 'invalid', problems };
  }
  const values: Record<string, Value> = {};
  if (state !== undefined) values[name] = state as string | null;
  for (const [field, value] of Object.entries(checked.values)) {
    values[occurrenceName(originalStart, field)] = value;
  }
  return { kind: 'valid', values };
}

const defaults: Values = { busyState: 'busy', privacy: 'normal', status: 'confirmed' };

export function settleEvent(written: Values, present: Values): CheckedValues {
  const { [anyOccurrence]: takenBack, ...patch } = written;
  const together = merged(takenBack === undefined ? present : withoutOccurrences(present), patch);
  const { values, problems } = checkPeople({ ...defaults, ...withoutOccurrences(together) });
  if (problems.length > 0) return { kind: 'invalid', problems };

  const times = timesOf(values);
  const wrong = timesProblem(times);
  if (wrong !== null) return invalid(wrong.field, wrong.message);
  const timeZone = textOf(values, 'timeZone');
  if (!isZoneName(timeZone)) return invalid('timeZone', 'not the name of an IANA time zone');
  const named = writtenOccurrences(patch);
  const recurrence = textOf(values, 'recurrence');
  if (recurrence === '') {
    const [first] = named;
    return first === undefined
      ? { kind: 'valid', values }
      : invalid(occurrenceName(first), 'the event does not repeat');
  }
  const series = checkSeries(recurrence, times, timeZone);
  if ('message' in series) return invalid('recurrence', series.message);
  const checked = checkExceptions(exceptionsOf(together), series, named);
  if (checked.problems.length > 0) return { kind: 'invalid', problems: checked.problems };
  if (checked.kept.length > maxExceptions) {
    return invalid(anyOccurrence, `more than ${maxExceptions} occurrences of their own`);
  }
  const { start, end } = series;
  const whole = { ...values, start, end, recurrence: series.recurrence };
  return { kind: 'valid', values: { ...whole, ...exceptionFields(checked.kept) } };
}

/** Offsets from UTC, which some releases of Node take for zones, have no clock changes to keep. */
function isZoneName(name: string): boolean {
  return /^[A-Za-z]/.test(name) && isTimeZone(name);
}

function withoutOccurrences(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isOccurrenceName(name)));
}

/** The original starts of the occurrences that the patch makes exceptions or changes. */
function writtenOccurrences(patch: Values): ReadonlySet<string> {
  return new Set(
    Object.entries(patch).flatMap(([name, value]) =>
      isOccurrenceName(name) && value !== null ? [occurrencePlace(name).originalStart] : [],
    ),
  );
}

/** A private event without a subject tells nobody more than that. */
export function eventTitle(values: Values): string {
  const privacy = textOf(values, 'privacy');
  const isPrivate = privacy === 'private' || privacy === 'confidential';
  return textOf(values, 'subject') || (isPrivate ? 'Busy' : '(no subject)');
}

export function eventSearchText(values: Values): string {
  const { address, name } = parsePerson(textOf(values, 'organizer'));
  return searchLines([eventTitle(values), textOf(values, 'location'), name, address]);
}
