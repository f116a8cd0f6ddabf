/** Creates, updates and removes items. */
import type { Draft, Patch, Target, WriteResult } from '../../sync/ports.ts';
import { createItem } from '../operations/create-item.ts';
import { deleteItem } from '../operations/delete-item.ts';
import { getItem } from '../operations/get-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import { updateItem } from '../operations/update-item.ts';
import { isRefusedWhole, sendDivided } from './divided-batch.ts';
import { findByStamp } from './item-search.ts';
import { probe } from './mailbox-folders.ts';
import { rewriteSeries, writeExceptions, writesSeriesAnew } from './exception-writing.ts';
import { writePhotos } from './photo-writing.ts';
import { done, failedBy, refused, resultOf, unwritable } from './write-result.ts';
import type { WritingPlace } from './writing-place.ts';

/**
 * Creates items. After a lost answer what exists by now is looked up by its stamp before anything is sent again; a
 * timeout is thrown instead, for the server may still be at work.
 */
export async function createItems(place: WritingPlace, drafts: readonly Draft[]): Promise<WriteResult[]> {
  const { session, kind, folderId, signal } = place;
  return withoutUnwritable(place, drafts, (writable) =>
    sendDivided<Draft, WriteResult>({
      items: writable,
      send: async (some, again) => {
        const known = again ? await lookUp(place, some) : new Map<string, Target>();
        const missing = some.filter(({ stamp }) => !known.has(stamp));
        const created = new Map<Draft, WriteResult>();
        if (missing.length > 0) {
          const request = {
            folder: { id: folderId },
            items: missing.map(({ values, stamp }) => kind.write(values, stamp, session.schema)),
            attributes: kind.attributes(false).create,
          };
          const messages = await runOperation(session, createItem, request, {
            signal,
            freshConnection: again,
          });
          missing.forEach((draft, index) => {
            const message = messages[index];
            if (message) created.set(draft, resultOf(message));
          });
        }
        return some.map(
          (draft) => existing(known, draft) ?? created.get(draft) ?? refused('MalformedAnswer'),
        );
      },
      blame: async (draft, error) => existing(await lookUp(place, [draft]), draft) ?? failedBy(error),
      probe: () => probe(session, signal),
      divides: (error) => isRefusedWhole(error) && error.code !== 'Timeout',
    }),
  );
}

async function lookUp(place: WritingPlace, drafts: readonly Draft[]): Promise<Map<string, Target>> {
  const stamps = drafts.map(({ stamp }) => stamp);
  return findByStamp(place.session, place.folderId, stamps, { signal: place.signal });
}

function existing(known: ReadonlyMap<string, Target>, draft: Draft): WriteResult | null {
  const target = known.get(draft.stamp);
  return target ? done(target.id, target.version) : null;
}

/**
 * Updates items. A repeated update whose first answer was lost shows as a conflict: the change key is no longer the
 * expected one, and the caller reads and plans again.
 */
export async function updateItems(place: WritingPlace, patches: readonly Patch[]): Promise<WriteResult[]> {
  return apart(patches, (some, tells) => updateTogether(place, some, tells));
}

async function updateTogether(
  place: WritingPlace,
  patches: readonly Patch[],
  tellsAttendees: boolean,
): Promise<WriteResult[]> {
  const { session, kind, signal } = place;
  return withoutUnwritable(place, patches, async (writable) => {
    const updates = writable.map(({ id, version, values, resulting }) => ({
      id,
      changeKey: version,
      changes: kind.writeChanges(values, resulting, session.schema),
    }));
    const answers = new Map<object, WriteResult>();
    if (kind.module === 'events') {
      for (const [index, patch] of writable.entries()) {
        const update = updates[index];
        if (update && writesSeriesAnew(patch)) answers.set(update, await rewriteSeries(place, patch));
      }
    }
    const sent = updates.filter((update) => update.changes !== '' && !answers.has(update));
    if (sent.length > 0) {
      const results = await sendDivided({
        items: sent,
        send: async (some, again) => {
          const options = { signal, freshConnection: again };
          const attributes = kind.attributes(tellsAttendees).update;
          return (await runOperation(session, updateItem, { updates: some, attributes }, options)).map(
            resultOf,
          );
        },
        blame: (_update, error) => failedBy(error),
        probe: () => probe(session, signal),
        divides: isRefusedWhole,
      });
      sent.forEach((update, index) => answers.set(update, results[index] ?? refused('MalformedAnswer')));
    }
    const results = updates.map((update) => answers.get(update) ?? done(update.id, update.changeKey));
    switch (kind.module) {
      case 'contacts':
        return writePhotos(place, writable, results);
      case 'events':
        return writeExceptions(place, writable, results);
      case 'tasks':
        return results;
    }
  });
}

