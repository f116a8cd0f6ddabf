import { createEmbeddedCrm } from '../../src/crm/embedded/embedded-crm.ts';
import type { Access, RecordStore } from '../../src/crm/embedded/record-store.ts';
import { openMemoryDatabase } from '../crm/embedded/memory-database.ts';
import { contactSample, eventSample, taskSample } from './samples.ts';
import { describeSyncSide } from './sync-side.contract.ts';

for (const sample of [contactSample, taskSample, eventSample]) {
  const { module } = sample;
  describeSyncSide(
    'the embedded CRM',
    async () => {
      const database = await openMemoryDatabase();
      const crm = createEmbeddedCrm(database, { clock: () => Date.UTC(2026, 0, 1) });
      const store: Pick<RecordStore<never>, 'read' | 'create' | 'update' | 'remove'> = crm[module];
      const access: Access = { actor: 'user-1', onlyOwnerId: null };
      const revisionOf = async (id: string): Promise<number> => {
        const [record] = await store.read([id], access);
        if (!record) throw new Error(`There is no record ${id}.`);
        return record.revision;
      };
      return {
        side: crm.sideFor('user-1'),
        async addItem(values) {
          const [result] = await store.create([{ ownerId: 'user-1', values }], access);
          if (result?.kind !== 'done') throw new Error(JSON.stringify(result));
          return result.id;
        },
        async changeItem(id, values) {
          await store.update([{ id, revision: await revisionOf(id), values }], access);
        },
        async deleteItem(id) {
          await store.remove([{ id, revision: await revisionOf(id) }], access);
        },
        async invalidateCursors() {
          await database.transaction((manager) =>
            manager
              .createQueryBuilder()
              .update('CrmCounter')
              .set({ epoch: 'another' })
              .where({ name: module })
              .execute(),
          );
        },
        close: () => database.close(),
      };
    },
    sample,
  );
}
