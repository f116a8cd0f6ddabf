import { expect } from 'chai';
import type { OrderStore } from '../../src/sync/orders.ts';
import { onEachDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const contacts = { mailboxId: 'alice', module: 'contacts' } as const;
const events = { mailboxId: 'bob', module: 'events' } as const;
const approved = { kind: 'decide', actionIds: [3, 5], verdict: 'approved' } as const;
const loser = { kind: 'takeBack', runId: 7, actionId: 9, fields: ['jobTitle', 'Straße "2"'] } as const;

onEachDatabase('OrderStore', (openTestDatabase) => {
  let test: TestDatabase;
  let orders: OrderStore;
  beforeEach(async () => {
    test = await openTestDatabase();
    orders = test.stores.orders;
  });
  afterEach(() => test.close());

  it('gives back what is open as it was given, the oldest first', async () => {
    const first = await orders.add(events, loser);
    const second = await orders.add(contacts, approved);
    expect(await orders.open()).to.deep.equal([
      { id: first.id, scope: events, order: loser },
      { id: second.id, scope: contacts, order: approved },
    ]);
  });

  it('knows an order until it is removed, and no other goes with it', async () => {
    const first = await orders.add(contacts, approved);
    const second = await orders.add(contacts, approved);
    expect([await orders.isOpen(first.id), await orders.isOpen(second.id)]).to.deep.equal([true, true]);
    await orders.remove([first.id]);
    expect([await orders.isOpen(first.id), await orders.isOpen(second.id)]).to.deep.equal([false, true]);
    await orders.remove([]);
    expect((await orders.open()).map(({ id }) => id)).to.deep.equal([second.id]);
  });
});
