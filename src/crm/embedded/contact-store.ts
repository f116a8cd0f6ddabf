import type { Clock } from '../../sync/ports.ts';
import type { Database } from './database.ts';
import { listContacts } from './contact-list.ts';
import type { ContactPage, ContactQuery } from './contact-list.ts';
import { contactsById } from './contact-rows.ts';
import type { Contact } from './contact-rows.ts';
import { changeContacts, createContacts, removeContacts } from './contact-writes.ts';
import type { Author, ContactChange, ContactWrite, NewContact } from './contact-writes.ts';

/** On whose behalf a call is made. */
export interface Access {
  /** Recorded as the author: a user's id, or `sync`. */
  readonly actor: string;
  /** Other users' records do not exist for this caller; null: he sees all. */
  readonly onlyOwnerId: string | null;
}

/** Contacts for pages and the API. Writes answer one result per item in order, in one transaction a call. */
export interface ContactStore {
  list(query: ContactQuery): Promise<ContactPage>;
  /** In full, in the order asked; null for what is not there, is deleted or is not his. */
  read(ids: readonly string[], access: Access): Promise<(Contact | null)[]>;
  /** Owners are taken as given: whoever calls has checked that they exist. */
  create(drafts: readonly NewContact[], access: Access): Promise<ContactWrite[]>;
  update(changes: readonly ContactChange[], access: Access): Promise<ContactWrite[]>;
  remove(
    targets: readonly { readonly id: string; readonly revision: number }[],
    access: Access,
  ): Promise<ContactWrite[]>;
}

export interface EmbeddedCrmSources {
  readonly clock: Clock;
  /** A new unique id of at most 36 characters. */
  readonly newId: () => string;
}

export function createContactStore(database: Database, sources: EmbeddedCrmSources): ContactStore {
  const author = (access: Access): Author => ({ ...access, now: sources.clock(), newId: sources.newId });
  return {
    list: (query) => database.read((manager) => listContacts(manager, query)),
    async read(ids, { onlyOwnerId }) {
      const found = await database.read((manager) => contactsById(manager, ids, 'notesAndPhoto'));
      return ids.map((id) => {
        const contact = found.get(id);
        return contact && (onlyOwnerId === null || contact.ownerId === onlyOwnerId) ? contact : null;
      });
    },
    create: (drafts, access) =>
      database.transaction((manager) => createContacts(manager, drafts, author(access))),
    update: (changes, access) =>
      database.transaction((manager) => changeContacts(manager, changes, author(access))),
    remove: (targets, access) =>
      database.transaction((manager) => removeContacts(manager, targets, author(access))),
  };
}
