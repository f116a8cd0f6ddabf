/** Tells from the items themselves which writes of unknown outcome were carried out. */
import { fieldsIn } from '../sync/fields.ts';
import { sides } from '../sync/model.ts';
import type { ReadResult } from '../sync/ports.ts';
import type { StoredAction } from '../sync/stores.ts';
import { isTruncation, sameValue } from '../sync/values.ts';
import type { RunContext } from './run-context.ts';
import { sealItem } from './seal.ts';

/** Says of one action, from what the item shows now, whether it was carried out. */
export type Evidence = (context: RunContext, action: StoredAction, answer: ReadResult) => boolean;

/**
 * The ids of the updates and deletions that were carried out. Asked only where something lost by them: who lost has to be
 * kept, and the next plan, which finds both sides in agreement, cannot tell any more.
 */
export async function findCarriedOut(
  context: RunContext,
  tried: readonly StoredAction[],
  evidence: Evidence,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const side of sides) {
    const costly = tried.filter(
      ({ body }) => body.side === side && body.targetId !== null && body.losers.length > 0,
    );
    if (costly.length === 0) continue;
    const ids = costly.map(({ body }) => body.targetId ?? '');
    const answers = await context.side[side].read(context.scope.module, ids, context.signal);
    costly.forEach((action, index) => {
      const answer = answers[index];
      if (answer !== undefined && evidence(context, action, answer)) found.add(action.id);
    });
  }
  return found;
}

/** The item is as the action leaves it. */
export function showsWritten({ scope }: RunContext, { body }: StoredAction, answer: ReadResult): boolean {
  if (body.kind === 'remove') return answer.kind === 'gone';
  if (body.kind !== 'update' || answer.kind !== 'item') return false;
  const { values } = sealItem(scope.module, answer.item, new Map());
  return fieldsIn(scope.module, body.values).every(({ name, kind }) => {
    const written = body.values[name];
    if (written === undefined) return true;
    const shown = values[name] ?? null;
    return sameValue(kind, written, shown) || isTruncation(written, shown);
  });
}

/**
 * What lost is not to be seen any more. What was written need not show: somebody may have edited or deleted the item
 * since. Where the item cannot be read, the losers are rather kept twice than not at all.
 */
export function hidesLosers({ scope }: RunContext, { body }: StoredAction, answer: ReadResult): boolean {
  if (answer.kind !== 'item') return true;
  if (body.kind === 'remove') return false;
  const { values } = sealItem(scope.module, answer.item, new Map());
  const kinds = new Map(fieldsIn(scope.module, body.values).map(({ name, kind }) => [name, kind]));
  return body.losers.some(
    ({ field, value }) => !sameValue(kinds.get(field) ?? 'text', value, values[field] ?? null),
  );
}
