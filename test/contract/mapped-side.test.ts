import { mappedSide } from '../../src/engine/mapped-side.ts';
import type { Value, Values } from '../../src/sync/model.ts';
import { MemorySystem } from '../engine/memory-side.ts';
import { describeSyncSide } from './sync-side.contract.ts';

/** What people call the job title is the department there, the other way round, and the nickname is nobody's. */
const mapping = { jobTitle: 'department', department: 'jobTitle', nickname: null };

function inTheirWords(values: Values): Values {
  const { jobTitle, department, ...rest } = values;
  const named: Record<string, Value> = { ...rest };
  if (jobTitle !== undefined) named['department'] = jobTitle;
  if (department !== undefined) named['jobTitle'] = department;
  return named;
}

for (const ridesAlong of [false, true]) {
  describeSyncSide(`a side in memory with mapped fields${ridesAlong ? ' that ride along' : ''}`, async () => {
    const system = new MemorySystem({ side: 'exchange', batchSize: 50, separate: ['photo'], ridesAlong });
    return {
      side: mappedSide(system.sideFor('user-1'), 'contacts', mapping),
      addItem: async (values) => system.add(inTheirWords(values)),
      changeItem: async (id, values) => system.change(id, inTheirWords(values)),
      deleteItem: async (id) => system.delete(id),
      invalidateCursors: async () => system.forgetCursors(),
      close: async () => undefined,
    };
  });
}
