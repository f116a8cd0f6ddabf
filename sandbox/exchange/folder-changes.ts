import type { ChangeLog, Tombstone } from './change-log.ts';
import type { StoredItem } from './stored-item.ts';
import type { SyncPosition } from './sync-state.ts';

export type FolderChange =
  | { readonly type: 'create' | 'update' | 'readFlag'; readonly item: StoredItem }
  | { readonly type: 'delete'; readonly tombstone: Tombstone };

export interface ChangePage {
  readonly changes: readonly FolderChange[];
  readonly next: SyncPosition;
  readonly includesLast: boolean;
}

/**
 * Up to `max` changes after a position. A window over (floor, ceiling] is read as arrivals, updates and removals, each
 * in the order of the release; what happens meanwhile lies above the ceiling and comes with the next window, so no item is lost and
 * one created and deleted between two states never shows.
 */
export function readChanges(
  log: ChangeLog,
  position: SyncPosition,
  options: {
    readonly max: number;
    readonly ignored: (serial: number) => boolean;
    /** Since 2010 SP2; before, the oldest come first. */
    readonly newestFirst: boolean;
  },
): ChangePage {
  const { floor } = position;
  const { ceiling, phase, before } = position.window ?? {
    ceiling: log.last,
    phase: 0,
    before: options.newestFirst ? log.last + 1 : 0,
  };
  const changes: FolderChange[] = [];
  let reached = { ceiling, phase, before };
  const window = { floor, ceiling, phase, before };
  for (const entry of options.newestFirst ? windowEntries(log, window) : oldestFirst(log, window)) {
    if (options.ignored(serialOf(entry.change))) continue;
    if (changes.length === options.max)
      return { changes, next: { floor, window: reached }, includesLast: false };
    changes.push(entry.change);
    reached = { ceiling, phase: entry.phase, before: entry.number };
  }
  return {
    changes,
    next: { floor: Math.max(floor, ceiling) },
    includesLast: log.last <= Math.max(floor, ceiling),
  };
}

function serialOf(change: FolderChange): number {
  return change.type === 'delete' ? change.tombstone.serial : change.item.serial;
}

interface Window {
  readonly floor: number;
  readonly ceiling: number;
  readonly phase: number;
  /** The number reached in this phase: going down newest first, going up otherwise. */
  readonly before: number;
}

interface WindowEntry {
  readonly phase: number;
  readonly number: number;
  readonly change: FolderChange;
}

/** The same entries, each phase turned round. */
function* oldestFirst(log: ChangeLog, window: Window): Generator<WindowEntry> {
  const all = [...windowEntries(log, { ...window, before: window.ceiling + 1 })];
  for (const phase of [0, 1, 2]) {
    const reached = phase === window.phase ? window.before : 0;
    yield* all.filter((entry) => entry.phase === phase && entry.number > reached).reverse();
  }
}

function* windowEntries(log: ChangeLog, window: Window): Generator<WindowEntry> {
  const start = (phase: number): number => (phase === window.phase ? window.before : window.ceiling + 1);
  if (window.phase === 0) {
    for (const item of log.arrivals(window.floor, start(0))) {
      yield { phase: 0, number: item.arrived, change: { type: 'create', item } };
    }
  }
  if (window.phase <= 1) {
    for (const item of log.updates(window.floor, start(1))) {
      const type = item.contentChange > window.floor ? 'update' : 'readFlag';
      yield { phase: 1, number: item.change, change: { type, item } };
    }
  }
  for (const tombstone of log.removals(window.floor, start(2))) {
    yield { phase: 2, number: tombstone.number, change: { type: 'delete', tombstone } };
  }
}
