/** Searching contacts page by page for pages and the API; the sync reads by change number instead. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { contactQuery, contactsById, loadContacts } from './contact-rows.ts';
import type { Contact } from './contact-rows.ts';
import { fold, foldToKey } from './contact-values.ts';
import { ContactEntity } from './entities.ts';
import type { ContactRow } from './entities.ts';

export type ContactOrder = 'modified' | '-modified' | 'name' | '-name';

export interface ContactQuery {
  /** A part of the name, the company or an e-mail address. */
  readonly text?: string;
  /** Only this user's; absent: everybody's. */
  readonly ownerId?: string;
  /** Any of the three e-mail addresses, whole. */
  readonly email?: string;
  /** The company, whole. */
  readonly accountName?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly modifiedSince?: number;
  readonly includeDeleted?: boolean;
  readonly order: ContactOrder;
  readonly limit: number;
  /** Where the last page ended. */
  readonly after?: ContactPosition;
}

/** A place in an order: the change number, or the folded name, and the record's id. */
export type ContactPosition = readonly [key: number | string, id: string];

export interface ContactPage {
  /** With notes, without photos. */
  readonly contacts: readonly Contact[];
  /** Null after the last page. */
  readonly next: ContactPosition | null;
}

/** A page ends early when its notes together outgrow this many bytes, but never empty. */
const notesPerPage = 4_000_000;

export async function listContacts(manager: EntityManager, query: ContactQuery): Promise<ContactPage> {
  const byName = query.order.endsWith('name');
  const column = byName ? 'c.nameKey' : 'c.sequence';
  const [direction, beyond] = query.order.startsWith('-')
    ? (['DESC', '<'] as const)
    : (['ASC', '>'] as const);
  const rows = filtered(contactQuery(manager), query)
    .orderBy(column, direction)
    .addOrderBy('c.id', direction)
    .limit(query.limit + 1);
  if (query.after) {
    const [key, id] = query.after;
    rows.andWhere(`(${column} ${beyond} :key OR (${column} = :key AND c.id ${beyond} :id))`, { key, id });
  }
  const found = await loadContacts(rows);
  const contacts = await withNotes(manager, found.slice(0, query.limit));
  const last = contacts.at(-1);
  const next: ContactPosition | null =
    last && found.length > contacts.length ? [byName ? last.nameKey : last.sequence, last.id] : null;
  return { contacts, next };
}

function filtered(rows: SelectQueryBuilder<ContactRow>, query: ContactQuery): SelectQueryBuilder<ContactRow> {
  if (!query.includeDeleted) rows.andWhere('c.deletedAt IS NULL');
  if (query.ownerId !== undefined) rows.andWhere('c.ownerId = :ownerId', { ownerId: query.ownerId });
  if (query.modifiedSince !== undefined) {
    rows.andWhere('c.modifiedAt >= :modifiedSince', { modifiedSince: query.modifiedSince });
  }
  if (query.accountName !== undefined) {
    rows.andWhere('c.accountKey = :accountKey', { accountKey: foldToKey(query.accountName) });
  }
  if (query.text !== undefined) {
    rows.andWhere("c.searchText LIKE :text ESCAPE '!'", { text: `%${escapeLike(fold(query.text))}%` });
  }
  if (query.email !== undefined) {
    rows.andWhere("c.searchText LIKE :email ESCAPE '!'", { email: `%\n${escapeLike(fold(query.email))}\n%` });
  }
  return rows;
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

/** Adds the notes, as far as they fit into a page; the contacts beyond are left for the next one. */
async function withNotes(manager: EntityManager, contacts: readonly Contact[]): Promise<Contact[]> {
  if (contacts.length === 0) return [];
  const sizes = await manager
    .createQueryBuilder(ContactEntity, 'c')
    .select('c.id', 'id')
    .addSelect('LENGTH(c.notes)', 'size')
    .where('c.id IN (:...ids) AND c.notes IS NOT NULL', { ids: contacts.map(({ id }) => id) })
    .getRawMany<{ id: string; size: number | string }>();
  const sizeOf = new Map(sizes.map(({ id, size }) => [id, Number(size)]));
  let total = 0;
  const beyond = contacts.findIndex(({ id }) => (total += sizeOf.get(id) ?? 0) > notesPerPage);
  const fitting = beyond === -1 ? contacts : contacts.slice(0, Math.max(1, beyond));
  const ids = fitting.map(({ id }) => id).filter((id) => sizeOf.has(id));
  const noted = await contactsById(manager, ids, 'notes');
  return fitting.map((contact) => noted.get(contact.id) ?? contact);
}
