/** Lists of t:Mailbox: read, resolved against the directory, written. */
import type { ExchangeStore } from './exchange-store.ts';
import type { Mailbox } from './mailbox.ts';
import { invalidValue, owned } from './property-reader.ts';
import type { Assignment, Property, WritableItem } from './property.ts';
import { schemaFault } from './soap-fault.ts';
import { structureValue } from './stored-item.ts';
import type { Structure } from './stored-item.ts';
import { escapeAttribute, textElement } from './xml-text.ts';
import { checkSequence, child, childText } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface Recipient {
  readonly name?: string;
  readonly address?: string;
  readonly routingType?: string;
  readonly mailboxType?: string;
  readonly itemId?: string;
}

export interface Recipients extends Structure {
  readonly structure: 'recipients';
  readonly list: readonly Recipient[];
}

const MAILBOX_TYPES = [
  ...['Unknown', 'OneOff', 'Mailbox', 'PublicDL', 'PrivateDL', 'Contact', 'PublicFolder', 'GroupMailbox'],
];

export function recipients(list: readonly Recipient[]): Recipients {
  return { structure: 'recipients', list };
}

export function recipientsOf(item: Pick<WritableItem, 'values'>, key: string): readonly Recipient[] {
  return structureValue<Recipients>(item, key, 'recipients')?.list ?? [];
}

/** The t:Mailbox of a mailbox of this server. */
export function mailboxRecipient(mailbox: Mailbox): Recipient {
  return { name: mailbox.name, address: mailbox.address, routingType: 'SMTP', mailboxType: 'Mailbox' };
}

export function readRecipients(element: XmlElement): readonly Recipient[] {
  return element.children.map((one) => {
    if (one.name !== 't:Mailbox')
      throw schemaFault(`The element '${element.name}' has invalid child element '${one.name}'.`, one);
    return readMailbox(one);
  });
}

/** One t:Mailbox; an address of no characters is a schema fault. */
export function readMailbox(element: XmlElement): Recipient {
  checkSequence(element, [
    ...['t:Name', 't:EmailAddress', 't:RoutingType', 't:MailboxType', 't:ItemId', 't:OriginalDisplayName'],
  ]);
  const text = (name: string): string | undefined => {
    const value = childText(element, name);
    return value === undefined ? undefined : owned(value);
  };
  const address = text('t:EmailAddress');
  if (address === '') throw invalidValue(element, 'NonEmptyStringType');
  const parts = {
    name: text('t:Name'),
    address,
    routingType: text('t:RoutingType'),
    mailboxType: childText(element, 't:MailboxType', MAILBOX_TYPES),
    itemId: child(element, 't:ItemId')?.attributes['Id'],
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''));
}

/** Fills what the directory knows: names of addresses, and the address of a name that is somebody's. */
export function resolveRecipients(list: readonly Recipient[], store: ExchangeStore): readonly Recipient[] {
  return list.map((one) => {
    const known =
      one.address === undefined
        ? [...store.mailboxes].find((box) => box.name.toLowerCase() === one.name?.toLowerCase())
        : store.findMailbox(one.address);
    if (known !== undefined)
      return { ...mailboxRecipient(known), ...(one.name === undefined ? {} : { name: one.name }) };
    const type = { routingType: one.routingType ?? 'SMTP', mailboxType: one.mailboxType ?? 'OneOff' };
    const name = one.name ?? one.address;
    return { ...one, ...type, ...(name === undefined ? {} : { name }) };
  });
}

export function mailboxElement(recipient: Recipient): string {
  const part = (element: string, value: string | undefined): string =>
    value === undefined ? '' : textElement(element, value);
  const id = recipient.itemId === undefined ? '' : `<t:ItemId Id="${escapeAttribute(recipient.itemId)}"/>`;
  return (
    `<t:Mailbox>${part('Name', recipient.name)}${part('EmailAddress', recipient.address)}` +
    `${part('RoutingType', recipient.routingType)}${part('MailboxType', recipient.mailboxType)}${id}</t:Mailbox>`
  );
}

/** "Zoë; Bob", as item:DisplayTo shows a list. */
export function displayNames(list: readonly Recipient[]): string {
  return list.map((one) => one.name ?? one.address ?? '').join('; ');
}

/** What restrictions compare of a list: names and addresses. */
export function searchRecipients(item: Pick<WritableItem, 'values'>, key: string): readonly string[] {
  return recipientsOf(item, key).flatMap((one) =>
    [one.address, one.name].filter((part) => part !== undefined),
  );
}

/** A property of several recipients, which FindItem never returns. */
export function recipientsProperty(element: string, uri: string, more: Partial<Property> = {}): Property {
  return {
    element,
    uri,
    kind: 'structure',
    getItemOnly: true,
    read: (given): readonly Assignment[] => {
      const list = readRecipients(given);
      return [[uri, list.length === 0 ? undefined : recipients(list)]];
    },
    append: (item, given) => [[uri, recipients([...recipientsOf(item, uri), ...readRecipients(given)])]],
    write: (item) => {
      const list = recipientsOf(item, uri);
      return list.length === 0 ? '' : `<t:${element}>${list.map(mailboxElement).join('')}</t:${element}>`;
    },
    search: (item) => searchRecipients(item, uri),
    ...more,
  };
}

/** A property of exactly one recipient; in lists only its name is shown. */
export function recipientProperty(element: string, uri: string, more: Partial<Property> = {}): Property {
  return {
    element,
    uri,
    kind: 'structure',
    read: (given) => {
      const [one, ...others] = readRecipients(given);
      if (one === undefined || others.length > 0)
        throw schemaFault(`The element '${given.name}' takes one t:Mailbox.`, given);
      return [[uri, recipients([one])]];
    },
    write: (item, _mailbox, options) => {
      const [one] = recipientsOf(item, uri);
      if (one === undefined) return '';
      const shown = options.inList && one.name !== undefined ? { name: one.name } : one;
      return `<t:${element}>${mailboxElement(shown)}</t:${element}>`;
    },
    search: (item) => searchRecipients(item, uri),
    ...more,
  };
}
