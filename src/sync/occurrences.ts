/**
 * What single occurrences of a series differ in, as fields of the series: `@START` says that the occurrence that was to
 * begin at START (wall time in the series' zone) is `changed` or `deleted`, `@START/FIELD` what it has of its own. So the
 * merge, history and undo treat each like an item of its own. An occurrence that is not named is as the rule says.
 */
import { eventFields } from './event-fields.ts';
import type { FieldSpec } from './field-spec.ts';
import type { SealedValues, Value, Values } from './model.ts';

/** What an occurrence is, where it is not as the series says. */
export type OccurrenceState = 'changed' | 'deleted';

export interface OccurrenceException {
  /** When it was to begin: wall time, or a day, in the series' zone. */
  readonly originalStart: string;
  readonly state: OccurrenceState;
  /** Fields of its own, by field name; empty where it was deleted. */
  readonly values: Values;
}

/** Stands in `Capabilities.separate` for all fields of occurrences. */
export const anyOccurrence = '@';

export function isOccurrenceName(name: string): boolean {
  return name.startsWith('@');
}

/** The start an occurrence's field belongs to, and the field; null for the state of the occurrence itself. */
export function occurrencePlace(name: string): {
  readonly originalStart: string;
  readonly field: string | null;
} {
  const slash = name.indexOf('/');
  return slash === -1
    ? { originalStart: name.slice(1), field: null }
    : { originalStart: name.slice(1, slash), field: name.slice(slash + 1) };
}

export function occurrenceName(originalStart: string, field?: string): string {
  return field === undefined ? `@${originalStart}` : `@${originalStart}/${field}`;
}

const specs = new Map(eventFields.map((spec) => [spec.name, spec]));

/** Throws for a name that is not one of an occurrence's. */
export function occurrenceSpec(name: string): FieldSpec {
  const { originalStart, field } = occurrencePlace(name);
  if (field === null) return { name, kind: 'choice', label: originalStart };
  const spec = specs.get(field);
  if (spec === undefined) throw new Error(`an occurrence has no field ${field}`);
  const label = `${originalStart}: ${spec.label}`;
  const { kind, group } = spec;
  return group === undefined
    ? { name, kind, label }
    : { name, kind, label, group: `@${originalStart}/${group}` };
}

/** The exceptions that these values hold, in order of their original start. */
export function exceptionsOf(values: Values): OccurrenceException[] {
  const found = new Map<string, { state: OccurrenceState | null; values: Record<string, Value> }>();
  for (const name of Object.keys(values).filter(isOccurrenceName)) {
    const { originalStart, field } = occurrencePlace(name);
    const entry = found.get(originalStart) ?? { state: null, values: {} };
    found.set(originalStart, entry);
    const value = values[name] ?? null;
    if (field === null) entry.state = value === 'changed' || value === 'deleted' ? value : null;
    else if (value !== null) entry.values[field] = value;
  }
  return [...found]
    .flatMap(([originalStart, { state, values: own }]): OccurrenceException[] =>
      state === null ? [] : [{ originalStart, state, values: state === 'deleted' ? {} : own }],
    )
    .sort((one, other) => (one.originalStart < other.originalStart ? -1 : 1));
}

/** The same as fields of the series. */
export function exceptionFields(exceptions: readonly OccurrenceException[]): Values {
  const values: Record<string, Value> = {};
  for (const { originalStart, state, values: own } of exceptions) {
    values[occurrenceName(originalStart)] = state;
    if (state === 'deleted') continue;
    for (const [field, value] of Object.entries(own)) {
      if (value !== null) values[occurrenceName(originalStart, field)] = value;
    }
  }
  return values;
}

/** Only the fields of occurrences. */
export function occurrenceValues(values: SealedValues): SealedValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isOccurrenceName(name)));
}
