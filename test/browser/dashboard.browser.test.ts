import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { anna, bob, carol, counts, mailboxOf, runOf, type TabsFixture } from '../tabs/tabs-fixture.ts';
import { visitInBrowser } from './visit.ts';

describe('the dashboard in a browser', function () {
  this.timeout(60_000);
  const visit = visitInBrowser();
  const { signIn } = visit;
  let tabs: TabsFixture;
  let page: Page;
  beforeEach(() => ({ tabs, page } = visit));

  const live = () => page.waitForSelector('html[data-live="on"]', { state: 'attached' });
  const stateOf = (mailboxId: string) =>
    page.locator(`[data-mailbox="${mailboxId}"][data-module="contacts"] [data-cell="state"]`);
  const bobs = { mailboxId: 'm-bob', module: 'contacts' } as const;

  it('lets somebody in by his link and shows his own mailbox', async () => {
    await signIn(bob);
    expect(new URL(page.url()).pathname).to.equal('/');
    expect(new Set(await page.locator('.mailbox-address').allTextContents())).to.have.all.keys(
      'bob@example.test',
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('exsync user link').waitFor();
  });

  it('shows a sync that was asked for as it goes, without loading the page again', async () => {
    await signIn(bob);
    await live();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await page.getByRole('button', { name: 'Sync bob@example.test now' }).click();
    await page.getByText('Asked for. The table shows how it goes.').waitFor({ state: 'attached' });
    expect(tabs.calls).to.deep.equal(['sync m-bob']);

    tabs.activity.set('m-bob', 'running');
    tabs.emit({ scope: bobs, phase: 'running', counts: counts({}, { created: 7 }) });
    await stateOf('m-bob').getByText('Syncing').waitFor();
    await page
      .locator('[data-module="contacts"] [data-count="exchange.created"]', { hasText: '7' })
      .waitFor();

    tabs.activity.clear();
    tabs.runs.unshift(
      runOf(mailboxOf(bob), {
        startedAt: tabs.nowMs,
        finishedAt: tabs.nowMs,
        counts: counts({ updated: 99 }),
      }),
    );
    tabs.emit({ scope: bobs, phase: 'finished', counts: null });
    await stateOf('m-bob').getByText('Success').waitFor();
    await page.locator('[data-module="contacts"] [data-count="crm.updated"]', { hasText: '99' }).waitFor();
    expect(await page.locator('#announcer').textContent()).to.equal('bob@example.test: sync finished');
    expect(await page.evaluate(() => 'sameDocument' in window)).to.equal(true);
  });

  it('announces a sync of several modules once it is done in all of them', async () => {
    const { contacts } = tabs.settings.modules;
    tabs.settings = { ...tabs.settings, modules: { contacts, tasks: contacts, events: contacts } };
    await signIn(bob);
    await live();
    await page.getByRole('button', { name: 'Sync bob@example.test now' }).click();
    await page.getByText('Asked for.').waitFor({ state: 'attached' });
    const announced = () => page.locator('#announcer').textContent();
    for (const module of ['events', 'contacts'] as const) {
      tabs.emit({ scope: { mailboxId: 'm-bob', module }, phase: 'running', counts: null });
      await page.getByText('bob@example.test: syncing').waitFor({ state: 'attached' });
      tabs.emit({ scope: { mailboxId: 'm-bob', module }, phase: 'finished', counts: null });
    }
    tabs.emit({ scope: { mailboxId: 'm-bob', module: 'tasks' }, phase: 'running', counts: null });
    await page.locator('[data-module="tasks"] [data-cell="state"]', { hasText: 'Syncing' }).waitFor();
    expect(await announced()).to.equal('bob@example.test: syncing');
    tabs.emit({ scope: { mailboxId: 'm-bob', module: 'tasks' }, phase: 'finished', counts: null });
    await page.getByText('bob@example.test: sync finished').waitFor({ state: 'attached' });
  });

  it('lets a manager approve what was held back, and takes it off the page', async () => {
    await signIn(anna);
    await live();
    const approve = page.getByRole('button', { name: 'Approve: 37 deletions in Exchange are held back' });
    tabs.held.length = 0;
    tabs.held.push({ ...bobs, runId: 2, kind: 'remove', side: 'exchange', tellsAttendees: false, count: 37 });
    await approve.click();
    await page.getByText('Asked for.').waitFor({ state: 'attached' });
    tabs.held.length = 0;
    tabs.emit({ scope: bobs, phase: 'finished', counts: null });
    await approve.waitFor({ state: 'detached' });
    expect(tabs.calls).to.deep.equal(['approved 37 remove of run 2']);
  });

  it('works without script by loading the page again', async () => {
    await visit.open({ javaScriptEnabled: false });
    ({ page } = visit);
    await signIn(bob);
    await page.getByRole('button', { name: 'Sync bob@example.test now' }).click();
    await page.waitForURL('**/');
    expect(tabs.calls).to.deep.equal(['sync m-bob']);
    expect(await page.locator('time[data-time="absolute"]').first().textContent()).to.contain('UTC');
  });

  it('shows times in the zone of the reader', async () => {
    tabs.nextRuns.set('m-bob', Date.UTC(new Date().getUTCFullYear() + 1, 6, 1, 10, 0));
    await signIn(bob);
    await page.getByText(/1 Jul \d{4}, 12:00/).waitFor();
  });

  it('shows names that are attacks as text', async () => {
    await signIn(carol);
    expect(await page.locator('.mailbox-user').first().textContent()).to.equal(carol.name);
    expect(await page.title()).to.equal('MS Exchange Sync');
    expect(await page.locator('img').count()).to.equal(0);
  });

  it('needs no sideways scrolling, from a phone to a wide screen', async () => {
    const { contacts } = tabs.settings.modules;
    tabs.settings = { ...tabs.settings, modules: { contacts, tasks: contacts, events: contacts } };
    await signIn(anna);
    for (const width of [390, 700, 1153, 1280]) {
      await page.setViewportSize({ width, height: 850 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).to.be.at.most(
        width,
      );
      const button = await page.getByRole('button', { name: 'Sync anna@example.test now' }).boundingBox();
      const card = await page.locator('section', { has: page.locator('table') }).boundingBox();
      const over = (button?.x ?? 0) + (button?.width ?? 0) - ((card?.x ?? 0) + (card?.width ?? 0));
      expect(over, `the button leaves its card at ${width} px`).to.be.at.most(0);
    }
  });

  it('is usable by keyboard alone', async () => {
    await signIn(bob);
    await live();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal('Skip to content');
    for (let presses = 0; presses < 10; presses++) {
      const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      if (name === 'Sync bob@example.test now') break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('Asked for.').waitFor({ state: 'attached' });
    expect(tabs.calls).to.deep.equal(['sync m-bob']);
  });
});
