import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../errors.ts';
import type { Mailbox, MailboxState, MailboxStore } from '../../sync/administration.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { mailboxEntity } from '../entities/mailbox.ts';
import type { MailboxRow } from '../entities/mailbox.ts';
import { selectAll, selectOne } from '../fixed-sql.ts';

export function createMailboxStore(database: Database): MailboxStore {
  return {
    async list() {
      const rows = await database.read((manager) =>
        selectAll<MailboxRow>(manager, 'SELECT * FROM `mailboxes` ORDER BY `addressKey`'),
      );
      return rows.map((row) => fromRow(row));
    },

    get: (id) =>
      database.read(async (manager) =>
        fromRow(await selectOne<MailboxRow>(manager, 'SELECT * FROM `mailboxes` WHERE `id` = ?', [id])),
      ),

    forUser: (crmUserId) =>
      database.read(async (manager) => fromRow(await manager.findOneBy(mailboxEntity, { crmUserId }))),

    add(mailbox) {
      const address = mailbox.address.trim();
      const addressKey = address.toLowerCase();
      return database.transaction(async (manager) => {
        const owner = await manager.findOneBy(mailboxEntity, { addressKey });
        if (owner && owner.crmUserId !== mailbox.crmUserId) {
          throw new ConfigError([`The mailbox ${address} belongs to another user.`]);
        }
        const present = owner ?? (await manager.findOneBy(mailboxEntity, { crmUserId: mailbox.crmUserId }));
        if (present) {
          throw new ConfigError([`This user's mailbox is ${present.address} already.`]);
        }
        const row: MailboxRow = {
          id: randomUUID(),
          crmUserId: mailbox.crmUserId,
          address,
          addressKey,
          credentialId: mailbox.credentialId,
          state: 'active',
          pausedReason: null,
          ewsUrl: null,
          lookUps: 0,
          nextLookUpAt: null,
        };
        await bulkInsert(manager, mailboxEntity, [row]);
        return fromRow(row);
      });
    },

    setState: (id, state, pausedReason) => change(database, id, { state, pausedReason }),

    setServer: (id, { ewsUrl, lookUps, nextLookUpAt }) =>
      change(database, id, { ewsUrl, lookUps, nextLookUpAt }),
  };
}

function change(database: Database, id: string, columns: Partial<MailboxRow>): Promise<void> {
  return database.transaction(async (manager) => {
    const updated = await manager.update(mailboxEntity, { id }, columns);
    if (updated.affected !== 1) throw new Error(`There is no mailbox ${id}.`);
  });
}

function fromRow(row: MailboxRow): Mailbox;
function fromRow(row: MailboxRow | null): Mailbox | null;
function fromRow(row: MailboxRow | null): Mailbox | null {
  return (
    row && {
      id: row.id,
      crmUserId: row.crmUserId,
      address: row.address,
      credentialId: row.credentialId,
      state: row.state as MailboxState,
      pausedReason: row.pausedReason,
      server: { ewsUrl: row.ewsUrl, lookUps: row.lookUps, nextLookUpAt: row.nextLookUpAt },
    }
  );
}
