import { EntitySchema } from 'typeorm';

export interface RunRow {
  id: number;
  mailboxId: string;
  module: string;
  kind: string;
  trigger: string;
  state: string;
  startedAt: number;
  finishedAt: number | null;
  /** UTC day of the end, `YYYY-MM-DD`. */
  day: string | null;
  counts: string;
  /** Items created, updated and deleted on both sides. */
  done: number;
  failed: number;
  held: number;
  error: string | null;
}

export const runEntity = new EntitySchema<RunRow>({
  name: 'run',
  tableName: 'runs',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    mailboxId: { type: 'varchar' },
    module: { type: 'varchar' },
    kind: { type: 'varchar' },
    trigger: { type: 'varchar' },
    state: { type: 'varchar' },
    startedAt: { type: 'bigint' },
    finishedAt: { type: 'bigint', nullable: true },
    day: { type: 'varchar', nullable: true },
    counts: { type: 'text' },
    done: { type: 'integer' },
    failed: { type: 'integer' },
    held: { type: 'integer' },
    error: { type: 'text', nullable: true },
  },
});
