/** Rows of crm_contacts as plain records, read past TypeORM's hydration, which costs ten times the query. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { contactFields } from '../../sync/contact-fields.ts';
import type { Values } from '../../sync/model.ts';
import { chunksOf } from './chunks.ts';
import { loadPhotos } from './contact-photos.ts';
import { displayNameOf } from './contact-values.ts';
import { ContactEntity } from './entities.ts';
import type { ContactRow } from './entities.ts';

/** One record. Times are milliseconds since the epoch. */
export interface Contact {
  readonly id: string;
  readonly ownerId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly displayName: string;
  /** What `name` sorts by. */
  readonly nameKey: string;
  /** Filled fields only; notes and photo only where they were asked for. Empty on a tombstone. */
  readonly values: Values;
  readonly hasPhoto: boolean;
  /** Came by import. */
  readonly imported: boolean;
  readonly stamp: string | null;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly createdBy: string;
  readonly modifiedBy: string;
  readonly deletedAt: number | null;
}

/** The columns every reader needs; notes only where asked for. */
const lightColumns = [
  'id',
  'ownerId',
  'fields',
  'nameKey',
  'hasPhoto',
  'imported',
  'revision',
  'sequence',
  'createdAt',
  'modifiedAt',
  'createdBy',
  'modifiedBy',
  'syncStamp',
  'deletedAt',
] as const satisfies readonly (keyof ContactRow)[];

type RawContact = Pick<ContactRow, (typeof lightColumns)[number]> & { notes?: string | null };

/** A query over contacts as alias `c`; run it with `loadContacts`. */
export function contactQuery(manager: EntityManager): SelectQueryBuilder<ContactRow> {
  const query = manager.createQueryBuilder(ContactEntity, 'c').select([]);
  for (const column of lightColumns) query.addSelect(`c.${column}`, column);
  return query;
}

export async function loadContacts(query: SelectQueryBuilder<ContactRow>): Promise<Contact[]> {
  return (await query.getRawMany<RawContact>()).map(toContact);
}

/** Present records by id; tombstones and unknown ids are not in the map. */
export async function contactsById(
  manager: EntityManager,
  ids: readonly string[],
  content: 'light' | 'notes' | 'notesAndPhoto',
): Promise<Map<string, Contact>> {
  const found = new Map<string, Contact>();
  for (const chunk of chunksOf(ids)) {
    const query = contactQuery(manager).where('c.id IN (:...ids) AND c.deletedAt IS NULL', { ids: chunk });
    if (content !== 'light') query.addSelect('c.notes', 'notes');
    for (const contact of await loadContacts(query)) found.set(contact.id, contact);
  }
  if (content === 'notesAndPhoto') await addPhotos(manager, found);
  return found;
}

/** Completes those of the contacts that have a picture. */
async function addPhotos(manager: EntityManager, contacts: Map<string, Contact>): Promise<void> {
  const withPhoto = [...contacts.values()].filter((contact) => contact.hasPhoto).map((contact) => contact.id);
  for (const [id, photo] of await loadPhotos(manager, withPhoto)) {
    const contact = contacts.get(id);
    if (contact) contacts.set(id, { ...contact, values: { ...contact.values, photo } });
  }
}

function toContact(raw: RawContact): Contact {
  const fields = JSON.parse(raw.fields) as Values;
  return {
    id: raw.id,
    ownerId: raw.ownerId,
    revision: Number(raw.revision),
    sequence: Number(raw.sequence),
    displayName: displayNameOf(fields),
    nameKey: raw.nameKey,
    values: raw.notes ? { ...fields, notes: raw.notes } : fields,
    hasPhoto: Boolean(raw.hasPhoto),
    imported: Boolean(raw.imported),
    stamp: raw.syncStamp,
    createdAt: Number(raw.createdAt),
    modifiedAt: Number(raw.modifiedAt),
    createdBy: raw.createdBy,
    modifiedBy: raw.modifiedBy,
    deletedAt: raw.deletedAt === null ? null : Number(raw.deletedAt),
  };
}

/** A record's values with every field of a contact, null where it is empty: as one that was read in full. */
export function completeValues(contact: Contact): Values {
  const values: Record<string, Values[string]> = {};
  for (const { name } of contactFields) values[name] = contact.values[name] ?? null;
  return values;
}
