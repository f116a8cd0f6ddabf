/** Organiser, attendees and replies as objects. */
import { z } from 'zod';
import { isList } from '../../crm/embedded/field-values.ts';
import type { Value } from '../../sync/model.ts';
import { attendeeRoles, formatPerson, parsePerson, replies } from '../../sync/people.ts';

const shownAddress = z.string().min(1).max(320);
/** What a person may write: it goes to the server, which sends mail there. */
const writtenAddress = shownAddress.regex(/^[^\s@;]+@[^\s@;]+$/, 'not an e-mail address');
const name = z.string().max(255);

/** The schemas of the three fields, with addresses of any form where they are shown. */
export function peopleSchemas(isWritten: boolean) {
  const address = isWritten ? writtenAddress : shownAddress;
  const shape = { address, name: isWritten ? name.optional() : z.string() };
  const people = (role: z.ZodType) =>
    z
      .array(z.strictObject({ role, ...shape }))
      .max(2000)
      .nullable()
      .optional();
  return {
    organizer: z.strictObject(shape).nullable().optional(),
    attendees: people(z.enum(attendeeRoles)),
    replies: people(z.enum(replies)).describe('What attendees answered; `role` is the answer.'),
  };
}

interface PersonBody {
  readonly role?: string | undefined;
  readonly address: string;
  readonly name?: string | undefined;
}

/** A field as the store keeps it; the schemas have seen it. */
export function toPeople(body: unknown): Value {
  if (body === null) return null;
  return Array.isArray(body) ? (body as PersonBody[]).map(textOf) : textOf(body as PersonBody);
}

function textOf({ role = 'organizer', address, name: called = '' }: PersonBody): string {
  return formatPerson({ role, address, name: called });
}

export function toPeopleBody(field: string, value: Value): unknown {
  if (isList(value)) return value.map(parsePerson);
  if (typeof value !== 'string') return null;
  const { address, name: called } = parsePerson(value);
  return field === 'organizer' ? { address, name: called } : parsePerson(value);
}
