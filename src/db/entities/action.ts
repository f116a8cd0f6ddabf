import { EntitySchema } from 'typeorm';

export interface ActionRow {
  id: number;
  runId: number;
  mailboxId: string;
  module: string;
  linkId: string;
  step: number;
  final: boolean;
  kind: string;
  side: string | null;
  overwrites: number;
  title: string;
  state: string;
  /** Held once and let through: the guard neither weighs nor holds it again. */
  approved: boolean;
  /** See ActionBody.tellsAttendees. */
  tells: boolean;
  /** It cost a side values of its own. */
  lost: boolean;
  finishedAt: number | null;
  error: string | null;
  inboxIds: string;
  /** See stores/action-body.ts. */
  body: string;
}

export const actionEntity = new EntitySchema<ActionRow>({
  name: 'action',
  tableName: 'actions',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    runId: { type: 'integer' },
    mailboxId: { type: 'varchar' },
    module: { type: 'varchar' },
    linkId: { type: 'varchar' },
    step: { type: 'integer' },
    final: { type: 'boolean' },
    kind: { type: 'varchar' },
    side: { type: 'varchar', nullable: true },
    overwrites: { type: 'integer' },
    title: { type: 'varchar' },
    state: { type: 'varchar' },
    approved: { type: 'boolean' },
    tells: { type: 'boolean' },
    lost: { type: 'boolean' },
    finishedAt: { type: 'bigint', nullable: true },
    error: { type: 'text', nullable: true },
    inboxIds: { type: 'text' },
    body: { type: 'text' },
  },
});
