import { contactFields } from '../../sync/contact-fields.ts';
import { textOf } from '../../sync/values.ts';
import { contactPhotos } from './contact-photos.ts';
import { checkContactValues, displayNameOf, searchTextOf } from './contact-values.ts';
import { ContactEntity } from './entities.ts';
import { fold, foldToKey } from './field-values.ts';
import { merged, notesApart } from './record-kind.ts';
import type { RecordKind } from './record-kind.ts';
import { escapeLike } from './record-list.ts';
import type { RecordStore } from './record-store.ts';

export interface ContactFilters {
  /** Any of the three e-mail addresses, whole. */
  readonly email?: string;
  /** The company, whole. */
  readonly accountName?: string;
}

export type ContactStore = RecordStore<ContactFilters>;

export const contactKind: RecordKind<ContactFilters> = {
  module: 'contacts',
  noun: 'contact',
  entity: ContactEntity,
  fields: contactFields,
  keyFields: ['givenName', 'middleName', 'surname', 'company', 'email1', 'email2', 'email3'],
  photos: contactPhotos,
  orders: {},
  clean: checkContactValues,
  settle: (written, present) => ({ kind: 'valid', values: merged(present, written) }),
  displayNameOf,
  searchTextOf,
  columnsOf: (values) => ({ accountKey: foldToKey(textOf(values, 'company')) }),
  ...notesApart,
  filter(rows, { email, accountName }) {
    if (accountName !== undefined) {
      rows.andWhere('c.accountKey = :accountKey', { accountKey: foldToKey(accountName) });
    }
    if (email !== undefined) {
      rows.andWhere("c.searchText LIKE :email ESCAPE '!'", { email: `%\n${escapeLike(fold(email))}\n%` });
    }
  },
};
