import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { emptyBody } from '../../src/sync/undo.ts';
import { bob, counts, mailboxOf, runOf, type TabsFixture } from '../tabs/tabs-fixture.ts';
import { expectNoSidewaysScrolling, visitInBrowser } from './visit.ts';

describe('history and undo in a browser', function () {
  this.timeout(60_000);
  const visit = visitInBrowser();
  let tabs: TabsFixture;
  let page: Page;
  let runId: number;

  beforeEach(async () => {
    ({ tabs, page } = visit);
    const run = runOf(mailboxOf(bob), { counts: counts({ updated: 1, conflicts: 1 }) });
    runId = run.id;
    tabs.runs.unshift(run);
    tabs.actions.push({
      id: 1,
      runId,
      mailboxId: 'm-bob',
      module: 'contacts',
      linkId: 'link-1',
      step: 0,
      final: true,
      inboxIds: [],
      title: 'Ada Lovelace',
      state: 'done',
      finishedAt: tabs.nowMs,
      error: null,
      body: {
        ...emptyBody,
        kind: 'update',
        side: 'crm',
        before: { jobTitle: 'Countess', webPage: null },
        values: { jobTitle: 'Programmer', webPage: `https://example.test/${'long'.repeat(60)}` },
        losers: [{ field: 'jobTitle', side: 'crm', value: 'Countess' }],
      },
    });
    const shows = { version: '1', values: { jobTitle: 'Programmer' } };
    tabs.links.set('link-1', {
      id: 'link-1',
      state: 'active',
      reason: null,
      crmId: 'c',
      exchangeId: 'e',
      identity: null,
      crm: shows,
      exchange: shows,
    });
    await visit.signIn(bob);
  });

  it('goes from the dashboard to a run, undoes an item, and shows the undo as soon as it is done', async () => {
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByRole('link', { name: `Run ${runId}: Contacts` }).click();
    await page.getByRole('link', { name: 'Undo: Ada Lovelace, changed in the crm' }).click();
    await page.getByRole('heading', { name: 'Undo “Ada Lovelace”?' }).waitFor();
    const row = page.getByRole('row', { name: 'Job title Programmer Countess' });
    expect(await row.isVisible()).to.equal(true);
    expect(tabs.calls).to.deep.equal([]);
    tabs.activity.set('m-bob', 'running');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('It begins as soon as it is its turn').waitFor();
    expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} 1`]);

    await page.waitForSelector('html[data-live="on"]', { state: 'attached' });
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    tabs.activity.clear();
    const undo = runOf(mailboxOf(bob), {
      trigger: `undo of run ${runId}`,
      counts: counts({ updated: 1 }, { updated: 1 }),
    });
    tabs.runs.unshift(undo);
    tabs.emit({ scope: undo, phase: 'finished', counts: null });
    await page.getByRole('link', { name: `Run ${undo.id}` }).waitFor();
    expect(await page.evaluate(() => 'sameDocument' in window)).to.equal(true);
  });

  it('takes what lost by one press', async () => {
    await page.getByRole('link', { name: 'Conflicts', exact: true }).click();
    await page.getByRole('button', { name: 'Take the loser after all: Job title of Ada Lovelace' }).click();
    await page.getByText('Asked for. The value is taken by a run of its own').waitFor();
    expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} 1 jobTitle`]);
  });

  it('needs no sideways scrolling, from a phone to a wide screen', async () => {
    const origin = new URL(page.url()).origin;
    for (const path of ['/history', `/history/${runId}`, `/history/${runId}/undo?item=1`, '/conflicts']) {
      await page.goto(`${origin}${path}`);
      await expectNoSidewaysScrolling(page, path);
    }
  });
});
