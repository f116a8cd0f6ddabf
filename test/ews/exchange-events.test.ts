/** Tasks and events against the stand-in for Exchange, as each release has them. */
import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { createExchangeSide } from '../../src/ews/exchange-side.ts';
import { createTransport } from '../../src/ews/transport.ts';
import { ewsSchemas } from '../../src/ews/versions.ts';
import type { Module, Values } from '../../src/sync/model.ts';
import { exceptionFields } from '../../src/sync/occurrences.ts';
import type { Patch, SyncSide } from '../../src/sync/ports.ts';

const mailbox = 'alice@example.test';

const releases = [
  { release: 'Exchange2007_SP1', schema: ewsSchemas.Exchange2007_SP1 },
  { release: 'Exchange2010_SP1', schema: ewsSchemas.Exchange2010_SP1 },
  { release: 'Exchange2010_SP2', schema: ewsSchemas.Exchange2010_SP2 },
  { release: 'Exchange2013_SP1', schema: ewsSchemas.Exchange2013_SP1 },
  { release: 'Exchange2019', schema: ewsSchemas.Exchange2013_SP1 },
] as const;

const task: Values = {
  subject: 'Call <Ada> & Bob',
  notes: 'First\n\nLast',
  startDate: '2024-02-28',
  dueDate: '2024-02-29',
  recurrence: null,
  status: 'inProgress',
  percentComplete: '40',
  completedDate: null,
  priority: 'high',
  reminder: '2024-02-28T08:30:00Z',
  categories: ['Blue', 'Red'],
};

const event: Values = {
  subject: 'Review',
  start: '2024-03-28T09:30:00',
  end: '2024-03-28T10:15:00',
  timeZone: 'Europe/Berlin',
  recurrence: null,
  location: 'Room <1>',
  body: 'Bring numbers\nand cake',
  reminder: '10',
  busyState: 'tentative',
  privacy: 'normal',
  categories: ['Green'],
  attendees: null,
};

const series: Values = {
  ...event,
  start: '2024-03-25T09:00:00',
  end: '2024-03-25T10:00:00',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};

