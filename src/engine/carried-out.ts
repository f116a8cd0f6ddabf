/** Tells from the items themselves which writes of unknown outcome were carried out. */
import { fieldsIn } from '../sync/fields.ts';
import { idKey, unknownVersion } from '../sync/actions.ts';
import { linkAfter } from '../sync/link-after.ts';
import { bringsExceptionsBack, forgetsExceptions } from '../sync/whole-series.ts';
import type { Link } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import type { ReadResult } from '../sync/ports.ts';
import type { StoredAction } from '../sync/stores.ts';
import { isTruncation, sameValue } from '../sync/values.ts';
import type { RunContext } from './run-context.ts';
import { sealItem } from './seal.ts';

/** Says of one action, from what the item shows now, whether it was carried out. */
export type Evidence = (context: RunContext, action: StoredAction, answer: ReadResult) => boolean;

/** Ids of actions. */
export interface CarriedOut {
  /** Updates and deletions that were carried out. */
  readonly done: ReadonlySet<number>;
  /** Of these the updates whose link has to say so: of a first pairing, which nothing links yet, of a series, and the later steps of a creation. */
  readonly telling: ReadonlySet<number>;
}

/**
 * Asked only where something hangs on it that the next plan, which finds both sides in agreement, cannot tell any more: who
 * lost has to be kept, what a first pairing wrote must not pass for a value of its own when the other side is edited before
 * the next plan, nor must what a later step of a creation brought, and exceptions that went with the times of their series were not taken
 * back by anybody. `linked`: links that are stored, by id.
 */
export async function findCarriedOut(
  context: RunContext,
  tried: readonly StoredAction[],
  linked: ReadonlyMap<string, Link>,
  evidence: Evidence,
): Promise<CarriedOut> {
  const done = new Set<number>();
  const telling = new Set<number>();
  // What the item had before it shows in any case.
  const isTelling = ({ body, linkId }: StoredAction): boolean =>
    body.kind === 'update' &&
    !bringsExceptionsBack(body) &&
    (!linked.has(linkId) || body.targetId === null || forgetsExceptions(body));
  const targetOf = ({ body, linkId }: StoredAction): string | null =>
    targetIn(body, linked.get(linkId) ?? null);
  for (const side of sides) {
    const costly = tried.filter(
      (action) =>
        action.body.side === side &&
        targetOf(action) !== null &&
        (action.body.losers.length > 0 || isTelling(action)),
    );
    if (costly.length === 0) continue;
    const ids = costly.map((action) => targetOf(action) ?? '');
    const answers = await context.side[side].read(context.scope.module, ids, context.signal);
    costly.forEach((action, index) => {
      const answer = answers[index];
      if (answer === undefined) return;
      if (isTelling(action) && showsWritten(context, action, answer)) telling.add(action.id);
      const isDone =
        telling.has(action.id) || (action.body.losers.length > 0 && evidence(context, action, answer));
      if (isDone) done.add(action.id);
    });
  }
  return { done, telling };
}

/** The later step of a creation is written to the item that the first one made. */
function targetIn({ targetId, side }: StoredAction['body'], link: Link | null): string | null {
  return targetId ?? (side === null ? null : (link?.[idKey(side)] ?? null));
}

/** The link as the write leaves it. Both items have to be read again: nobody knows their versions. */
export function linkOfWritten({ linkId, body }: StoredAction, link: Link | null): Link {
  const versions = { crm: null, exchange: null };
  const answer = { id: targetIn(body, link) ?? '', version: unknownVersion, identity: null };
  return linkAfter(linkId, link, { ...body, versions }, answer);
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
