/** Organiser, attendees and replies: `WORD;ADDRESS;NAME` (sync/people.ts), checked. */
import type { Values } from '../../sync/model.ts';
import { attendeeRoles, formatPerson, parsePerson, replies } from '../../sync/people.ts';
import { isList } from './field-values.ts';
import type { FieldProblem } from './field-values.ts';

const words: Readonly<Record<string, readonly string[]>> = {
  organizer: ['organizer'],
  attendees: attendeeRoles,
  replies,
};

/** The values with people in one spelling, and what is wrong with them. */
export function checkPeople(values: Values): { readonly values: Values; readonly problems: FieldProblem[] } {
  const checked: Record<string, Values[string]> = { ...values };
  const problems: FieldProblem[] = [];
  for (const [field, allowed] of Object.entries(words)) {
    const value = values[field];
    if (typeof value === 'string') checked[field] = personOf(value, allowed, field, problems);
    if (!isList(value)) continue;
    const people = value.map((text, index) => personOf(text, allowed, `${field}.${index}`, problems));
    checked[field] = [...new Set(people)];
  }
  return { values: checked, problems };
}

/** Exchange knows addresses without an @: which ones a person may type is the API's business. */
function personOf(text: string, allowed: readonly string[], field: string, problems: FieldProblem[]): string {
  const { role, address, name } = parsePerson(text);
  const person = { role, address: address.trim(), name: name.trim() };
  if (!allowed.includes(role)) problems.push({ field, message: `not one of ${allowed.join(', ')}` });
  else if (person.address === '') problems.push({ field, message: 'without an address' });
  else if (person.address.length > 320) problems.push({ field, message: 'the address is too long' });
  return formatPerson(person);
}