for (const { release, schema } of releases) {
  describe(`tasks and events in ${release}`, () => {
    let close: () => Promise<void>;
    let side: SyncSide;
    beforeEach(async () => {
      const sandbox = await startExchange({ release });
      const transport = createTransport({
        url: sandbox.url,
        credentials: { username: 'svc@example.test', password: 'svc' },
      });
      side = createExchangeSide({ transport, mailbox, impersonate: true, schema });
      close = async () => {
        await transport.close();
        await sandbox.close();
      };
    });
    afterEach(() => close());

    let stamps = 0;
    async function create(module: Module, values: Values): Promise<string> {
      const [result] = await side.create(module, [{ stamp: `test:${module}:${(stamps += 1)}`, values }]);
      if (result?.kind !== 'done') throw new Error(JSON.stringify(result));
      return result.id;
    }
    async function read(module: Module, id: string) {
      const [result] = await side.read(module, [id]);
      if (result?.kind !== 'item') throw new Error(JSON.stringify(result));
      return result.item;
    }
    async function update(module: Module, id: string, values: Values): Promise<Values> {
      const item = await read(module, id);
      const patch: Patch = { id, version: item.version, values, resulting: item.values };
      const [result] = await side.update(module, [patch]);
      if (result?.kind !== 'done') throw new Error(JSON.stringify(result));
      const after = await read(module, id);
      expect(after.version, 'the version the write gave').to.equal(result.version);
      return after.values;
    }

    it('keep every field of a task', async () => {
      const id = await create('tasks', task);
      expect((await read('tasks', id)).values).to.deep.equal(task);
    });

    it('change and clear the fields of a task', async () => {
      const id = await create('tasks', task);
      const cleared = {
        notes: null,
        startDate: null,
        dueDate: '2024-03-01',
        priority: 'normal',
        reminder: null,
        categories: null,
      };
      expect(await update('tasks', id, cleared)).to.deep.equal({ ...task, ...cleared });
    });

    it('keep a task that is completed', async () => {
      const done = { status: 'completed', percentComplete: '100', completedDate: '2024-02-29' };
      const id = await create('tasks', { ...task, ...done });
      expect((await read('tasks', id)).values).to.deep.equal({ ...task, ...done });
    });

    it('complete a task and take it up again', async () => {
      const id = await create('tasks', task);
      const done = { status: 'completed', percentComplete: '100', completedDate: '2024-02-29' };
      expect(await update('tasks', id, done)).to.deep.equal({ ...task, ...done });
      const again = { status: 'inProgress', percentComplete: '50', completedDate: null };
      expect(await update('tasks', id, again)).to.deep.equal({ ...task, ...again });
    });

    it('keep the rule of a task', async () => {
      const recurrence = 'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28';
      const id = await create('tasks', { ...task, recurrence });
      expect((await read('tasks', id)).values).to.include({ recurrence });
      expect(await update('tasks', id, { recurrence: null })).to.include({ recurrence: null });
    });

    it('delete a task, recurring or not', async () => {
      const ids = [await create('tasks', task), await create('tasks', { ...task, recurrence: 'FREQ=DAILY' })];
      for (const id of ids) {
        const { version } = await read('tasks', id);
        expect((await side.remove('tasks', [{ id, version }]))[0]).to.include({ kind: 'done' });
      }
      expect(await side.read('tasks', ids)).to.deep.equal([{ kind: 'gone' }, { kind: 'gone' }]);
    });

    it('keep every field of an event', async () => {
      const id = await create('events', event);
      expect((await read('events', id)).values).to.deep.include(event);
    });

    it('keep days as days', async () => {
      const days = { ...event, start: '2024-12-31', end: '2025-01-02', timeZone: 'America/New_York' };
      const id = await create('events', days);
      expect((await read('events', id)).values).to.deep.include(days);
    });

    it('move an event, and change and clear its fields', async () => {
      const id = await create('events', event);
      const changes = {
        start: '2024-07-01T23:30:00',
        end: '2024-07-02T00:30:00',
        timeZone: 'Asia/Tokyo',
        location: null,
        body: null,
        reminder: null,
        busyState: 'outOfOffice',
        categories: null,
      };
      expect(await update('events', id, changes)).to.deep.include({ ...event, ...changes });
    });

    it('keep attendees and tell nobody', async () => {
      const attendees = ['required;bob@example.test;Bob', 'optional;carol@example.test'];
      const id = await create('events', { ...event, attendees });
      const { values } = await read('events', id);
      expect(
        (values['attendees'] as string[]).map((one) => one.split(';').slice(0, 2).join(';')),
      ).to.deep.equal(['required;bob@example.test', 'optional;carol@example.test']);
    });

    it('keep a series, and its local time across a clock change', async () => {
      const id = await create('events', series);
      expect((await read('events', id)).values).to.deep.include(series);
    });

    it('write exceptions of a series, and take them back', async () => {
      const id = await create('events', series);
      const exceptions = exceptionFields([
        { originalStart: '2024-04-01T09:00:00', state: 'deleted', values: {} },
        {
          originalStart: '2024-04-08T09:00:00',
          state: 'changed',
          values: { start: '2024-04-09T14:00:00', end: '2024-04-09T15:00:00', subject: 'Moved review' },
        },
      ]);
      expect(await update('events', id, exceptions)).to.deep.include({ ...series, ...exceptions });
      const { start, end, timeZone, recurrence } = series;
      const anew: Values = {
        start: start ?? null,
        end: end ?? null,
        timeZone: timeZone ?? null,
        recurrence: recurrence ?? null,
      };
      const values = await update('events', id, anew);
      expect(Object.keys(values).filter((name) => name.startsWith('@'))).to.deep.equal([]);
    });

    it('report what was created, changed and deleted', async () => {
      const id = await create('events', event);
      const pages = [];
      for await (const page of side.changes('events', null)) pages.push(page);
      const change = pages.flatMap(({ changes }) => changes)[0];
      expect(change).to.deep.include({ kind: 'changed', id, skip: null });
      expect(change?.kind === 'changed' && change.keyValues).to.include({
        subject: 'Review',
        start: '2024-03-28T09:30:00',
      });
    });
  });
}
