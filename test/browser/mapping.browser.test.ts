import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { anna, type TabsFixture } from '../tabs/tabs-fixture.ts';
import { expectNoSidewaysScrolling, visitInBrowser } from './visit.ts';

const boss = { ...anna, id: 'u-boss', name: 'Ada Boss', administrator: true };
const address = '/settings/mapping/contacts';

describe('the mapping of fields in a browser', function () {
  this.timeout(60_000);
  const visit = visitInBrowser({ deps: { fieldsLacking: () => ['photo'] }, isRefused: true });
  let tabs: TabsFixture;
  let page: Page;
  beforeEach(async () => {
    ({ tabs, page } = visit);
    tabs.users.push(boss);
    await visit.signIn(boss);
    await page.goto(`${new URL(page.url()).origin}${address}`);
  });

  it('says beside the field what cannot be, keeps what was chosen, and saves what can', async () => {
    await page.getByLabel('Job title').selectOption({ label: 'Department' });
    await page.getByLabel('Notes').selectOption({ label: 'Not synced' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nothing was saved: some fields').waitFor();
    const problem = page.getByText('Department of Exchange is Department of the CRM already');
    expect(await page.getByLabel('Job title').getAttribute('aria-describedby')).to.equal(
      await problem.getAttribute('id'),
    );
    expect(await page.getByLabel('Notes').inputValue()).to.equal('-');
    await page.getByLabel('Department').selectOption({ label: 'Job title' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(tabs.settings.modules.contacts.mapping).to.deep.equal({
      jobTitle: 'department',
      department: 'jobTitle',
      notes: null,
    });
    expect(await page.getByLabel('Department').inputValue()).to.equal('jobTitle');
  });

  it('needs no sideways scrolling, also with a problem shown, from a phone to a wide screen', async () => {
    await page.getByLabel('Job title').selectOption({ label: 'Department' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nothing was saved: some fields').waitFor();
    await expectNoSidewaysScrolling(page);
  });
});
