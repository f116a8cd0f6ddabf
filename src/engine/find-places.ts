/** Where items are that the Exchange folder does not show any more. */
import type { Link } from '../sync/model.ts';
import type { Place } from '../sync/ports.ts';
import { stampOf } from './pairing.ts';
import type { RunContext } from './run-context.ts';

/** `back`: put back into the folder under another id, which the next reading reports. */
export type FoundPlace = 'gone' | 'moved' | 'back';

export interface LostItem {
  readonly id: string;
  readonly link: Link;
}

export async function findPlaces(context: RunContext, lost: readonly LostItem[]): Promise<FoundPlace[]> {
  const { installationId, scope, side, signal } = context;
  const wanted = lost.map(({ id, link }) => ({
    id,
    stamp: stampOf(installationId, scope.module, link.id),
    identity: link.identity,
  }));
  const places = await side.exchange.locate(scope.module, wanted, signal);
  const copies = await knownItems(context, places);
  return places.map((place) => {
    if (typeof place === 'string') return place;
    return place.here.every((id) => copies.has(id)) ? place.otherwise : 'back';
  });
}

/** What lies in the folder and was there before is a copy of what is looked for, and not it. */
async function knownItems(
  { store, scope }: RunContext,
  places: readonly Place[],
): Promise<ReadonlySet<string>> {
  const ids = places.flatMap((place) => (typeof place === 'string' ? [] : place.here));
  if (ids.length === 0) return new Set();
  const links = await store.linksByItem(scope, 'exchange', ids);
  return new Set(links.flatMap(({ exchangeId }) => exchangeId ?? []));
}
