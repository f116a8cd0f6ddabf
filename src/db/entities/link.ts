import { EntitySchema } from 'typeorm';

export interface LinkRow {
  id: string;
  mailboxId: string;
  module: string;
  state: string;
  reason: string | null;
  crmId: string | null;
  exchangeId: string | null;
  /** One of the two ids is missing. */
  half: boolean;
  crmVersion: string | null;
  exchangeVersion: string | null;
  crmValues: string | null;
  /** `=` where they equal those of the CRM. */
  exchangeValues: string | null;
  identity: string | null;
  /** The newest numbered full read of the CRM's feed that met the item; 0: none. */
  crmSeen: number;
  exchangeSeen: number;
}

export const linkEntity = new EntitySchema<LinkRow>({
  name: 'link',
  tableName: 'links',
  columns: {
    id: { type: 'varchar', primary: true },
    mailboxId: { type: 'varchar' },
    module: { type: 'varchar' },
    state: { type: 'varchar' },
    reason: { type: 'varchar', nullable: true },
    crmId: { type: 'varchar', nullable: true },
    exchangeId: { type: 'varchar', nullable: true },
    half: { type: 'boolean' },
    crmVersion: { type: 'varchar', nullable: true },
    exchangeVersion: { type: 'varchar', nullable: true },
    crmValues: { type: 'text', nullable: true },
    exchangeValues: { type: 'text', nullable: true },
    identity: { type: 'varchar', nullable: true },
    crmSeen: { type: 'integer' },
    exchangeSeen: { type: 'integer' },
  },
});
