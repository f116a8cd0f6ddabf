import { EntitySchema } from 'typeorm';

export interface LeaseRow {
  /** The lease's key; `key` is a reserved word of MySQL. */
  id: string;
  /** `host:pid:startId`; empty when released. */
  holder: string;
  fence: number;
  expiresAt: number;
  /** Grows with every fenced write: the row lock that makes writers of one lease wait for each other. */
  writes: number;
  /** The scope whose run was last started under this lease: where a settlement's links belong. */
  mailboxId: string | null;
  module: string | null;
}

export const leaseEntity = new EntitySchema<LeaseRow>({
  name: 'lease',
  tableName: 'leases',
  columns: {
    id: { type: 'varchar', primary: true },
    holder: { type: 'varchar' },
    fence: { type: 'bigint' },
    expiresAt: { type: 'bigint' },
    writes: { type: 'bigint' },
    mailboxId: { type: 'varchar', nullable: true },
    module: { type: 'varchar', nullable: true },
  },
});
