/** The fields of each module, and those that single occurrences of a series add. */
import { contactFields } from './contact-fields.ts';
import { eventFields } from './event-fields.ts';
import type { FieldSpec } from './field-spec.ts';
import type { Module, SealedValues, Values } from './model.ts';
import { isOccurrenceName, occurrenceSpec } from './occurrences.ts';
import { taskFields } from './task-fields.ts';

export const fieldsOf: Readonly<Record<Module, readonly FieldSpec[]>> = {
  contacts: contactFields,
  tasks: taskFields,
  events: eventFields,
};

/** The module's fields, and after them those of the occurrences that any of `values` speaks of, in order of name. */
export function fieldsIn(
  module: Module,
  ...values: readonly (Values | SealedValues | null | undefined)[]
): readonly FieldSpec[] {
  const fields = fieldsOf[module];
  if (module !== 'events') return fields;
  return withOccurrences(fields, ...values);
}

/** `fields`, and after them those of the occurrences that any of `values` speaks of. */
export function withOccurrences(
  fields: readonly FieldSpec[],
  ...values: readonly (Values | SealedValues | null | undefined)[]
): readonly FieldSpec[] {
  const names = new Set<string>();
  for (const one of values) {
    for (const name in one) if (isOccurrenceName(name)) names.add(name);
  }
  if (names.size === 0) return fields;
  return [...fields, ...[...names].sort().map(occurrenceSpec)];
}
