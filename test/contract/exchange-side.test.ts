import { startExchange } from '../../sandbox/exchange/server.ts';
import { createExchangeSide } from '../../src/ews/exchange-side.ts';
import { createTransport } from '../../src/ews/transport.ts';
import { ewsSchemas } from '../../src/ews/versions.ts';
import type { Values } from '../../src/sync/model.ts';
import { describeSyncSide } from './sync-side.contract.ts';

const mailbox = 'alice@example.test';

/** The field URIs of what a person types in Outlook, as far as the contract has people type. */
const uris: Readonly<Record<string, string>> = {
  givenName: 'contacts:GivenName',
  surname: 'contacts:Surname',
  company: 'contacts:CompanyName',
  jobTitle: 'contacts:JobTitle',
  email1: 'contacts:EmailAddress/EmailAddress1',
  email2: 'contacts:EmailAddress/EmailAddress2',
  mobilePhone: 'contacts:PhoneNumber/MobilePhone',
};

function typed(values: Values): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const uri = uris[field];
      if (uri === undefined) throw new Error(`nobody types ${field} in this test`);
      return [uri, typeof value === 'string' ? value : undefined];
    }),
  );
}

describeSyncSide('Exchange over EWS', async () => {
  const sandbox = await startExchange();
  const credentials = { username: 'svc@example.test', password: 'svc' };
  const transport = createTransport({ url: sandbox.url, credentials });
  return {
    side: createExchangeSide({ transport, mailbox, impersonate: true, schema: ewsSchemas.Exchange2013_SP1 }),
    addItem: async (values) => sandbox.store.addContact(mailbox, typed(values) as Record<string, string>).id,
    changeItem: async (id, values) => void sandbox.store.editItem(id, typed(values)),
    deleteItem: async (id) => sandbox.store.removeItem(id),
    invalidateCursors: async () => sandbox.invalidateSyncStates(mailbox),
    async close() {
      await transport.close();
      await sandbox.close();
    },
  };
});
