import { expect } from 'chai';
import type { Values } from '../../src/sync/model.ts';
import type { SyncStore } from '../../src/sync/stores.ts';
import { remoteError } from './memory-side.ts';
import { PowerCut } from './power-cut.ts';
import { contents, worlds } from './world.ts';
import type { World, WorldOptions } from './world.ts';

const series: Values = {
  uid: 'uid-1',
  subject: 'Jour fixe',
  start: '2026-01-26T09:00:00',
  end: '2026-01-26T10:00:00',
  timeZone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};
const moved: Values = { '@2026-02-02T09:00:00': 'changed', '@2026-02-02T09:00:00/location': 'Room 2' };
const longer: Values = { end: '2026-01-26T11:00:00' };
const idle = { actions: 0, writes: 0, reads: 0 };

/** Exchange forgets the exceptions of a series whose times are written; they follow in a call of their own. */
const options: WorldOptions = { module: 'events', exchange: { separate: ['@'] } };

describe('the exceptions of a series whose times travel to Exchange', () => {
  const makeWorld = worlds();

  async function synced(
    more: WorldOptions = {},
  ): Promise<{ world: World; crmId: string; exchangeId: string }> {
    const world = await makeWorld({ ...options, ...more });
    const crmId = world.crm.add({ ...series, ...moved }, { ownerId: 'alice' });
    await world.sync();
    await world.sync();
    const exchangeId = (await world.links())[0]?.exchangeId ?? '';
    expect(contents(world.exchange)).to.deep.equal([{ ...series, ...moved }]);
    return { world, crmId, exchangeId };
  }

  async function expectWhole(world: World, values: Values): Promise<void> {
    await world.sync();
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([values]);
    expect(contents(world.exchange)).to.deep.equal([values]);
    expect(await world.idleRun()).to.deep.equal(idle);
  }

  for (const lost of ['first', 'second'] as const) {
    it(`are not taken for deleted there when the answer of the ${lost} step is lost`, async () => {
      const { world, crmId } = await synced();
      world.crm.change(crmId, longer);
      const kind = lost === 'first' ? 'lostAnswer' : 'lostRequest';
      let updates = 0;
      world.exchange.meanwhile = ({ method }) => {
        if (method !== 'update' || (updates += 1) !== (lost === 'first' ? 1 : 2)) return;
        world.exchange.fail('update', { kind, error: remoteError('exchange', { outcomeUnknown: true }) });
      };
      expect((await world.run()).state).to.equal('failed');
      world.exchange.meanwhile = () => undefined;
      await expectWhole(world, { ...series, ...moved, ...longer });
    });
  }

  it('are not taken for deleted there when the item changes by itself in between', async () => {
    const { world, crmId, exchangeId } = await synced();
    world.crm.change(crmId, longer);
    let updates = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'update' && (updates += 1) === 2) world.exchange.touch(exchangeId);
    };
    await expectWhole(world, { ...series, ...moved, ...longer });
  });

  it('reach the CRM although it refuses them at first', async () => {
    const { world, crmId, exchangeId } = await synced();
    const own = { '@2026-02-09T09:00:00': 'changed', '@2026-02-09T09:00:00/location': 'Room 3' };
    world.crm.change(crmId, longer);
    world.exchange.change(exchangeId, own);
    world.crm.itemFailure = (method) =>
      method === 'update' ? { code: 'Busy', message: 'The CRM is busy.', retryable: true } : null;
    await world.sync();
    world.crm.itemFailure = () => null;
    await world.stores.sync.retryNow(world.scopeOf());
    await expectWhole(world, { ...series, ...moved, ...own, ...longer });
  });

  it('that Exchange has of its own in a one-way sync go with the times, and are kept as losers', async () => {
    const { world, crmId, exchangeId } = await synced({ settings: { type: 'oneWay' } });
    world.exchange.change(exchangeId, { '@2026-02-02T09:00:00/location': 'Mine' });
    await world.sync();
    world.crm.change(crmId, longer);
    await expectWhole(world, { ...series, ...moved, ...longer });
    expect(await world.losers()).to.deep.equal([
      { field: '@2026-02-02T09:00:00/location', side: 'exchange', value: 'Mine', won: 'Room 2' },
    ]);
  });

  it('that lose to those of the CRM are kept, though the item changes by itself before they are written', async () => {
    const { world, crmId, exchangeId } = await synced();
    world.crm.change(crmId, { ...longer, '@2026-02-02T09:00:00/location': 'Room 7' });
    world.exchange.change(exchangeId, { '@2026-02-02T09:00:00/location': 'Mine' });
    let updates = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'update' && (updates += 1) === 2) world.exchange.touch(exchangeId);
    };
    await expectWhole(world, { ...series, ...moved, ...longer, '@2026-02-02T09:00:00/location': 'Room 7' });
    const field = '@2026-02-02T09:00:00/location';
    expect(await world.losers()).to.deep.equal([{ field, side: 'exchange', value: 'Mine', won: 'Room 7' }]);
  });

  it('are gone on both sides when Exchange takes one back', async () => {
    const { world, exchangeId } = await synced();
    world.exchange.change(exchangeId, {
      '@2026-02-02T09:00:00': null,
      '@2026-02-02T09:00:00/location': null,
    });
    await expectWhole(world, series);
  });

  it('that are changed in the CRM while the item lies elsewhere reach it when it is back, though it changes by itself', async () => {
    const world = await makeWorld(options);
    const crmId = world.crm.add(series, { ownerId: 'alice' });
    await world.sync();
    const exchangeId = world.exchange.move((await world.links())[0]?.exchangeId ?? '', 'elsewhere');
    await world.sync();
    world.crm.change(crmId, moved);
    await world.sync();
    const back = world.exchange.move(exchangeId, 'home');
    world.exchange.change(back, { location: 'Hall' });
    let updates = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'update' && (updates += 1) === 1) world.exchange.touch(back);
    };
    await expectWhole(world, { ...series, ...moved, location: 'Hall' });
    expect(updates).to.equal(2);
  });

  for (const cut of ['', ', and the power fails then'] as const)
    it(`of its own stay there when the CRM refuses them at the first pairing${cut}`, async () => {
      const world = await makeWorld(options);
      const own = { '@2026-02-09T09:00:00': 'changed', '@2026-02-09T09:00:00/location': 'Room 3' };
      world.crm.add({ ...series, ...longer }, { ownerId: 'alice' });
      world.exchange.add({ ...series, ...own });
      world.crm.itemFailure = (method) =>
        method === 'update' ? { code: 'Busy', message: 'The CRM is busy.', retryable: true } : null;
      let dropped = 0;
      const settle: SyncStore['settle'] = async (lease, settlement) => {
        if (settlement.finished.some(({ state }) => state === 'dropped')) dropped += 1;
        if (cut !== '' && dropped > 1) throw new PowerCut('settle');
        await world.stores.sync.settle(lease, settlement);
      };
      world.wrapping = { ...world.wrapping, store: (store) => ({ ...store, settle }) };
      await world.run().catch((error: unknown) => expect(error).to.be.instanceOf(PowerCut));
      expect(dropped).to.equal(2);
      world.restart();
      world.crm.itemFailure = () => null;
      await world.stores.sync.retryNow(world.scopeOf());
      await expectWhole(world, { ...series, ...own, ...longer });
    });

  describe('after a rejection', () => {
    const own = { '@2026-02-09T09:00:00': 'changed', '@2026-02-09T09:00:00/location': 'Room 3' };

    async function held(): Promise<{ world: World; crmId: string; exchangeId: string }> {
      const sides = await synced({ guard: { overwrites: { count: 0, share: 0 } } });
      const { world, crmId, exchangeId } = sides;
      world.crm.change(crmId, { ...longer, subject: 'Of the CRM' });
      world.exchange.change(exchangeId, { ...own, '@2026-02-02T09:00:00/location': 'Mine' });
      await world.sync();
      expect((await world.held()).map(({ body }) => body.side)).to.deep.equal([
        'crm',
        'exchange',
        'exchange',
      ]);
      return sides;
    }

    async function expectKept(world: World, crmId: string, exchangeId: string): Promise<void> {
      world.guard = { ...world.guard, overwrites: { count: 10, share: 1 } };
      world.crm.change(crmId, { location: 'Hall' });
      world.exchange.touch(exchangeId);
      await world.sync();
      expect(contents(world.crm)).to.deep.equal([
        { ...series, ...moved, ...longer, subject: 'Of the CRM', location: 'Hall' },
      ]);
    }

    it('stay on the side that has them, where both were to be written', async () => {
      const { world, crmId, exchangeId } = await held();
      await world.decide('rejected');
      expect(await world.held()).to.deep.equal([]);
      await expectKept(world, crmId, exchangeId);
      expect(contents(world.exchange)).to.deep.equal([
        { ...series, ...moved, ...own, '@2026-02-02T09:00:00/location': 'Mine', location: 'Hall' },
      ]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('are kept in the history, where the times of the series travel and nothing else has them', async () => {
      const { world, crmId, exchangeId } = await held();
      await world.decide('rejected');
      world.guard = { ...world.guard, overwrites: { count: 10, share: 1 } };
      world.crm.change(crmId, { end: '2026-01-26T12:00:00' });
      let updates = 0;
      world.exchange.meanwhile = ({ method }) => {
        if (method === 'update' && (updates += 1) === 2) world.exchange.touch(exchangeId);
      };
      await world.sync();
      expect((await world.losers()).filter(({ field }) => field in own)).to.deep.equal(
        Object.entries(own).map(([field, value]) => ({ field, side: 'exchange', value, won: value })),
      );
    });

    it('stay in Exchange, where those were not to reach the CRM', async () => {
      const { world, crmId, exchangeId } = await held();
      await world.decide('rejected', ({ body }) => body.side === 'crm');
      // What Exchange was to get took it for granted that the CRM gets the exceptions.
      expect((await world.held()).map(({ body }) => body.side)).to.deep.equal(['exchange', 'exchange']);
      await world.decide('approved');
      await expectKept(world, crmId, exchangeId);
      expect(contents(world.exchange)).to.deep.equal([
        {
          ...series,
          ...moved,
          ...own,
          ...longer,
          '@2026-02-02T09:00:00/location': 'Mine',
          subject: 'Of the CRM',
          location: 'Hall',
        },
      ]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  });
});

describe('an occurrence that is changed on both sides for the first time', () => {
  const makeWorld = worlds();

  it('becomes what the side says that wins, and the other is kept as a loser', async () => {
    const world = await makeWorld(options);
    const exchangeId = world.exchange.add(series);
    await world.sync();
    const start = '2026-02-02T09:00:00';
    const called = (subject: string): Values => ({
      [`@${start}`]: 'changed',
      [`@${start}/subject`]: subject,
    });
    world.crm.change(world.crm.list()[0]?.id ?? '', called('As the CRM says'));
    world.exchange.change(exchangeId, called('As Exchange says'));
    const { counts } = await world.sync();
    expect(contents(world.exchange)).to.deep.equal([{ ...series, ...called('As the CRM says') }]);
    expect(counts.exchange.conflicts).to.equal(1);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});
