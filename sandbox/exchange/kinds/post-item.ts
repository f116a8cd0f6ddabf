import type { KindDefinition } from '../item-kind.ts';
import type { Property } from '../property.ts';
import { textValue } from '../stored-item.ts';
import { dateTime, textElement } from '../xml-text.ts';
import { FLAG, MESSAGE_FLAGS } from './item-properties.ts';
import { MESSAGE, MESSAGE_ITEM, settleMessage } from './message.ts';

function ofMessage(element: string): Property {
  const property = MESSAGE.find((one) => one.element === element);
  if (property === undefined) throw new Error(`Messages have no ${element}.`);
  return property;
}

/** A message for a folder rather than for somebody. https://learn.microsoft.com/exchange/client-developer/web-service-reference/postitem */
export const POST_ITEM_KIND: KindDefinition = {
  name: 'PostItem',
  itemClass: 'IPM.Post',
  homeFolder: 'inbox',
  properties: [
    ...MESSAGE_ITEM,
    ...['ConversationIndex', 'ConversationTopic', 'From', 'InternetMessageId', 'IsRead'].map(ofMessage),
    {
      element: 'PostedTime',
      uri: 'postitem:PostedTime',
      kind: 'computed',
      inDefault: true,
      write: (item) =>
        textElement('PostedTime', textValue(item, 'item:DateTimeSent') ?? dateTime(item.createdAt)),
    },
    ofMessage('References'),
    ofMessage('Sender'),
  ],
  settle: (given, item, context) =>
    settleMessage(item === undefined ? [[MESSAGE_FLAGS, String(FLAG.read)], ...given] : given, item, context),
};
