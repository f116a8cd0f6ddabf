import { bodyElement, COMPUTED } from './computed-property.ts';
import type { Mailbox } from './mailbox.ts';
import { ADDRESS_KEYS, ADDRESS_PARTS, entryKey } from './property-table.ts';
import type { PropertyPath } from './property-path.ts';
import type { ItemShape, ShapedProperty } from './response-shape.ts';
import type { ListMember, PropertyValue, StoredItem } from './stored-item.ts';
import { escapeText, textElement } from './xml-text.ts';

/** Writes an item, its properties in schema order. */
export class ItemWriter {
  readonly #shape: ItemShape;
  readonly #mailbox: Mailbox;

  constructor(shape: ItemShape, mailbox: Mailbox) {
    this.#shape = shape;
    this.#mailbox = mailbox;
  }

  write(item: StoredItem): string {
    let xml = '';
    let extendedDone = false;
    for (const shaped of this.#shape.properties[item.kind]) {
      if (!extendedDone && shaped.afterExtended) {
        xml += this.#extended(item);
        extendedDone = true;
      }
      xml += this.#property(item, shaped);
    }
    if (!extendedDone) xml += this.#extended(item);
    return `<t:${item.kind}>${xml}</t:${item.kind}>`;
  }

  #extended(item: StoredItem): string {
    let xml = '';
    for (const path of this.#shape.extended) {
      const value = item.values.get(path.key);
      if (value !== undefined) xml += extendedElement(path, value);
    }
    return xml;
  }

  #property(item: StoredItem, shaped: ShapedProperty): string {
    const { property } = shaped;
    switch (property.kind) {
      case 'computed':
        return COMPUTED[property.uri]?.(item, this.#mailbox) ?? '';
      case 'body':
        return bodyElement(item, this.#shape.bodyType);
      case 'list': {
        const value = item.values.get(property.uri);
        if (value === undefined || typeof value === 'string') return '';
        return `<t:${property.element}>${value.map((one) => textElement('String', one)).join('')}</t:${property.element}>`;
      }
      case 'entries': {
        let inner = '';
        for (const key of property.keys ?? []) {
          const at = entryKey(property.entryUri ?? '', key);
          const value = item.values.get(at);
          if (typeof value !== 'string' || shaped.only?.has(at) === false) continue;
          inner += `<t:Entry Key="${key}">${escapeText(value)}</t:Entry>`;
        }
        return inner === '' ? '' : `<t:${property.element}>${inner}</t:${property.element}>`;
      }
      case 'addresses':
        return addresses(item, shaped.only);
      case 'members':
        return item.members.length === 0
          ? ''
          : `<t:Members>${item.members.map(memberElement).join('')}</t:Members>`;
      default: {
        const value = item.values.get(property.uri);
        if (typeof value === 'string') return textElement(property.element, value);
        const fallback = FALLBACKS[property.uri];
        return fallback === undefined ? '' : textElement(property.element, fallback);
      }
    }
  }
}

/** What an item has without anyone having set it. */
const FALLBACKS: Readonly<Record<string, string>> = {
  'item:Sensitivity': 'Normal',
  'item:Importance': 'Normal',
  'item:ReminderIsSet': 'false',
  'item:ReminderMinutesBeforeStart': '0',
  'item:Culture': 'en-US',
  'contacts:FileAsMapping': 'None',
  'contacts:PostalAddressIndex': 'None',
};

function extendedElement(path: PropertyPath, value: PropertyValue): string {
  const inner =
    typeof value === 'string'
      ? `<t:Value>${escapeText(value)}</t:Value>`
      : `<t:Values>${value.map((one) => `<t:Value>${escapeText(one)}</t:Value>`).join('')}</t:Values>`;
  return `<t:ExtendedProperty>${path.xml}${inner}</t:ExtendedProperty>`;
}

function addresses(item: StoredItem, only: ReadonlySet<string> | undefined): string {
  let entries = '';
  for (const key of ADDRESS_KEYS) {
    let parts = '';
    for (const part of ADDRESS_PARTS) {
      const at = entryKey(`contacts:PhysicalAddress:${part}`, key);
      const value = item.values.get(at);
      if (typeof value === 'string' && only?.has(at) !== false) parts += textElement(part, value);
    }
    if (parts !== '') entries += `<t:Entry Key="${key}">${parts}</t:Entry>`;
  }
  return entries === '' ? '' : `<t:PhysicalAddresses>${entries}</t:PhysicalAddresses>`;
}

function memberElement(member: ListMember): string {
  const part = (element: string, value: string | undefined): string =>
    value === undefined || value === '' ? '' : textElement(element, value);
  const id = member.itemId === undefined ? '' : `<t:ItemId Id="${escapeText(member.itemId)}"/>`;
  return (
    `<t:Member><t:Mailbox>${part('Name', member.name)}${part('EmailAddress', member.address)}` +
    `${part('RoutingType', member.routingType ?? 'SMTP')}${part('MailboxType', member.mailboxType)}${id}</t:Mailbox>` +
    '<t:Status>Normal</t:Status></t:Member>'
  );
}
