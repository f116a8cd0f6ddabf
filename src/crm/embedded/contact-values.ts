/** What a contact of the embedded CRM may hold, and what is derived of it for people and for search. */
import { contactFields } from '../../sync/contact-fields.ts';
import type { Photo, Values } from '../../sync/model.ts';
import { textOf } from '../../sync/values.ts';
import { checkValues, isList, searchLines, valuesSchema } from './field-values.ts';
import type { CheckedValues } from './field-values.ts';

export type { FieldProblem } from './field-values.ts';

export const contactValuesSchema = valuesSchema(contactFields);

export function checkContactValues(input: unknown): CheckedValues {
  return checkValues(contactValuesSchema, contactFields, input);
}

export function isPhoto(value: Values[string] | undefined): value is Photo {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** The name people see: the person's, else the nickname, the company or the first address; '' if there is none. */
export function displayNameOf(values: Values): string {
  const person = ['givenName', 'middleName', 'surname'].map((name) => textOf(values, name)).filter(Boolean);
  return (
    person.join(' ') ||
    ['nickname', 'company', 'email1'].map((name) => textOf(values, name)).find(Boolean) ||
    ''
  );
}

export function searchTextOf(values: Values): string {
  const names = ['company', 'email1', 'email2', 'email3'].map((name) => textOf(values, name));
  return searchLines([displayNameOf(values), ...names]);
}
