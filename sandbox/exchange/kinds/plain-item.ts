import type { KindDefinition } from '../item-kind.ts';
import { messageFromMime } from '../mime/message-from-mime.ts';
import { ITEM } from './item-properties.ts';

/** t:Item of a request: servers since 2007 SP1 return it as a message (MS-OXWSATT R318014). */
export const PLAIN_ITEM_KIND: KindDefinition = {
  name: 'Item',
  itemClass: 'IPM.Note',
  homeFolder: 'drafts',
  storedAs: 'Message',
  fromMime: messageFromMime,
  properties: ITEM,
};
