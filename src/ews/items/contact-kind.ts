import { contactKeyFields, contactPlaces } from './contact-place.ts';
import { unwritableField, writeContact, writeContactChanges } from './contact-writer.ts';
import { completeValues, noAttributes } from './item-kind.ts';
import type { ItemKind } from './item-kind.ts';
import { fieldPath } from './property-path.ts';

const fields = contactPlaces.map(({ field }) => field);
const keyPlaces = contactPlaces.filter(({ field }) => contactKeyFields.has(field));

/** Contacts. The photo is an attachment and read and written apart. */
export const contactKind: ItemKind = {
  module: 'contacts',
  folder: 'contacts',
  folderClass: 'IPF.Contact',
  element: 'Contact',
  properties: (schema) => [
    ...contactPlaces.map(({ path }) => path),
    ...(schema.lacks.has('contactPhoto')
      ? []
      : [fieldPath('item:Attachments'), fieldPath('contacts:HasPicture')]),
  ],
  keyProperties: () => keyPlaces.map(({ path }) => path),
  values: (read) => completeValues(read, fields),
  keyValues: (read) => completeValues(read, contactKeyFields),
  write: writeContact,
  writeChanges: writeContactChanges,
  unwritableField,
  attributes: () => noAttributes,
};
