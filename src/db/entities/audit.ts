import { EntitySchema } from 'typeorm';

export interface AuditRow {
  id: number;
  at: number;
  actor: string;
  what: string;
  details: string;
}

export const auditEntity = new EntitySchema<AuditRow>({
  name: 'audit',
  tableName: 'audit',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    at: { type: 'bigint' },
    actor: { type: 'varchar' },
    what: { type: 'varchar' },
    details: { type: 'text' },
  },
});
