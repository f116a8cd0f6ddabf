/** Kills `exsync folders` at each of its transactions, one after the other, and lets it go on. */
import { expect } from 'chai';
import { alice, startCompany } from '../interop/company.ts';
import type { CompanyInside } from '../interop/company.ts';
import { exsync } from '../interop/exsync-program.ts';

const people = 60;
const folder = 'CRM Contacts';

describe('a migration to dedicated folders that is killed', function () {
  this.timeout(300_000);

  let company: CompanyInside;
  beforeEach(async () => {
    company = await startCompany();
  });
  afterEach(() => company.close());

  it('goes on after each kill, and doubles and loses nothing', async () => {
    const { store } = company.sandbox;
    for (let number = 0; number < people; number += 1) {
      await company.crm.create({ givenName: `G${number}`, email1: `g${number}@people.example` });
    }
    await company.sync();
    let kills = 0;
    for (let at = 1; ; at += 1) {
      const blow = { KILL_AT_COMMIT: String(at), KILL_WHEN: at % 2 === 0 ? 'before' : 'after' };
      const program = { preload: ['test/chaos/commit-kill-preload.ts'], env: { ...company.env, ...blow } };
      const ended = await exsync(['folders', 'contacts', 'dedicated'], program);
      if (ended.signal === null) {
        expect(ended.code, ended.stderr).to.equal(0);
        break;
      }
      kills += 1;
    }
    expect(kills).to.be.greaterThan(4);
    const { settings } = await company.installation.stores.settings.load();
    expect(settings.modules.contacts.target).to.equal('dedicated');
    expect(store.countItems(alice, folder)).to.equal(people);
    expect(store.countItems(alice, 'contacts')).to.equal(0);
    // What was cut off between a move and its record is read again, and nothing is written.
    expect((await company.preview()).filter(({ side }) => side !== null)).to.deep.equal([]);
    expect(await company.sync()).to.include({ state: 'done', held: 0 });
    expect(await company.crm.all()).to.have.length(people);
  });
});
