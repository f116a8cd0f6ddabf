import type { Mailbox } from './mailbox.ts';
import { ADDRESS_KEYS, ADDRESS_PARTS } from './kinds/contact-entries.ts';
import { entryKey } from './property.ts';
import type { WritableItem } from './property.ts';
import type { PropertyPath } from './property-path.ts';
import type { ItemShape, ShapedProperty } from './response-shape.ts';
import { listValue } from './stored-item.ts';
import type { PropertyValue } from './stored-item.ts';
import { escapeText, textElement } from './xml-text.ts';

/** Writes an item, its properties in schema order. */
export class ItemWriter {
  readonly #shape: ItemShape;
  readonly #mailbox: Mailbox;

  constructor(shape: ItemShape, mailbox: Mailbox) {
    this.#shape = shape;
    this.#mailbox = mailbox;
  }

  write(item: WritableItem): string {
    let xml = '';
    let extendedDone = false;
    for (const shaped of this.#shape.properties(item.kind)) {
      if (!extendedDone && shaped.afterExtended) {
        xml += this.#extended(item);
        extendedDone = true;
      }
      xml += this.#property(item, shaped);
    }
    if (!extendedDone) xml += this.#extended(item);
    return `<t:${item.kind}>${xml}</t:${item.kind}>`;
  }

  #extended(item: WritableItem): string {
    let xml = '';
    for (const path of this.#shape.extended) {
      const value = item.values.get(path.key);
      if (value !== undefined) xml += extendedElement(path, value);
    }
    return xml;
  }

  #property(item: WritableItem, shaped: ShapedProperty): string {
    const { property } = shaped;
    switch (property.kind) {
      case 'computed':
      case 'structure':
        return property.write?.(item, this.#mailbox, this.#shape, shaped.only) ?? '';
      case 'list': {
        const value = listValue(item, property.uri);
        if (value === undefined) return '';
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
      default: {
        const value = item.values.get(property.uri);
        if (typeof value === 'string') return textElement(property.element, value);
        return property.fallback === undefined ? '' : textElement(property.element, property.fallback);
      }
    }
  }
}

function extendedElement(path: PropertyPath, value: PropertyValue): string {
  if (typeof value !== 'string' && 'structure' in value) return '';
  const inner =
    typeof value === 'string'
      ? `<t:Value>${escapeText(value)}</t:Value>`
      : `<t:Values>${value.map((one) => `<t:Value>${escapeText(one)}</t:Value>`).join('')}</t:Values>`;
  return `<t:ExtendedProperty>${path.xml}${inner}</t:ExtendedProperty>`;
}

function addresses(item: WritableItem, only: ReadonlySet<string> | undefined): string {
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
