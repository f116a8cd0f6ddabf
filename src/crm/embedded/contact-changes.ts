/** What changed since a cursor, by change number. */
import { CursorLostError } from '../../errors.ts';
import type { Values } from '../../sync/model.ts';
import type { Change, ChangeOptions, ChangePage } from '../../sync/ports.ts';
import { loadCounter } from './change-numbers.ts';
import type { Counter } from './change-numbers.ts';
import { contactQuery, loadContacts } from './contact-rows.ts';
import type { Contact } from './contact-rows.ts';
import type { Database } from './database.ts';

const pageSize = 500;

export function cursorAt({ epoch, value }: Counter): string {
  return `${epoch}/${value}`;
}

/** The change number of a cursor of ours. One beyond the counter is of a time that a restored backup does not know. */
function positionOf(cursor: string, counter: Counter): number {
  const [epoch, digits = ''] = cursor.split('/');
  const position = /^\d+$/.test(digits) ? Number(digits) : Infinity;
  if (epoch !== counter.epoch || position > counter.value) {
    throw new CursorLostError('The cursor does not belong to this embedded CRM.');
  }
  return position;
}

/** Pages of changes after `cursor`, or of everything present where it is null. Holds the gate only within a page. */
export async function* readContactChanges(
  database: Database,
  cursor: string | null,
  options: ChangeOptions = {},
): AsyncGenerator<ChangePage> {
  let present: Counter | null = null;
  let position = 0;
  for (let last = false; !last;) {
    options.signal?.throwIfAborted();
    const page = await database.read(async (manager) => {
      // Before the rows: whatever was numbered up to here is committed and gets seen by the query below.
      const counter = await loadCounter(manager, 'contacts');
      if (!present) {
        present = counter;
        if (cursor !== null) position = positionOf(cursor, counter);
      }
      const rows = contactQuery(manager)
        .where('c.sequence > :position', { position })
        .orderBy('c.sequence', 'ASC')
        .limit(pageSize + 1);
      // A first read skips what was deleted before it began; what is deleted during it may have been read already.
      if (cursor === null)
        rows.andWhere('(c.deletedAt IS NULL OR c.sequence > :begin)', { begin: present.value });
      if (options.ownerId !== undefined) rows.andWhere('c.ownerId = :ownerId', { ownerId: options.ownerId });
      return { counter, contacts: await loadContacts(rows) };
    });
    last = page.contacts.length <= pageSize;
    const contacts = page.contacts.slice(0, pageSize);
    position = contacts.at(-1)?.sequence ?? position;
    if (last) position = Math.max(position, page.counter.value);
    yield { changes: contacts.map(toChange), cursor: cursorAt({ ...page.counter, value: position }), last };
  }
}

const keyFields = ['givenName', 'middleName', 'surname', 'company', 'email1', 'email2', 'email3'];

function toChange(contact: Contact): Change {
  if (contact.deletedAt !== null) return { kind: 'deleted', id: contact.id };
  const keyValues: Record<string, Values[string]> = {};
  for (const name of keyFields) keyValues[name] = contact.values[name] ?? null;
  return {
    kind: 'changed',
    id: contact.id,
    version: String(contact.revision),
    stamp: contact.stamp,
    identity: null,
    ownerId: contact.ownerId,
    skip: isHeldImport(contact) ? 'imported' : null,
    keyValues,
    item: null,
  };
}

/** An imported record stays out of the sync until its first later change (PRODUCT 14). */
export function isHeldImport(contact: Contact): boolean {
  return contact.imported && contact.revision === 1;
}
