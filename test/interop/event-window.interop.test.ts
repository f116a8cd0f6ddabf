/** The event window of an installation, with a calendar on the stand-in for Exchange: what is left out, and what comes in. */
import { expect } from 'chai';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import type { EventWindow } from '../../src/sync/administration.ts';
import { findIn } from '../sandbox/item-requests.ts';
import { send } from '../sandbox/released-server.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { crmClient } from './occurrences/crm-client.ts';
import { exchangeClient } from './occurrences/exchange-client.ts';
import type { Row } from './occurrences/series-table.ts';

function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

function at(offset: number, more: Partial<Row> = {}): Row {
  const start = `${day(offset)}T09:00:00`;
  return { what: '', zone: 'Europe/Berlin', start, end: `${day(offset)}T10:00:00`, ...more };
}

const daily = { pattern: '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>' };

for (const release of ['Exchange2007_SP1', 'Exchange2019'] as const) {
  describe(`the event window, ${release}`, function () {
    this.timeout(120_000);
    let company: CompanyInside;
    beforeEach(async () => {
      company = await startCompany({ release });
    });
    afterEach(() => company.close());

    async function setWindow(eventWindow: EventWindow): Promise<void> {
      const { settings: store } = company.installation.stores;
      const { version, settings } = await store.load();
      const events = { ...settings.modules.events, enabled: true };
      await store.save(
        { ...settings, eventWindow, modules: { ...settings.modules, events } },
        version,
        'test',
      );
    }

    async function subjectsInExchange(): Promise<string[]> {
      const { body } = await send(company.sandbox, release, findIn('calendar', ['item:Subject']), 'alice');
      return [...body.matchAll(/<t:Subject>([^<]*)</g)].map(([, subject]) => subject ?? '');
    }

    async function sync(): Promise<SyncReport> {
      const { installation } = company;
      const [mailbox] = await installation.stores.mailboxes.list();
      if (!mailbox) throw new Error('there is no mailbox');
      const signal = new AbortController().signal;
      const report = await syncOne(installation, mailbox, 'events', { preview: false, signal });
      expect(report).to.include({ state: 'done', error: null });
      return report;
    }

    it('leaves out what is over or far ahead, on both sides, and takes it in when it is widened', async () => {
      const exchange = exchangeClient(company.sandbox, release);
      const crm = await crmClient(company.installation, alice);
      await exchange.create([
        { subject: 'E old', row: at(-60) },
        { subject: 'E near', row: at(5) },
        { subject: 'E far', row: at(90) },
        { subject: 'E over', row: at(-60, { ...daily, rule: 'FREQ=DAILY;COUNT=3' }) },
        { subject: 'E goes on', row: at(-60, { ...daily, rule: 'FREQ=DAILY;COUNT=70' }) },
      ]);
      await crm.create([
        { subject: 'C old', row: at(-61) },
        { subject: 'C near', row: at(6) },
        { subject: 'C far', row: at(91) },
      ]);
      await setWindow({ pastDays: 30, futureDays: 30 });
      expect((await sync()).leftOut).to.deep.equal({ window: 5 });
      const near = ['C near', 'E near', 'E goes on'];
      expect([...(await crm.records()).keys()]).to.have.members(['C old', 'C far', ...near]);
      expect(await subjectsInExchange()).to.have.members(['E old', 'E far', 'E over', ...near]);
      const quiet = await sync();
      expect(quiet.counts.crm).to.deep.equal(quiet.counts.exchange);
      expect(quiet.counts.crm).to.include({ created: 0, updated: 0, deleted: 0 });

      await setWindow({ pastDays: 30, futureDays: null });
      await sync();
      expect([...(await crm.records()).keys()]).to.have.members(['C old', 'C far', 'E far', ...near]);
      await setWindow({ pastDays: null, futureDays: null });
      expect((await sync()).leftOut).to.deep.equal({});
      const all = ['C old', 'C far', 'E far', 'E old', 'E over', ...near];
      expect([...(await crm.records()).keys()]).to.have.members(all);
      expect(await subjectsInExchange()).to.have.members(all);
    });
  });
}
