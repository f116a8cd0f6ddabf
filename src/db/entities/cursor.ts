import { EntitySchema } from 'typeorm';

export interface CursorRow {
  side: string;
  mailboxId: string;
  module: string;
  scope: string;
  cursor: string | null;
  fullRead: number;
  complete: boolean;
}

export const cursorEntity = new EntitySchema<CursorRow>({
  name: 'cursor',
  tableName: 'cursors',
  columns: {
    side: { type: 'varchar', primary: true },
    mailboxId: { type: 'varchar', primary: true },
    module: { type: 'varchar', primary: true },
    scope: { type: 'varchar', primary: true },
    cursor: { type: 'text', nullable: true },
    fullRead: { type: 'integer' },
    complete: { type: 'boolean' },
  },
});
