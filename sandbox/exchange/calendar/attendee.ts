import { ItemError } from '../item-error.ts';
import { schemaFault } from '../soap-fault.ts';
import { structureValue } from '../stored-item.ts';
import type { EmbeddedItem, Structure } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import { child, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { ATTENDEE_KEYS, ORGANIZER } from './calendar-values.ts';

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface Attendee extends Person {
  /** A ResponseTypeType. */
  readonly response: string;
  /** When the answer came, as on the wire. */
  readonly repliedAt?: string;
}

interface AttendeesValue extends Structure {
  readonly structure: 'attendees';
  readonly list: readonly Attendee[];
}

interface PersonValue extends Structure, Person {
  readonly structure: 'person';
}

export function attendeesValue(list: readonly Attendee[]): AttendeesValue | undefined {
  return list.length === 0 ? undefined : { structure: 'attendees', list };
}

export function personValue({ name, address }: Person): PersonValue {
  return { structure: 'person', name, address };
}

export function attendeesUnder(item: Pick<EmbeddedItem, 'values'>, key: string): readonly Attendee[] {
  return structureValue<AttendeesValue>(item, key, 'attendees')?.list ?? [];
}

/** Required and optional ones and resources. */
export function allAttendees(item: Pick<EmbeddedItem, 'values'>): readonly Attendee[] {
  return ATTENDEE_KEYS.flatMap((key) => attendeesUnder(item, key));
}

export function organizerOf(item: Pick<EmbeddedItem, 'values'>): Person | undefined {
  return structureValue<PersonValue>(item, ORGANIZER, 'person');
}

export function samePerson(a: Person, b: Person): boolean {
  return a.address.toLowerCase() === b.address.toLowerCase();
}

/** The children of t:RequiredAttendees and its like; what they say of answers is the server's to know. */
export function readAttendees(element: XmlElement): readonly Attendee[] {
  return element.children.map((one) => {
    if (one.name !== 't:Attendee') {
      throw schemaFault(`'${element.name}' has invalid child element '${one.name}'.`, one);
    }
    return { ...readPerson(requiredChild(one, 't:Mailbox')), response: 'Unknown' };
  });
}

/** A t:Mailbox of somebody who can be written to. */
export function readPerson(mailbox: XmlElement): Person {
  const address = childText(mailbox, 't:EmailAddress');
  if (address === undefined && child(mailbox, 't:ItemId') === undefined) {
    throw new ItemError('ErrorInvalidRecipients');
  }
  if (address === '') {
    throw schemaFault("The 't:EmailAddress' element is invalid - its length is less than 1.", mailbox);
  }
  return { name: childText(mailbox, 't:Name') ?? address ?? '', address: address ?? '' };
}

export function personXml({ name, address }: Person): string {
  return (
    `<t:Mailbox>${textElement('Name', name)}${address === '' ? '' : textElement('EmailAddress', address)}` +
    '<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>'
  );
}

export function attendeesXml(element: string, list: readonly Attendee[]): string {
  if (list.length === 0) return '';
  const inner = list.map((one) => {
    const replied = one.repliedAt === undefined ? '' : textElement('LastResponseTime', one.repliedAt);
    return `<t:Attendee>${personXml(one)}${textElement('ResponseType', one.response)}${replied}</t:Attendee>`;
  });
  return `<t:${element}>${inner.join('')}</t:${element}>`;
}
