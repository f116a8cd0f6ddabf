/** Reminders of tasks, which are moments (Microsoft: ReminderDueBy, ReminderIsSet). */
import { textElement } from '../soap-writer.ts';
import { setField } from './item-parts.ts';
import { fieldPath } from './property-path.ts';

/** `YYYY-MM-DDTHH:MM:SSZ` of an xs:dateTime with an offset; null for anything else. */
export function parseInstant(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const duePath = fieldPath('item:ReminderDueBy');
const isSetPath = fieldPath('item:ReminderIsSet');
export const reminderPaths = [duePath, isSetPath] as const;

export function reminderElements(instant: string): string {
  return textElement('t:ReminderDueBy', instant) + textElement('t:ReminderIsSet', 'true');
}

/** Changes for UpdateItem; an empty instant takes the reminder away and leaves its moment, as Outlook does. */
export function reminderChanges(instant: string, element: string): string {
  if (instant === '') return setField(isSetPath, element, textElement('t:ReminderIsSet', 'false'));
  return (
    setField(duePath, element, textElement('t:ReminderDueBy', instant)) +
    setField(isSetPath, element, textElement('t:ReminderIsSet', 'true'))
  );
}