/**
 * Removes items to Deleted Items. EWS compares no change keys on delete, so they are read right before; what was
 * removed by a request whose answer was lost shows as gone.
 */
export async function removeItems(place: WritingPlace, targets: readonly Target[]): Promise<WriteResult[]> {
  return apart(targets, (some, tells) => removeTogether(place, some, tells));
}

async function removeTogether(
  place: WritingPlace,
  targets: readonly Target[],
  tellsAttendees: boolean,
): Promise<WriteResult[]> {
  const { session, kind, signal } = place;
  return sendDivided<Target, WriteResult>({
    items: targets,
    send: async (some, again) => {
      const options = { signal, freshConnection: again };
      const request = { ids: some.map(({ id }) => id), properties: [] };
      const messages = await runOperation(session, getItem, request, options);
      const results = new Map<Target, WriteResult>();
      some.forEach((target, index) => {
        const message = messages[index];
        const found = message?.answer.items[0];
        if (!message?.succeeded || !found) results.set(target, refused(message?.code ?? 'MalformedAnswer'));
        else if (found.changeKey !== target.version) results.set(target, { kind: 'conflict' });
      });
      const equal = some.filter((target) => !results.has(target));
      if (equal.length > 0) {
        const attributes = kind.attributes(tellsAttendees).remove;
        const deletion = { ids: equal.map(({ id }) => id), attributes };
        const answers = await runOperation(session, deleteItem, deletion, options);
        equal.forEach((target, index) => {
          const answer = answers[index];
          const isDone = answer?.succeeded === true;
          results.set(
            target,
            isDone ? done(target.id, target.version) : refused(answer?.code ?? 'MalformedAnswer'),
          );
        });
      }
      return some.map((target) => results.get(target) ?? refused('MalformedAnswer'));
    },
    blame: (_target, error) => failedBy(error),
    probe: () => probe(session, signal),
    divides: isRefusedWhole,
  });
}

/** Items with a value Exchange cannot hold fail by themselves; the others are written, results in order. */
async function withoutUnwritable<Item extends Draft | Patch>(
  { kind, session }: WritingPlace,
  items: readonly Item[],
  write: (writable: readonly Item[]) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  const problems = items.map((item) =>
    kind.unwritableField(item.values, 'resulting' in item ? item.resulting : item.values, session.schema),
  );
  const writable = items.filter((_item, index) => problems[index] === null);
  const written = writable.length === 0 ? [] : await write(writable);
  let next = 0;
  return problems.map((field) => {
    if (field !== null) return unwritable(field);
    return written[next++] ?? refused('MalformedAnswer');
  });
}

/** What attendees are told of goes in a request of its own; results in the order of `items`. */
async function apart<Item extends Target>(
  items: readonly Item[],
  write: (some: readonly Item[], tellsAttendees: boolean) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  const results = new Map<Item, WriteResult>();
  for (const tells of [false, true]) {
    const some = items.filter(({ tellsAttendees = false }) => tellsAttendees === tells);
    if (some.length === 0) continue;
    const written = await write(some, tells);
    some.forEach((item, index) => results.set(item, written[index] ?? refused('MalformedAnswer')));
  }
  return items.map((item) => results.get(item) ?? refused('MalformedAnswer'));
}
