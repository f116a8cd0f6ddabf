/** Tells from the items themselves which writes of unknown outcome were carried out. */
import { fieldsOf } from '../sync/fields.ts';
import { sides } from '../sync/model.ts';
import type { ReadResult } from '../sync/ports.ts';
import type { StoredAction } from '../sync/stores.ts';
import { isTruncation, sameValue } from '../sync/values.ts';
import type { RunContext } from './run-context.ts';
import { sealItem } from './seal.ts';

/**
 * The ids of the updates and deletions that show on their sides. Asked only where something lost by them: who lost has to
 * be kept, and the next plan, which finds both sides in agreement, cannot tell any more.
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
      if (answer !== undefined && shows(context, action, answer)) found.add(action.id);
    });
  }
  return found;
}

function shows({ scope }: RunContext, { body }: StoredAction, answer: ReadResult): boolean {
  if (body.kind === 'remove') return answer.kind === 'gone';
  if (body.kind !== 'update' || answer.kind !== 'item') return false;
  const { values } = sealItem(scope.module, answer.item, new Map());
  return fieldsOf[scope.module].every(({ name, kind }) => {
    const written = body.values[name];
    if (written === undefined) return true;
    const shown = values[name] ?? null;
    return sameValue(kind, written, shown) || isTruncation(written, shown);
  });
}
