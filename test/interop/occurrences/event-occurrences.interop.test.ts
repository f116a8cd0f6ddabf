/**
 * Each event of the table through both sides and back: made on one, seen on the other, edited there, seen where it was made.
 * Every occurrence must be when an independent library has it, in each release and wherever the host stands.
 */
import { expect } from 'chai';
import { syncOne } from '../../../src/commands/sync.ts';
import { alice, startCompany } from '../company.ts';
import type { CompanyInside } from '../company.ts';
import type { Values } from '../../../src/sync/model.ts';
import { crmClient, expandRecord, shownOccurrences } from './crm-client.ts';
import type { CrmClient } from './crm-client.ts';
import { exchangeClient } from './exchange-client.ts';
import type { ExchangeClient } from './exchange-client.ts';
import { occurrencesOf } from './expected-occurrences.ts';
import type { Taking } from './expected-occurrences.ts';
import { rows } from './series-table.ts';
import type { Row } from './series-table.ts';

interface Case {
  readonly subject: string;
  readonly row: Row;
}

type Calendar = ReadonlyMap<string, readonly Taking[]>;
type Records = ReadonlyMap<string, Values>;

/** A quarter of an hour longer; days stay as they are. Exceptions keep the times of their own. */
function lengthened({ start, end }: { readonly start: string; readonly end: string }): string {
  if (start.length === 10) return end;
  return new Date(Date.parse(`${end}Z`) + 900_000).toISOString().slice(0, 19);
}

for (const release of ['Exchange2007_SP1', 'Exchange2010_SP2', 'Exchange2013_SP1'] as const) {
  const known = rows.filter(({ since2010 }) => since2010 !== true || release !== 'Exchange2007_SP1');
  const fromCrm = known
    .filter(({ spelled }) => spelled === undefined)
    .map((row): Case => ({ subject: `crm ${row.what}`, row }));
  const fromExchange = known.map((row): Case => ({ subject: `exchange ${row.what}`, row }));
  const subjects = (cases: readonly Case[]): string[] => cases.map(({ subject }) => subject);

  describe(`occurrences between the CRM and ${release}`, function () {
    this.timeout(60_000);
    let company: CompanyInside;
    let crm: CrmClient;
    let exchange: ExchangeClient;
    let first: { readonly calendar: Calendar; readonly records: Records };
    let edited: { readonly calendar: Calendar; readonly records: Records };

    before(async () => {
      company = await startCompany({ release });
      const { settings: store } = company.installation.stores;
      const { version, settings } = await store.load();
      // Each event is edited, which is more than people do at once.
      const guard = { ...settings.guard, overwrites: { count: 1000, share: 1 } };
      await store.save({ ...settings, guard }, version, 'test');
      crm = await crmClient(company.installation, alice);
      exchange = exchangeClient(company.sandbox, release);
      await crm.create(fromCrm);
      await exchange.create(fromExchange);
      await sync();
      first = { calendar: await exchange.occurrences(), records: await crm.records() };
      await exchange.setLocation(subjects(fromCrm), 'Room 2');
      await crm.edit(subjects(fromExchange), ({ start, end }) => ({
        location: 'Room 2',
        end: lengthened({ start: String(start), end: String(end) }),
      }));
      await sync();
      edited = { calendar: await exchange.occurrences(), records: await crm.records() };
    });
    after(() => company.close());

    async function sync(): Promise<number> {
      const { installation } = company;
      const [mailbox] = await installation.stores.mailboxes.list();
      if (!mailbox) throw new Error('there is no mailbox');
      const signal = new AbortController().signal;
      const report = await syncOne(installation, mailbox, 'events', { preview: false, signal });
      expect(report.error).to.equal(null);
      expect(report.held, 'held by the guard').to.equal(0);
      return Object.values(report.counts).reduce((sum, { created, updated }) => sum + created + updated, 0);
    }

    function check(taken: readonly Taking[] | undefined, { row }: Case, where: string): void {
      expect(taken ?? [], where).to.deep.equal(occurrencesOf(row));
      const starts = (taken ?? []).map((one) => one.split('/')[0]);
      expect(starts, where).to.include.members([...(row.moments ?? [])]);
    }

    function checkRecord(values: Values | undefined, one: Case, where: string): void {
      check(values && expandRecord(values), one, `${where}, by rrule`);
      check(values && shownOccurrences(values), one, `${where}, as it shows them`);
    }

    for (const one of fromCrm) {
      it(`from the CRM and back: ${one.row.what}`, () => {
        check(first.calendar.get(one.subject), one, 'in Exchange');
        expect(edited.records.get(one.subject)).to.include({ location: 'Room 2' });
        checkRecord(edited.records.get(one.subject), one, 'in the CRM, after an edit in Exchange');
        check(edited.calendar.get(one.subject), one, 'in Exchange, after an edit there');
      });
    }
    for (const one of fromExchange) {
      it(`from Exchange and back: ${one.row.what}`, () => {
        check(first.calendar.get(one.subject), one, 'in Exchange');
        checkRecord(first.records.get(one.subject), one, 'in the CRM');
        const longer = { ...one, row: { ...one.row, end: lengthened(one.row) } };
        check(edited.calendar.get(one.subject), longer, 'in Exchange, after it became longer in the CRM');
        checkRecord(edited.records.get(one.subject), longer, 'in the CRM, after it became longer there');
      });
    }

    it('and a further run writes nothing', async () => {
      expect(await sync()).to.equal(0);
    });
  });
}
