import { EntitySchema } from 'typeorm';

export interface MailboxRow {
  id: string;
  crmUserId: string;
  address: string;
  /** The address in lower case: what is unique. */
  addressKey: string;
  credentialId: string | null;
  state: string;
  pausedReason: string | null;
  ewsUrl: string | null;
  lookUps: number;
  nextLookUpAt: number | null;
}

export const mailboxEntity = new EntitySchema<MailboxRow>({
  name: 'mailbox',
  tableName: 'mailboxes',
  columns: {
    id: { type: 'varchar', primary: true },
    crmUserId: { type: 'varchar' },
    address: { type: 'varchar' },
    addressKey: { type: 'varchar' },
    credentialId: { type: 'varchar', nullable: true },
    state: { type: 'varchar' },
    pausedReason: { type: 'text', nullable: true },
    ewsUrl: { type: 'text', nullable: true },
    lookUps: { type: 'integer' },
    nextLookUpAt: { type: 'bigint', nullable: true },
  },
});
