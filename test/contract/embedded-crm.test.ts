import { createEmbeddedCrm } from '../../src/crm/embedded/embedded-crm.ts';
import type { Access } from '../../src/crm/embedded/record-store.ts';
import { openMemoryDatabase } from '../crm/embedded/memory-database.ts';
import { describeSyncSide } from './sync-side.contract.ts';

describeSyncSide('the embedded CRM', async () => {
  const database = await openMemoryDatabase();
  const crm = createEmbeddedCrm(database, { clock: () => Date.UTC(2026, 0, 1) });
  const access: Access = { actor: 'user-1', onlyOwnerId: null };
  const revisionOf = async (id: string): Promise<number> => {
    const [contact] = await crm.contacts.read([id], access);
    if (!contact) throw new Error(`There is no contact ${id}.`);
    return contact.revision;
  };
  return {
    side: crm.sideFor('user-1'),
    async addItem(values) {
      const [result] = await crm.contacts.create([{ ownerId: 'user-1', values }], access);
      if (result?.kind !== 'done') throw new Error('The contact was not created.');
      return result.id;
    },
    async changeItem(id, values) {
      await crm.contacts.update([{ id, revision: await revisionOf(id), values }], access);
    },
    async deleteItem(id) {
      await crm.contacts.remove([{ id, revision: await revisionOf(id) }], access);
    },
    async invalidateCursors() {
      await database.transaction((manager) =>
        manager
          .createQueryBuilder()
          .update('CrmCounter')
          .set({ epoch: 'another' })
          .where({ name: 'contacts' })
          .execute(),
      );
    },
    close: () => database.close(),
  };
});
