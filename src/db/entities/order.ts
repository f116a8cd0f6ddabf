import { EntitySchema } from 'typeorm';

export interface OrderRow {
  id: number;
  mailboxId: string;
  module: string;
  body: string;
}

export const orderEntity = new EntitySchema<OrderRow>({
  name: 'order',
  tableName: 'orders',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    mailboxId: { type: 'varchar', length: 64 },
    module: { type: 'varchar', length: 16 },
    body: { type: 'text' },
  },
});
