import { EntitySchema } from 'typeorm';

export interface MailboxModuleRow {
  mailboxId: string;
  module: string;
  state: string;
  reason: string | null;
  folderId: string | null;
  target: string | null;
  movingFrom: string | null;
}

export const mailboxModuleEntity = new EntitySchema<MailboxModuleRow>({
  name: 'mailboxModule',
  tableName: 'mailbox_modules',
  columns: {
    mailboxId: { type: 'varchar', length: 64, primary: true },
    module: { type: 'varchar', length: 16, primary: true },
    state: { type: 'varchar', length: 16 },
    reason: { type: 'text', nullable: true },
    folderId: { type: 'text', nullable: true },
    target: { type: 'varchar', length: 16, nullable: true },
    movingFrom: { type: 'text', nullable: true },
  },
});
