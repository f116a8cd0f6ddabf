/** Moves items from one folder to another, and says under which id each goes on. */
import { fieldPath } from '../items/property-path.ts';
import { getItem } from '../operations/get-item.ts';
import { moveItem } from '../operations/move-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import { failureOf } from '../response-codes.ts';
import type { Failure, Target, Whereabouts } from '../../sync/ports.ts';
import { findInFolder } from './item-search.ts';

export type MoveResult =
  /** `before` is the version it had in its former folder, null where it came over earlier and nobody saw it. */
  | { readonly kind: 'moved'; readonly id: string; readonly version: string; readonly before: string | null }
  /** It lies in the new folder, under the id that was asked for. */
  | { readonly kind: 'there' }
  /** In neither of both: its owner has put it somewhere else. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * `from` is null where that folder was deleted: nothing is moved, and what was is found. `mayBeBack`: a move broke off
 * before, there or back, and what it moved may lie in `from` under another id.
 */
export interface Way {
  readonly from: string | null;
  readonly to: string;
  readonly mayBeBack: boolean;
}

/**
 * One result an item, in order; fifty at most. May be repeated after it broke off: what is not found under its id is
 * looked for in the new folder. Throws RemoteError when a request fails as a whole.
 */
export async function moveItems(
  session: EwsSession,
  { from, to, mayBeBack }: Way,
  items: readonly Whereabouts[],
  options: RunOptions,
): Promise<MoveResult[]> {
  const results = new Map<Whereabouts, MoveResult>();
  let missing: Lost[] = [];
  const moving: Moving[] = [];
  const asked = { ids: items.map(({ id }) => id), properties: [fieldPath('item:ParentFolderId')] };
  const messages = await runOperation(session, getItem, asked, options);
  items.forEach((item, index) => {
    const message = messages[index];
    const found = message?.answer.items[0];
    if (message?.code === 'ErrorItemNotFound') missing.push({ item, before: null });
    else if (!message?.succeeded || !found) results.set(item, failed(message?.code));
    else if (found.parentFolderId === to) results.set(item, { kind: 'there' });
    else if (found.parentFolderId !== from) results.set(item, { kind: 'elsewhere' });
    else moving.push({ item, id: item.id, before: found.changeKey });
  });
  await move(moving);
  await lookFor(to, ({ item, before }, target) => results.set(item, { kind: 'moved', ...target, before }));
  if (mayBeBack && from !== null) {
    const back: Moving[] = [];
    await lookFor(from, ({ item }, { id }) => back.push({ item, id, before: null }));
    await move(back);
    await lookFor(to, ({ item, before }, target) => results.set(item, { kind: 'moved', ...target, before }));
  }
  for (const { item } of missing) results.set(item, { kind: 'gone' });
  return items.map((item) => results.get(item) ?? failed(undefined));

  async function move(wanted: readonly Moving[]): Promise<void> {
    if (wanted.length === 0) return;
    const request = { ids: wanted.map(({ id }) => id), to: { id: to } };
    const answers = await runOperation(session, moveItem, request, options);
    wanted.forEach(({ item, before }, index) => {
      const answer = answers[index];
      const made = answer?.answer.items[0];
      if (!answer?.succeeded) results.set(item, failed(answer?.code));
      else if (made?.id) results.set(item, { kind: 'moved', id: made.id, version: made.changeKey, before });
      else missing.push({ item, before });
    });
  }

  /** What is found is missing no longer. */
  async function lookFor(folder: string, met: (one: Lost, target: Target) => void): Promise<void> {
    if (missing.length === 0) return;
    const wanted = missing.map(({ item }) => item);
    const found = await findInFolder(session, folder, wanted, options);
    missing = missing.filter((one, index) => {
      const target = found[index];
      if (target) met(one, target);
      return !target;
    });
  }
}

interface Lost {
  readonly item: Whereabouts;
  /** The version it had before it was moved; null where nobody saw it. */
  readonly before: string | null;
}

interface Moving extends Lost {
  readonly id: string;
}

function failed(code = 'MalformedAnswer'): MoveResult {
  return { kind: 'failed', failure: failureOf(code) };
}
