/** What is remembered of a mailbox's module beside its cursors, each under a name instead of a folder. */
import type { CursorKey, RunScope } from './stores.ts';

export type Bookmark =
  | 'rootFolder'
  | 'rules'
  | 'window'
  | 'mapping'
  /** The last run of before the scope was forgotten: the next one is a first run. */
  | 'forgotten'
  /** The server that the mailbox lives on. */
  | 'server';

const prefix = '#';

/** What stands in the place of the folder. */
export function bookmarkName(name: Bookmark): string {
  return `${prefix}${name}`;
}

export function bookmark({ mailboxId, module }: RunScope, name: Bookmark): CursorKey {
  return { side: 'exchange', mailboxId, module, scope: bookmarkName(name) };
}

export function isBookmark({ scope }: Pick<CursorKey, 'scope'>): boolean {
  return scope.startsWith(prefix);
}

/** For LIKE. */
export const anyBookmark = `${prefix}%`;
