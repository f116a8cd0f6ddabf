import { expect } from 'chai';
import { createExchangeSide } from '../../src/ews/exchange-side.ts';
import { createTransport } from '../../src/ews/transport.ts';
import { ewsSchemas } from '../../src/ews/versions.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';

const mailbox = 'alice@example.test';

describe('looking for an item that Exchange reported deleted', () => {
  it('finds what was put back into the folder and copies of it, beside what lies elsewhere', async () => {
    const sandbox = await startExchange();
    const transport = createTransport({
      url: sandbox.url,
      credentials: { username: 'svc@example.test', password: 'svc' },
      sleep: () => Promise.resolve(),
    });
    try {
      const schema = ewsSchemas.Exchange2013_SP1;
      const side = createExchangeSide({ transport, mailbox, impersonate: true, schema });
      const drafts = ['back', 'copied', 'gone'].map((name) => ({
        stamp: `inst:contacts:${name}`,
        values: { givenName: name },
      }));
      const made = (await side.create('contacts', drafts)).map((result) => {
        if (result.kind !== 'done') throw new Error('not created');
        return result;
      });
      const box = sandbox.store.mailbox(mailbox);
      const home = sandbox.store.folder(mailbox, 'contacts');
      const other = box.createFolder(sandbox.store.folder(mailbox, 'msgfolderroot'), 'Family', 'IPF.Contact');
      const stamp = { at: Date.now(), by: 'Alice' };
      const [back, copied, gone] = made.map(({ id }) => sandbox.store.locate(id).item);
      if (!back || !copied || !gone) throw new Error('not there');
      box.moveItem(box.moveItem(back, other, stamp), home, stamp);
      box.copyItem(copied, home, stamp);
      box.moveItem(copied, other, stamp);
      box.removeItem(gone);

      const { changes } = await firstPage(side.changes('contacts', null));
      const ids = new Map(
        changes.flatMap((change) => (change.kind === 'changed' ? [[change.stamp, change.id] as const] : [])),
      );
      const [idBack, idCopy] = ['back', 'copied'].map((name) => ids.get(`inst:contacts:${name}`) ?? '');
      const places = await side.locate(
        'contacts',
        drafts.map((draft, index) => ({ id: made[index]?.id ?? '', stamp: draft.stamp, identity: null })),
      );
      expect(places).to.deep.equal([
        { here: [idBack], otherwise: 'gone' },
        { here: [idCopy], otherwise: 'moved' },
        'gone',
      ]);
    } finally {
      await transport.close();
      await sandbox.close();
    }
  });
});

async function firstPage<Page>(pages: AsyncIterable<Page>): Promise<Page> {
  for await (const page of pages) return page;
  throw new Error('no page');
}
