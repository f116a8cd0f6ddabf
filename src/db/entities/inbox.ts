import { EntitySchema } from 'typeorm';

export interface InboxTableRow {
  id: number;
  mailboxId: string;
  module: string;
  side: string;
  itemId: string;
  kind: string;
  version: string | null;
  stamp: string | null;
  identity: string | null;
  ownerId: string | null;
  skip: string | null;
  keyValues: string | null;
  /** Riding content; read only when asked for. */
  content: string | null;
  attempts: number;
  /** Null: due. */
  nextAttemptAt: number | null;
  /** Failed for good: not due until the item changes or someone asks for it. */
  parked: boolean;
  failureCode: string | null;
  failureMessage: string | null;
}

export const inboxEntity = new EntitySchema<InboxTableRow>({
  name: 'inbox',
  tableName: 'inbox',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    mailboxId: { type: 'varchar' },
    module: { type: 'varchar' },
    side: { type: 'varchar' },
    itemId: { type: 'varchar' },
    kind: { type: 'varchar' },
    version: { type: 'varchar', nullable: true },
    stamp: { type: 'varchar', nullable: true },
    identity: { type: 'varchar', nullable: true },
    ownerId: { type: 'varchar', nullable: true },
    skip: { type: 'varchar', nullable: true },
    keyValues: { type: 'text', nullable: true },
    content: { type: 'text', nullable: true },
    attempts: { type: 'integer' },
    nextAttemptAt: { type: 'bigint', nullable: true },
    parked: { type: 'boolean' },
    failureCode: { type: 'varchar', nullable: true },
    failureMessage: { type: 'text', nullable: true },
  },
});
