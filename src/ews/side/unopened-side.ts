/** A mailbox that could not be opened: whatever is asked of it fails for that reason, so that a run tells it. */
import type { SyncSide } from '../../sync/ports.ts';

export function unopenedSide(reason: Error): SyncSide {
  const fail = (): Promise<never> => Promise.reject(reason);
  return {
    side: 'exchange',
    capabilities: () => ({ unsupported: new Set(), separate: new Set(), readOnly: new Set(), batchSize: 1 }),
    scope: fail,
    presentCursor: fail,
    async *changes() {
      throw reason;
    },
    read: fail,
    create: fail,
    update: fail,
    remove: fail,
    find: fail,
    locate: fail,
  };
}
