/** Tells from the items themselves which writes of unknown outcome were carried out. */
import { fieldsIn } from '../sync/fields.ts';
import { sides } from '../sync/model.ts';
import type { ReadResult } from '../sync/ports.ts';
import type { StoredAction } from '../sync/stores.ts';
import { sameValue } from '../sync/values.ts';
import type { RunContext } from './run-context.ts';
import { sealItem } from './seal.ts';

/**
 * The ids of the updates and deletions by which something lost that is no longer to be seen. Who lost has to be kept, and
 * the next plan, which finds both sides in agreement, cannot tell any more. What was written need not show: somebody may
 * have edited or deleted the item since.
 */
export async function findCarriedOut(
  context: RunContext,
  tried: readonly StoredAction[],
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
      if (answer === undefined || !showsLosers(context, action, answer)) found.add(action.id);
    });
  }
  return found;
}

/** What cannot be read may have lost: it is rather kept twice than not at all. */
function showsLosers({ scope }: RunContext, { body }: StoredAction, answer: ReadResult): boolean {
  if (answer.kind !== 'item') return false;
  if (body.kind === 'remove') return true;
  const { values } = sealItem(scope.module, answer.item, new Map());
  const kinds = new Map(fieldsIn(scope.module, body.values).map(({ name, kind }) => [name, kind]));
  return body.losers.every(({ field, value }) =>
    sameValue(kinds.get(field) ?? 'text', value, values[field] ?? null),
  );
}
