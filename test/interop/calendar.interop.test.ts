/** Tasks and events between exchangelib and the CRM, through an installation and the stand-in for Exchange. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { syncOne } from '../../src/commands/sync.ts';
import type { Values } from '../../src/sync/model.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { requireExchangelib } from './exchangelib.ts';

const script = fileURLToPath(new URL('exchangelib_calendar.py', import.meta.url));
const run = promisify(execFile);

interface Shown {
  readonly events: readonly Readonly<Record<string, string | boolean | null>>[];
  readonly tasks: readonly object[];
  readonly sent: number;
}

for (const release of ['Exchange2010_SP2', 'Exchange2013_SP1', 'Exchange2019'] as const) {
  describe(`tasks and events between exchangelib and the CRM, ${release}`, function () {
    this.timeout(120_000);
    let company: CompanyInside;
    before(function () {
      requireExchangelib(this);
    });
    beforeEach(async () => {
      company = await startCompany({ release });
    });
    afterEach(() => company.close());

    async function exchangelib(command: 'fill' | 'show'): Promise<Shown> {
      const args = ['-W', 'ignore', script, company.sandbox.url, alice, 'alice', command];
      const { stdout } = await run('/usr/bin/python3', args);
      return JSON.parse(stdout) as Shown;
    }

    /** Both modules once; fails unless both runs end well. Returns how much was written. */
    async function sync(): Promise<number> {
      const { installation } = company;
      const [mailbox] = await installation.stores.mailboxes.list();
      if (!mailbox) throw new Error('there is no mailbox');
      let written = 0;
      for (const module of ['tasks', 'events'] as const) {
        const report = await syncOne(installation, mailbox, module, {
          preview: false,
          signal: new AbortController().signal,
        });
        expect(report.error, module).to.equal(null);
        expect(report.state, module).to.equal('done');
        for (const { created, updated, deleted, failed } of Object.values(report.counts)) {
          expect(failed, `${module}: failed`).to.equal(0);
          written += created + updated + deleted;
        }
      }
      return written;
    }

    async function records(module: 'tasks' | 'events') {
      const { crm } = company.installation;
      const user = await crm.directory.userByEmail(alice);
      const side = crm.sideFor(user?.id ?? '');
      const ids: string[] = [];
      for await (const page of side.changes(module, null))
        ids.push(...page.changes.flatMap((change) => (change.kind === 'changed' ? [change.id] : [])));
      return (await side.read(module, ids)).flatMap((result) =>
        result.kind === 'item' ? [result.item] : [],
      );
    }

    async function edit(module: 'tasks' | 'events', subject: string, values: Values): Promise<void> {
      const { crm } = company.installation;
      const item = (await records(module)).find((one) => one.values['subject'] === subject);
      if (!item) throw new Error(`there is no ${subject}`);
      const store = module === 'tasks' ? crm.tasks : crm.events;
      const change = { id: item.id, revision: Number(item.version), values };
      const [result] = await store.update([change], { actor: 'test', onlyOwnerId: null });
      expect(result?.kind).to.equal('done');
    }

    it('carries a series with exceptions, a day, a private event and a task, and edits back', async () => {
      await exchangelib('fill');
      await sync();
      const events = await records('events');
      const bySubject = new Map(events.map(({ values }) => [values['subject'], values]));
      expect([...bySubject.keys()]).to.have.members(['Jour fixe', 'Fair', null]);
      expect(bySubject.get('Jour fixe')).to.deep.include({
        start: '2024-03-11T09:00:00',
        end: '2024-03-11T10:00:00',
        timeZone: 'Europe/Berlin',
        recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
        location: 'Room 1',
        '@2024-03-25T09:00:00': 'changed',
        '@2024-03-25T09:00:00/start': '2024-03-26T14:00:00',
        '@2024-03-25T09:00:00/end': '2024-03-26T15:00:00',
        '@2024-03-25T09:00:00/subject': 'Jour fixe, moved',
        '@2024-04-08T09:00:00': 'deleted',
      });
      expect(bySubject.get('Fair')).to.include({ start: '2024-05-01', end: '2024-05-02' });
      // Of a private event others see that there is something, and when.
      expect(bySubject.get(null)).to.include({
        start: '2024-05-03T08:00:00',
        body: null,
        privacy: 'private',
      });
      expect((await records('tasks')).map(({ values }) => values)).to.have.length(1);
      expect((await records('tasks'))[0]?.values).to.include({ subject: 'Offer', dueDate: '2024-02-29' });
      expect(await sync(), 'a further run').to.equal(0);

      await edit('events', 'Jour fixe', { location: 'Room 2', '@2024-04-15T09:00:00': 'deleted' });
      await edit('events', 'Fair', { end: '2024-05-04' });
      await edit('tasks', 'Offer', { status: 'completed' });
      await sync();
      const shown = await exchangelib('show');
      expect(shown.events.map(({ subject, start, location }) => [subject, start, location])).to.deep.equal([
        ['Jour fixe', '2024-03-11 08:00:00+00:00', 'Room 2'],
        ['Jour fixe', '2024-03-18 08:00:00+00:00', 'Room 2'],
        ['Jour fixe, moved', '2024-03-26 13:00:00+00:00', 'Room 2'],
        ['Jour fixe', '2024-04-01 07:00:00+00:00', 'Room 2'],
        ['Fair', '2024-05-01', null],
        ['Doctor', '2024-05-03 06:00:00+00:00', null],
      ]);
      expect(shown.events.find(({ subject }) => subject === 'Fair')).to.include({ all_day: true });
      expect(shown.tasks).to.deep.equal([
        { subject: 'Offer', due: '2024-02-29', status: 'Completed', percent: 100 },
      ]);
      expect(shown.sent, 'messages sent or received').to.equal(0);
      expect(await sync(), 'a further run').to.equal(0);
    });
  });
}
