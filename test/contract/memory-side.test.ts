import { MemorySystem } from '../engine/memory-side.ts';
import type { MemoryOptions } from '../engine/memory-side.ts';
import { describeSyncSide } from './sync-side.contract.ts';

const kinds: readonly (readonly [string, MemoryOptions])[] = [
  ['the CRM in memory', { side: 'crm' }],
  ['the Exchange in memory', { side: 'exchange', unsupported: ['prefix'], separate: ['photo'] }],
  ['a side in memory whose changes carry the item', { side: 'exchange', ridesAlong: true }],
];

for (const [name, options] of kinds) {
  describeSyncSide(name, async () => {
    const system = new MemorySystem({ batchSize: 50, ...options });
    return {
      side: system.sideFor('user-1'),
      addItem: async (values) => system.add(values),
      changeItem: async (id, values) => system.change(id, values),
      deleteItem: async (id) => system.delete(id),
      invalidateCursors: async () => system.forgetCursors(),
      close: async () => undefined,
    };
  });
}
