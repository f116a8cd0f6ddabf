/** A preview makes no folder: until a run has made it, it is an empty one in which nothing is found. */
import type { SyncSide } from '../../sync/ports.ts';
import { capabilitiesOf } from '../exchange-side.ts';
import type { EwsSchema } from '../versions.ts';

export function unmadeFolder(schema: EwsSchema): SyncSide {
  const write = (): Promise<never> => Promise.reject(new Error('A folder that was not made is written to.'));
  return {
    side: 'exchange',
    capabilities: (module) => capabilitiesOf(module, schema),
    scope: () => Promise.resolve('#unmade'),
    presentCursor: () => Promise.resolve(null),
    async *changes() {
      yield { changes: [], cursor: 'empty', last: true };
    },
    read: (_module, ids) => Promise.resolve(ids.map(() => ({ kind: 'gone' as const }))),
    create: write,
    update: write,
    remove: write,
    find: () => Promise.resolve(new Map()),
    locate: (_module, items) => Promise.resolve(items.map(() => 'gone' as const)),
  };
}
