import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { TabsUser } from '../../src/tabs/ports.ts';
import type { TabsFixture } from '../tabs/tabs-fixture.ts';
import { expectNoSidewaysScrolling, visitInBrowser } from './visit.ts';

const olga: TabsUser = {
  id: 'u-olga',
  name: 'Olga Admin',
  email: 'olga@example.test',
  active: true,
  manager: true,
  administrator: true,
  forbidden: [],
};

for (const javaScriptEnabled of [true, false]) {
  describe(`the settings in a browser ${javaScriptEnabled ? 'with' : 'without'} script`, function () {
    this.timeout(60_000);
    const visit = visitInBrowser({ context: { javaScriptEnabled }, isRefused: true });
    let tabs: TabsFixture;
    let page: Page;
    beforeEach(async () => {
      ({ tabs, page } = visit);
      tabs.users.push(olga);
      await visit.signIn(olga);
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
    });

    it('changes a module, the window and the schedule by their names', async () => {
      const events = page.getByRole('group', { name: 'Events', exact: true });
      await events.getByLabel('Sync events').check();
      await events.getByLabel('Direction').selectOption({ label: 'One way, from Exchange to the CRM' });
      await page.getByLabel('Leave out what ended more than so many days ago').fill('365');
      await page.getByLabel('At set times').check();
      await page.getByLabel('Cron expression').fill('0 6 * * *');
      await page.getByLabel('Time zone').fill('Europe/Paris');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. The next run of each mailbox').waitFor();
      const { modules, eventWindow, schedule } = tabs.settings;
      expect(modules.events).to.include({ enabled: true, type: 'oneWay', direction: 'exchangeToCrm' });
      expect(eventWindow).to.deep.equal({ pastDays: 365, futureDays: null });
      expect(schedule).to.deep.equal({ cron: '0 6 * * *', zone: 'Europe/Paris' });
    });

    it('asks who wins where both sides may change something only', async () => {
      const contacts = page.getByRole('group', { name: 'Contacts' });
      const winner = contacts.getByLabel('When both sides changed the same field');
      expect(await winner.isVisible()).to.equal(true);
      await contacts.getByLabel('Direction').selectOption({ label: 'One way, from the CRM to Exchange' });
      expect(await winner.isVisible()).to.equal(false);
    });

    it('shows what is wrong beside its field and needs no sideways scrolling, from a phone to a wide screen', async () => {
      await page.getByLabel('Minutes between two runs of a mailbox').fill('soon');
      await page.getByLabel('Each deletion after so many days without a run').fill('0');
      tabs.settings = { ...tabs.settings, privateItems: 'full' };
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('something is wrong where it is marked').waitFor();
      expect(await page.getByLabel('Minutes between two runs of a mailbox').inputValue()).to.equal('soon');
      const field = (await page.getByLabel('Minutes between two runs of a mailbox').boundingBox()) ?? null;
      const problem = await page.getByText('A number is needed.').boundingBox();
      expect(problem?.x).to.equal(field?.x);
      expect((problem?.y ?? 0) - (field?.y ?? 0)).to.be.within(0, 70);
      await expectNoSidewaysScrolling(page);
    });
  });
}
