/** Creating, changing and deleting contacts in bulk, inside the caller's transaction. */
import type { EntityManager } from 'typeorm';
import type { Photo, Values } from '../../sync/model.ts';
import { takeNumbers } from './change-numbers.ts';
import { chunksOf } from './chunks.ts';
import { insertPhotos, loadPhotos, replacePhotos } from './contact-photos.ts';
import { contactQuery, contactsById, loadContacts } from './contact-rows.ts';
import type { Contact } from './contact-rows.ts';
import { checkContactValues, displayNameOf, foldToKey, isPhoto, searchTextOf } from './contact-values.ts';
import type { FieldProblem } from './contact-values.ts';
import { ContactEntity } from './entities.ts';
import type { ContactRow } from './entities.ts';

/** Who writes, when, and what he may reach. */
export interface Author {
  /** A user's id, or `sync`. */
  readonly actor: string;
  /** Only this user's records exist for him; null: all of them. */
  readonly onlyOwnerId: string | null;
  readonly now: number;
  readonly newId: () => string;
}

export interface NewContact {
  readonly ownerId: string;
  readonly values: Values;
  /** Came by import: stays out of the sync until its first change. */
  readonly imported?: boolean;
  readonly stamp?: string;
}

export interface ContactChange {
  readonly id: string;
  readonly revision: number;
  /** Only the fields to write; null clears one. */
  readonly values: Values;
  readonly ownerId?: string;
}

export type ContactWrite =
  | { readonly kind: 'done'; readonly id: string; readonly revision: number }
  | { readonly kind: 'conflict'; readonly revision: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'invalid'; readonly problems: readonly FieldProblem[] };

/** A stamp that a record carries already answers with that record: a repeated create makes no double. */
export async function createContacts(
  manager: EntityManager,
  drafts: readonly NewContact[],
  author: Author,
): Promise<ContactWrite[]> {
  if (drafts.length === 0) return [];
  const first = await takeNumbers(manager, 'contacts', drafts.length);
  const stamps = drafts.flatMap((draft) => (draft.stamp === undefined ? [] : [draft.stamp]));
  const taken = new Map<string, { id: string; revision: number }>(await contactsByStamp(manager, stamps));
  const rows: ContactRow[] = [];
  const photos = new Map<string, Photo>();
  const results = drafts.map((draft, index): ContactWrite => {
    const twin = draft.stamp === undefined ? undefined : taken.get(draft.stamp);
    if (twin) return { kind: 'done', id: twin.id, revision: twin.revision };
    const checked = checkContactValues(draft.values);
    if (checked.kind === 'invalid') return checked;
    const id = author.newId();
    const { photo, ...values } = checked.values;
    rows.push({
      id,
      ownerId: draft.ownerId,
      ...columnsOf(values),
      hasPhoto: isPhoto(photo),
      imported: draft.imported ?? false,
      revision: 1,
      sequence: first + index,
      createdAt: author.now,
      modifiedAt: author.now,
      createdBy: author.actor,
      modifiedBy: author.actor,
      syncStamp: draft.stamp ?? null,
      deletedAt: null,
    });
    if (isPhoto(photo)) photos.set(id, photo);
    if (draft.stamp !== undefined) taken.set(draft.stamp, { id, revision: 1 });
    return { kind: 'done', id, revision: 1 };
  });
  for (const chunk of chunksOf(rows, (row) => row.fields.length + (row.notes?.length ?? 0))) {
    await manager
      .createQueryBuilder()
      .insert()
      .into(ContactEntity)
      .values(chunk)
      .updateEntity(false)
      .execute();
  }
  await insertPhotos(manager, photos);
  return results;
}

