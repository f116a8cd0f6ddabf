import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { actionEntity } from '../entities/action.ts';
import type { ActionRow } from '../entities/action.ts';
import { runEntity } from '../entities/run.ts';
import { selectRows } from '../select-rows.ts';

/** Held actions, oldest first. What a preview held waits for nobody. */
export function selectHeld(
  manager: EntityManager,
  columns: readonly (keyof ActionRow)[],
): SelectQueryBuilder<ActionRow> {
  return selectRows(manager, actionEntity, columns)
    .innerJoin(runEntity.options.name, 'run', "run.id = row.runId AND run.kind = 'sync'")
    .where("row.state = 'held'")
    .orderBy('row.id');
}

/** Of each link only what its newest plan holds: an older one was overtaken. */
export function newestPlans<Row extends Pick<ActionRow, 'runId' | 'linkId'>>(rows: readonly Row[]): Row[] {
  const newest = new Map<string, number>();
  for (const { linkId, runId } of rows) newest.set(linkId, Math.max(runId, newest.get(linkId) ?? 0));
  return rows.filter((row) => newest.get(row.linkId) === row.runId);
}
