import { expect } from 'chai';
import type { Values } from '../../src/sync/model.ts';
import { contents, dayMs, worlds } from './world.ts';
import type { World } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

/** On a day, in Coordinated Universal Time; the clock of the world begins on 5 January 2026. */
function event(subject: string, day: string, more: Values = {}): Values {
  return {
    uid: `uid-${subject}`,
    subject,
    start: `${day}T09:00:00`,
    end: `${day}T10:00:00`,
    timeZone: 'Etc/UTC',
    ...more,
  };
}

const weekly: Values = { recurrence: 'FREQ=WEEKLY;BYDAY=MO' };

function subjects(values: readonly Values[]): unknown[] {
  return values.map(({ subject }) => subject);
}

async function kept(world: World): Promise<unknown[][]> {
  return (await world.links()).map(({ state, reason, crmId, exchangeId }) => [
    state,
    reason,
    crmId,
    exchangeId,
  ]);
}

describe('a sync with an event window', () => {
  const makeWorld = worlds();
  const month = { pastDays: 30, futureDays: 30 };

  async function makeMonth(more: object = {}): Promise<World> {
    return makeWorld({ module: 'events', eventWindow: month, ...more });
  }

  it('leaves events outside where they are, on both sides, with the reason, and takes the others', async () => {
    const world = await makeMonth();
    world.crm.add(event('old', '2025-11-01'), { ownerId: 'alice' });
    world.crm.add(event('near', '2026-01-20'), { ownerId: 'alice' });
    world.crm.add(event('series', '2024-01-01', weekly), { ownerId: 'alice' });
    world.exchange.add(event('far', '2026-03-01'));
    world.exchange.add(event('recent', '2025-12-20'));
    await world.sync();
    expect(subjects(contents(world.crm)).sort()).to.deep.equal(['near', 'old', 'recent', 'series']);
    expect(subjects(contents(world.exchange)).sort()).to.deep.equal(['far', 'near', 'recent', 'series']);
    expect((await kept(world)).filter(([state]) => state !== 'active')).to.have.deep.members([
      ['outOfScope', 'window', 'crm-1', null],
      ['outOfScope', 'window', null, 'exchange-1'],
    ]);
    expect(await world.inboxRows()).to.deep.equal([]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('pairs what is there on both sides wherever it lies', async () => {
    const world = await makeMonth();
    world.crm.add(event('old', '2025-11-01'), { ownerId: 'alice' });
    world.exchange.add(event('old', '2025-11-01', { location: 'Room 1' }));
    world.crm.add(event('moved', '2025-11-02'), { ownerId: 'alice' });
    world.exchange.add(event('moved', '2026-01-10'));
    await world.sync();
    expect(await world.activeLinks()).to.have.lengthOf(2);
    expect(world.crm.list()).to.have.lengthOf(2);
    expect(world.exchange.list()).to.have.lengthOf(2);
    expect(world.crm.list()[0]?.values).to.include({ location: 'Room 1' });
  });

  it('pairs what is left out with a partner that comes later', async () => {
    const world = await makeMonth();
    world.crm.add(event('old', '2025-11-01'), { ownerId: 'alice' });
    await world.sync();
    world.exchange.add(event('old', '2025-11-01', { location: 'Room 1' }));
    await world.sync();
    expect(await kept(world)).to.deep.equal([['active', null, 'crm-1', 'exchange-1']]);
    expect(world.crm.list()[0]?.values).to.include({ location: 'Room 1' });
  });

  it('keeps what is linked in sync when its times leave the window, and when time does', async () => {
    const world = await makeMonth();
    const id = world.crm.add(event('meeting', '2026-01-20'), { ownerId: 'alice' });
    await world.sync();
    const far = { start: '2027-01-20T09:00:00', end: '2027-01-20T10:00:00' };
    world.crm.change(id, far);
    await world.sync();
    expect(world.exchange.list()[0]?.values).to.include(far);
    world.now += 1000 * dayMs;
    world.crm.change(id, { location: 'Room 1' });
    await world.sync();
    expect(world.exchange.list()[0]?.values).to.include({ ...far, location: 'Room 1' });
    world.crm.delete(id);
    await world.sync();
    expect(world.exchange.list()).to.deep.equal([]);
  });

  it('takes an event in when it is edited into the window, and not before', async () => {
    const world = await makeMonth();
    const id = world.exchange.add(event('talk', '2026-05-01'));
    await world.sync();
    world.exchange.change(id, { location: 'Room 1' });
    await world.sync();
    expect(world.crm.list()).to.deep.equal([]);
    world.exchange.change(id, { start: '2026-01-20T09:00:00', end: '2026-01-20T10:00:00' });
    await world.sync();
    expect(subjects(contents(world.crm))).to.deep.equal(['talk']);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('ends the link of what is deleted outside, and deletes nothing', async () => {
    const world = await makeMonth();
    const id = world.exchange.add(event('talk', '2026-05-01'));
    await world.sync();
    world.exchange.delete(id);
    await world.sync();
    expect(await kept(world)).to.deep.equal([['deleted', 'deletedInExchange', null, null]]);
    world.now += 100 * dayMs;
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  describe('as time passes', () => {
    it('takes an event in on the day its time comes, and reads nothing before', async () => {
      const world = await makeMonth();
      world.crm.add(event('soon', '2026-02-06'), { ownerId: 'alice' });
      world.crm.add(event('later', '2026-02-20'), { ownerId: 'alice' });
      world.exchange.add(event('old', '2025-11-01'));
      await world.sync();
      world.now += dayMs;
      expect(await world.idleRun()).to.deep.equal(idle);
      world.now += dayMs;
      await world.sync();
      expect(subjects(contents(world.exchange)).sort()).to.deep.equal(['old', 'soon']);
      expect(world.crm.countItems('read')).to.equal(3);
      expect(world.exchange.countItems('read')).to.equal(1);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('goes by the times an event has now', async () => {
      const world = await makeMonth();
      const id = world.crm.add(event('talk', '2026-06-01'), { ownerId: 'alice' });
      await world.sync();
      world.crm.change(id, { start: '2026-02-06T09:00:00', end: '2026-02-06T10:00:00' });
      await world.sync();
      expect(world.exchange.list()).to.deep.equal([]);
      world.now += 2 * dayMs;
      await world.sync();
      expect(subjects(contents(world.exchange))).to.deep.equal(['talk']);
    });

    it('goes by an occurrence that was moved before the first', async () => {
      const world = await makeMonth();
      const early = {
        '@2026-04-13T09:00:00/start': '2026-02-06T09:00:00',
        '@2026-04-13T09:00:00': 'changed',
      };
      world.crm.add(
        event('series', '2026-04-06', {
          ...weekly,
          ...early,
          '@2026-04-13T09:00:00/end': '2026-02-06T10:00:00',
        }),
        { ownerId: 'alice' },
      );
      await world.sync();
      expect(world.exchange.list()).to.deep.equal([]);
      world.now += 2 * dayMs;
      await world.sync();
      expect(world.exchange.list()[0]?.values).to.include(early);
    });

    it('forgets an exception that was taken back while the series was left out', async () => {
      const world = await makeMonth({ exchange: { separate: ['@'] } });
      const id = world.crm.add(
        event('series', '2026-02-09', { ...weekly, '@2026-02-16T09:00:00': 'deleted' }),
        { ownerId: 'alice' },
      );
      await world.sync();
      world.crm.change(id, { '@2026-02-16T09:00:00': null });
      world.now += 10 * dayMs;
      await world.sync();
      const [series] = world.exchange.list();
      world.exchange.change(series?.id ?? '', { '@2026-02-16T09:00:00': 'deleted' });
      await world.sync();
      expect(world.crm.get(id).values).to.include({ '@2026-02-16T09:00:00': 'deleted' });
      expect(await world.losers()).to.deep.equal([]);
    });

    it('is no reason to look at anything where only the past is bounded', async () => {
      const world = await makeWorld({ module: 'events', eventWindow: { pastDays: 30 } });
      world.exchange.add(event('old', '2025-11-01'));
      await world.sync();
      await world.sync();
      world.now += dayMs;
      const asked: string[] = [];
      world.wrapping = {
        ...world.wrapping,
        store: (store) => ({
          ...store,
          halfLinkIds: (scope) => {
            asked.push(scope.module);
            return store.halfLinkIds(scope);
          },
        }),
      };
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(asked).to.deep.equal([]);
    });
  });

  describe('whose rule is changed', () => {
    it('takes in what lies inside now, and does not read what still lies outside', async () => {
      const world = await makeMonth();
      world.crm.add(event('november', '2025-11-20'), { ownerId: 'alice' });
      world.exchange.add(event('october', '2025-10-01'));
      await world.sync();
      world.eventWindow = { pastDays: 60, futureDays: 30 };
      await world.sync();
      expect(subjects(contents(world.exchange)).sort()).to.deep.equal(['november', 'october']);
      expect(subjects(contents(world.crm))).to.deep.equal(['november']);
      expect(world.exchange.countItems('read')).to.equal(1);
      world.eventWindow = { pastDays: null, futureDays: null };
      await world.sync();
      expect(subjects(contents(world.crm)).sort()).to.deep.equal(['november', 'october']);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('keeps what was linked when it gets narrower', async () => {
      const world = await makeMonth();
      const id = world.crm.add(event('december', '2025-12-20'), { ownerId: 'alice' });
      await world.sync();
      world.eventWindow = { pastDays: 1, futureDays: 1 };
      expect(await world.idleRun()).to.deep.equal(idle);
      world.crm.change(id, { location: 'Room 1' });
      await world.sync();
      expect(world.exchange.list()[0]?.values).to.include({ location: 'Room 1' });
    });
  });

  it('is not the reason for what the direction forbids to stay once it lies inside', async () => {
    const world = await makeMonth({ settings: { type: 'oneWay', direction: 'crmToExchange' } });
    world.exchange.add(event('soon', '2026-02-06'));
    await world.sync();
    world.now += 5 * dayMs;
    await world.sync();
    expect(await kept(world)).to.deep.equal([['outOfScope', 'direction', null, 'exchange-1']]);
    expect(world.crm.list()).to.deep.equal([]);
  });

  it('does not count against the first sync what lies outside', async () => {
    const world = await makeMonth({ settings: { firstSyncCap: 1 } });
    world.crm.add(event('old', '2025-11-01'), { ownerId: 'alice' });
    world.crm.add(event('near', '2026-01-20'), { ownerId: 'alice' });
    await world.sync();
    expect(subjects(contents(world.exchange))).to.deep.equal(['near']);
  });

  it('leaves the new partner of a pair that ended outside, once the other one is gone, until its time comes', async () => {
    const world = await makeMonth({ settings: { deletes: { crm: false, exchange: false } } });
    const crmId = world.crm.add(event('talk', '2026-02-01'), { ownerId: 'alice' });
    await world.sync();
    const [first] = world.exchange.list();
    world.exchange.delete(first?.id ?? '');
    await world.sync();
    // Made again far ahead under the same id of the calendar, while the record goes.
    world.exchange.add(event('talk', '2026-02-20'));
    world.crm.delete(crmId);
    await world.sync();
    await world.sync();
    expect(world.crm.list()).to.deep.equal([]);
    world.now += 20 * dayMs;
    await world.sync();
    expect(subjects(contents(world.crm))).to.deep.equal(['talk']);
  });

  it('has nothing to say about contacts', async () => {
    const world = await makeWorld({ eventWindow: { pastDays: 0, futureDays: 0 } });
    world.crm.add({ givenName: 'Ada', start: '1999-01-01' }, { ownerId: 'alice' });
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
  });
});

describe('the first sync of events with a limit', () => {
  const makeWorld = worlds();

  it('takes what goes on and comes, the soonest first, then what ended last', async () => {
    const events = [
      event('ended long ago', '2020-05-01'),
      event('ended yesterday', '2026-01-04'),
      event('in a year', '2027-01-05'),
      event('series over', '2020-01-06', { recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=2' }),
      event('tomorrow', '2026-01-06'),
      event('series that goes on', '2020-01-07', { recurrence: 'FREQ=WEEKLY;BYDAY=WE' }),
    ];
    const expected = ['tomorrow', 'series that goes on', 'in a year', 'ended yesterday', 'ended long ago'];
    for (const limit of [1, 2, 3, 4, 5]) {
      const world = await makeWorld({
        module: 'events',
        settings: { firstSyncCap: limit },
        exchange: { batchSize: 1 },
      });
      for (const values of events) world.crm.add(values, { ownerId: 'alice' });
      await world.sync();
      // In the order they were made in.
      expect(subjects(world.exchange.list().map(({ values }) => values))).to.deep.equal(
        expected.slice(0, limit),
      );
      expect((await kept(world)).filter(([, reason]) => reason === 'cap')).to.have.lengthOf(6 - limit);
      expect(await world.idleRun()).to.deep.equal(idle);
    }
  });
});
