import type { StoredFolder } from './stored-folder.ts';
import type { StoredItem } from './stored-item.ts';

/** Something that happened in a mailbox, as subscriptions report it. */
export type MailboxEvent =
  | { readonly type: 'created' | 'deleted' | 'modified' | 'newMail'; readonly item: StoredItem }
  | { readonly type: 'moved' | 'copied'; readonly item: StoredItem; readonly from: StoredItem }
  | { readonly type: 'created' | 'deleted' | 'modified'; readonly folder: StoredFolder }
  | { readonly type: 'moved'; readonly folder: StoredFolder; readonly oldParent: StoredFolder };

export type MailboxListener = (event: MailboxEvent) => void;
