import { gunzipSync, gzipSync } from 'node:zlib';
import { ItemError } from './item-error.ts';

/** How far a client has read. Between floor and ceiling a window is being read page by page, newest first. */
export interface SyncPosition {
  readonly floor: number;
  readonly window?: { readonly ceiling: number; readonly phase: number; readonly before: number };
}

/** Unpacked; the longest that is written has fewer than 300. */
const MOST_BYTES = 4096;

/** What a state is bound to: given back for another folder, kind or epoch it is invalid. */
export interface SyncScope {
  readonly kind: 'items' | 'hierarchy';
  readonly folderId: string;
  readonly epoch: number;
}

/** Base64 of gzip, as real states look. */
export function writeSyncState(scope: SyncScope, position: SyncPosition): string {
  const window = position.window ?? { ceiling: 0, phase: 0, before: 0 };
  const fields = [
    scope.kind,
    scope.folderId,
    scope.epoch,
    position.floor,
    window.ceiling,
    window.phase,
    window.before,
  ];
  return gzipSync(fields.join('|'), { level: 1 }).toString('base64');
}

/** ErrorInvalidSyncStateData for anything that writeSyncState did not make for this scope. */
export function readSyncState(scope: SyncScope, state: string): SyncPosition {
  let fields: string[];
  try {
    fields = gunzipSync(Buffer.from(state, 'base64'), { maxOutputLength: MOST_BYTES })
      .toString('utf8')
      .split('|');
  } catch {
    throw new ItemError('ErrorInvalidSyncStateData');
  }
  const [kind, folderId, epoch, ...numbers] = fields;
  const [floor = Number.NaN, ceiling = Number.NaN, phase = Number.NaN, before = Number.NaN] =
    numbers.map(Number);
  if (
    kind !== scope.kind ||
    folderId !== scope.folderId ||
    epoch !== String(scope.epoch) ||
    !Number.isSafeInteger(floor) ||
    !Number.isSafeInteger(ceiling) ||
    !Number.isSafeInteger(phase) ||
    !Number.isSafeInteger(before)
  ) {
    throw new ItemError('ErrorInvalidSyncStateData');
  }
  return ceiling === 0 ? { floor } : { floor, window: { ceiling, phase, before } };
}