/** A change that changes nothing is done without a new revision. */
export async function changeContacts(
  manager: EntityManager,
  changes: readonly ContactChange[],
  author: Author,
): Promise<ContactWrite[]> {
  if (changes.length === 0) return [];
  const first = await takeNumbers(manager, 'contacts', changes.length);
  const known = await contactsById(manager, [...new Set(changes.map(({ id }) => id))], 'notes');
  const photos = new Map<string, Photo | null>(await loadPhotos(manager, changes.flatMap(photoIdOf)));
  const photosToWrite = new Map<string, Photo | null>();
  const results: ContactWrite[] = [];
  for (const [index, change] of changes.entries()) {
    const contact = known.get(change.id);
    const refusal = refusalOf(contact, change.revision, author);
    const checked = checkContactValues(change.values);
    if (refusal || !contact) {
      results.push(refusal ?? { kind: 'gone' });
    } else if (checked.kind === 'invalid') {
      results.push(checked);
    } else {
      const { photo, ...patch } = checked.values;
      const photoChanges = photo !== undefined && !same(photo, photos.get(contact.id) ?? null);
      const next = {
        ...contact,
        ownerId: change.ownerId ?? contact.ownerId,
        values: merged(contact.values, patch),
      };
      if (photoChanges || next.ownerId !== contact.ownerId || !sameValues(next.values, contact.values)) {
        next.revision = contact.revision + 1;
        if (photoChanges) {
          next.hasPhoto = photo !== null;
          photos.set(contact.id, isPhoto(photo) ? photo : null);
          photosToWrite.set(contact.id, isPhoto(photo) ? photo : null);
        }
        await writeRow(manager, contact, {
          ...columnsOf(next.values),
          ownerId: next.ownerId,
          hasPhoto: next.hasPhoto,
          revision: next.revision,
          sequence: first + index,
          modifiedAt: author.now,
          modifiedBy: author.actor,
        });
        known.set(contact.id, next);
      }
      results.push({ kind: 'done', id: contact.id, revision: next.revision });
    }
  }
  await replacePhotos(manager, photosToWrite);
  return results;
}

/** Leaves a tombstone: the row without content and without its stamp, which a new record may carry. */
export async function removeContacts(
  manager: EntityManager,
  targets: readonly { readonly id: string; readonly revision: number }[],
  author: Author,
): Promise<ContactWrite[]> {
  if (targets.length === 0) return [];
  const first = await takeNumbers(manager, 'contacts', targets.length);
  const known = await contactsById(manager, [...new Set(targets.map(({ id }) => id))], 'light');
  const removed = new Map<string, null>();
  const results: ContactWrite[] = [];
  for (const [index, target] of targets.entries()) {
    const contact = known.get(target.id);
    const refusal = refusalOf(contact, target.revision, author);
    if (refusal || !contact) {
      results.push(refusal ?? { kind: 'gone' });
      continue;
    }
    const revision = contact.revision + 1;
    await writeRow(manager, contact, {
      ...columnsOf({}),
      hasPhoto: false,
      revision,
      sequence: first + index,
      modifiedAt: author.now,
      modifiedBy: author.actor,
      syncStamp: null,
      deletedAt: author.now,
    });
    known.delete(target.id);
    removed.set(contact.id, null);
    results.push({ kind: 'done', id: contact.id, revision });
  }
  await replacePhotos(manager, removed);
  return results;
}

/** Present records by the stamp they carry. */
export async function contactsByStamp(
  manager: EntityManager,
  stamps: readonly string[],
): Promise<Map<string, Contact>> {
  const found = new Map<string, Contact>();
  for (const chunk of chunksOf(stamps)) {
    const query = contactQuery(manager).where('c.syncStamp IN (:...stamps)', { stamps: chunk });
    for (const contact of await loadContacts(query))
      if (contact.stamp !== null) found.set(contact.stamp, contact);
  }
  return found;
}

function refusalOf(contact: Contact | undefined, revision: number, author: Author): ContactWrite | null {
  if (!contact) return { kind: 'gone' };
  if (author.onlyOwnerId !== null && contact.ownerId !== author.onlyOwnerId) return { kind: 'gone' };
  return contact.revision === revision ? null : { kind: 'conflict', revision: contact.revision };
}

function photoIdOf(change: ContactChange): string[] {
  return change.values.photo === undefined ? [] : [change.id];
}

/** The columns that hold values or are derived from them. The photo is not one of them. */
function columnsOf(values: Values) {
  const { notes, ...fields } = values;
  return {
    fields: JSON.stringify(merged({}, fields)),
    nameKey: foldToKey(displayNameOf(values)),
    accountKey: foldToKey(typeof fields.company === 'string' ? fields.company : ''),
    searchText: searchTextOf(values),
    notes: typeof notes === 'string' ? notes : null,
  };
}

/** The filled values after a patch. */
function merged(present: Values, patch: Values): Values {
  return Object.fromEntries(Object.entries({ ...present, ...patch }).filter(([, value]) => value !== null));
}

function sameValues(one: Values, other: Values): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => same(one[name], other[name]));
}

function same(one: Values[string] | undefined, other: Values[string] | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The revision is checked again by the statement itself, for a database whose transactions run side by side. */
async function writeRow(manager: EntityManager, contact: Contact, row: Partial<ContactRow>): Promise<void> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(ContactEntity)
    .set(row)
    .where('id = :id AND revision = :revision', { id: contact.id, revision: contact.revision })
    .updateEntity(false)
    .execute();
  if (affected !== 1)
    throw new Error(`Contact ${contact.id} changed under the transaction that holds the change number.`);
}
