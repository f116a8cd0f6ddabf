/** The properties of t:MessageType that meeting messages have, in its order. */
import { recipientProperty, recipientsProperty } from '../recipients.ts';
import type { Property, PropertyKind } from '../property.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';

function message(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `message:${element}`, kind, ...more };
}

export const MESSAGE_HEAD: readonly Property[] = [
  recipientProperty('Sender', 'message:Sender'),
  recipientsProperty('ToRecipients', 'message:ToRecipients', { inDefault: true }),
  recipientsProperty('CcRecipients', 'message:CcRecipients', { inDefault: true }),
  message('IsReadReceiptRequested', 'boolean', { inDefault: true, fallback: 'false' }),
  message('ConversationTopic', 'computed', {
    write: (item) => textElement('ConversationTopic', textValue(item, 'item:Subject') ?? ''),
  }),
  recipientProperty('From', 'message:From', { inDefault: true }),
  message('IsRead', 'boolean', { inDefault: true, fallback: 'false' }),
  message('IsResponseRequested', 'computed', {
    write: (item) =>
      item.kind === 'MeetingRequest'
        ? textElement('IsResponseRequested', textValue(item, 'calendar:IsResponseRequested') ?? 'true')
        : '',
  }),
];
