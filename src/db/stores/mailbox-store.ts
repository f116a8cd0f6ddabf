import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../errors.ts';
import type {
  FolderTarget,
  Mailbox,
  MailboxModule,
  MailboxState,
  MailboxStore,
} from '../../sync/administration.ts';
import type { Module } from '../../sync/model.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { mailboxEntity } from '../entities/mailbox.ts';
import type { MailboxRow } from '../entities/mailbox.ts';
import { carryOut, listOf, selectAll } from '../fixed-sql.ts';

export function createMailboxStore(database: Database): MailboxStore {
  return {
    async list() {
      const rows = await database.read((manager) =>
        selectAll<JoinedRow>(manager, `${joinedText}ORDER BY \`addressKey\``),
      );
      return fromRows(rows);
    },

    get: (id) =>
      database.read(async (manager) =>
        oneOf(await selectAll<JoinedRow>(manager, `${joinedText}WHERE m.\`id\` = ?`, [id])),
      ),

    forUser: (crmUserId) =>
      database.read(async (manager) =>
        oneOf(await selectAll<JoinedRow>(manager, `${joinedText}WHERE m.\`crmUserId\` = ?`, [crmUserId])),
      ),

    activeAmong: (addresses) =>
      database.read(async (manager) => {
        const found = new Set<string>();
        for (const some of chunks(addresses, idsPerQuery)) {
          const rows = await selectAll<Pick<MailboxRow, 'addressKey'>>(
            manager,
            `${activeText} ${listOf(some)}`,
            some,
          );
          for (const { addressKey } of rows) found.add(addressKey);
        }
        return found;
      }),

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
        return fromRow(row, {});
      });
    },

    setState: (id, state, pausedReason) => change(database, id, { state, pausedReason }),

    setServer: (id, { ewsUrl, lookUps, nextLookUpAt }) =>
      change(database, id, { ewsUrl, lookUps, nextLookUpAt }),
  };
}

/** What was looked up in vain may have been so by settings that were wrong. */
export async function forgetLookUps(manager: EntityManager): Promise<void> {
  await carryOut(manager, forgetText, []);
}

function change(database: Database, id: string, columns: Partial<MailboxRow>): Promise<void> {
  return database.transaction(async (manager) => {
    const updated = await manager.update(mailboxEntity, { id }, columns);
    if (updated.affected !== 1) throw new Error(`There is no mailbox ${id}.`);
  });
}

/** What a mailbox has of its own for its modules comes along: each run asks for its mailbox. */
interface JoinedRow extends MailboxRow {
  readonly module: string | null;
  readonly moduleState: string;
  readonly moduleReason: string | null;
  readonly folderId: string | null;
  readonly target: string | null;
  readonly movingFrom: string | null;
}

const activeText = "SELECT `addressKey` FROM `mailboxes` WHERE `state` = 'active' AND `addressKey` IN";

const forgetText = 'UPDATE `mailboxes` SET `lookUps` = 0, `nextLookUpAt` = NULL WHERE `lookUps` > 0';

const joinedText =
  'SELECT m.*, o.`module`, o.`state` AS `moduleState`, o.`reason` AS `moduleReason`, o.`folderId`, ' +
  'o.`target`, o.`movingFrom` ' +
  'FROM `mailboxes` m LEFT JOIN `mailbox_modules` o ON o.`mailboxId` = m.`id` ';

function oneOf(rows: readonly JoinedRow[]): Mailbox | null {
  return fromRows(rows)[0] ?? null;
}

function fromRows(rows: readonly JoinedRow[]): Mailbox[] {
  const modules = new Map<string, Partial<Record<Module, MailboxModule>>>();
  const mailboxes: Mailbox[] = [];
  for (const row of rows) {
    let own = modules.get(row.id);
    if (own === undefined) {
      own = {};
      modules.set(row.id, own);
      mailboxes.push(fromRow(row, own));
    }
    if (row.module === null) continue;
    const { moduleState, moduleReason, folderId, target, movingFrom } = row;
    own[row.module as Module] = {
      state: moduleState as MailboxModule['state'],
      reason: moduleReason,
      folderId,
      target: target as FolderTarget | null,
      movingFrom,
    };
  }
  return mailboxes;
}

function fromRow(row: MailboxRow, modules: Mailbox['modules']): Mailbox {
  return {
    id: row.id,
    crmUserId: row.crmUserId,
    address: row.address,
    credentialId: row.credentialId,
    state: row.state as MailboxState,
    pausedReason: row.pausedReason,
    server: { ewsUrl: row.ewsUrl, lookUps: row.lookUps, nextLookUpAt: row.nextLookUpAt },
    modules,
  };
}
