/** A long text that a server cut off looks like an edit; told apart by the whole text, which only the blob store has. */
import { fieldsOf } from '../sync/fields.ts';
import type { Link, SealedValue, SealedValues, Side, Values } from '../sync/model.ts';
import type { RunScope, SyncStore } from '../sync/stores.ts';
import { isBlobRef, isTruncation } from '../sync/values.ts';

export interface ReadText {
  readonly link: Link | null;
  readonly side: Side;
  readonly values: Values;
}

interface Suspect {
  readonly field: string;
  readonly base: SealedValue;
  readonly hash: string;
  readonly now: string;
}

function suspects(module: RunScope['module'], { link, side, values }: ReadText): Suspect[] {
  const base = link?.[side]?.values;
  if (!base) return [];
  return fieldsOf[module].flatMap(({ name, kind }) => {
    const known = base[name];
    const now = values[name];
    if (kind !== 'longText' || !isBlobRef(known) || typeof now !== 'string') return [];
    return now.length < known.size ? [{ field: name, base: known, hash: known.hash, now }] : [];
  });
}

/** For each item the fields that show no more than the beginning of what they held, with what they held. */
export async function findCutTexts(
  store: Pick<SyncStore, 'blobs'>,
  module: RunScope['module'],
  items: readonly ReadText[],
): Promise<SealedValues[]> {
  const found = items.map((item) => suspects(module, item));
  const hashes = [...new Set(found.flat().map(({ hash }) => hash))];
  if (hashes.length === 0) return items.map(() => ({}));
  const blobs = await store.blobs(hashes);
  return found.map((list) =>
    Object.fromEntries(
      list
        .filter(({ hash, now }) => isTruncation(blobs.get(hash)?.content ?? null, now))
        .map(({ field, base }) => [field, base]),
    ),
  );
}
