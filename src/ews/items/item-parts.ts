/** Pieces of the XML that items of every kind are written with (Microsoft: SetItemField, DeleteItemField). */
import type { Value } from '../../sync/model.ts';
import { cleanText, textElement } from '../soap-writer.ts';
import type { PropertyPath } from './property-path.ts';

/** `element`: Contact, Task, CalendarItem. `xml`: the property inside it. */
export function setField(path: PropertyPath, element: string, xml: string): string {
  return `<t:SetItemField>${path}<t:${element}>${xml}</t:${element}></t:SetItemField>`;
}

export function deleteField(path: PropertyPath): string {
  return `<t:DeleteItemField>${path}</t:DeleteItemField>`;
}

export function bodyElement(text: string): string {
  return textElement('t:Body', withCrLf(text), ' BodyType="Text"');
}

export function categoriesElement(tags: readonly string[]): string {
  return `<t:Categories>${tags.map((tag) => textElement('t:String', tag)).join('')}</t:Categories>`;
}

export function extendedProperty(path: PropertyPath, value: string): string {
  return `<t:ExtendedProperty>${path}${textElement('t:Value', value)}</t:ExtendedProperty>`;
}

/** A value as text that XML can carry; empty for what is no text. */
export function plainText(value: Value | undefined): string {
  return typeof value === 'string' ? cleanText(value) : '';
}

export function tagsOf(value: Value | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly string[]).map(cleanText).filter((tag) => tag !== '');
}

/** Outlook shows a lone line feed as one long line. */
export function withCrLf(text: string): string {
  return text.includes('\n') ? text.replace(/\r?\n/g, '\r\n') : text;
}
