/** The pages in a browser, for one test after the other. Nothing may have been complained about at the end of each. */
import { expect } from 'chai';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { TabsDeps, TabsUser } from '../../src/tabs/ports.ts';
import { fillTabs, startTabs, type TabsFixture } from '../tabs/tabs-fixture.ts';
import { launchChromium, requireChromium } from './chromium.ts';

export interface VisitOptions {
  readonly deps?: Partial<TabsDeps>;
  readonly context?: BrowserContextOptions;
  /** That what is wrong is answered as wrong is no complaint about the page. */
  readonly isRefused?: boolean;
}

export interface Visit {
  readonly tabs: TabsFixture;
  readonly page: Page;
  /** In a fresh browser. */
  readonly open: (options: BrowserContextOptions) => Promise<void>;
  /** Ends on the dashboard. */
  readonly signIn: (user: TabsUser) => Promise<void>;
}

/** To be called in `describe`: each test finds the pages filled and nobody signed in. */
export function visitInBrowser({ deps, context: usual, isRefused = false }: VisitOptions = {}): Visit {
  let browser: Browser;
  let tabs: TabsFixture;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  async function open(options: BrowserContextOptions): Promise<void> {
    context = await browser.newContext({
      viewport: { width: 1280, height: 850 },
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
      ...options,
    });
    page = await context.newPage();
    page.on('console', (message) => {
      if (isRefused && /status of 4\d\d/.test(message.text())) return;
      // Violations of the content security policy and script errors arrive here.
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  before(async function () {
    requireChromium(this);
    browser = await launchChromium();
  });
  after(() => browser?.close());

  beforeEach(async () => {
    complaints = [];
    tabs = await startTabs(deps);
    tabs.nowMs = Date.now();
    fillTabs(tabs);
    await open(usual ?? {});
  });
  afterEach(async () => {
    await context.close();
    await tabs.close();
    expect(complaints).to.deep.equal([]);
  });

  return {
    get tabs() {
      return tabs;
    },
    get page() {
      return page;
    },
    async open(options) {
      await context.close();
      await open(options);
    },
    async signIn(user) {
      await page.goto(await tabs.signInLink(user));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'MS Exchange Sync' }).waitFor();
    },
  };
}

/** Widths from a phone to a wide screen. */
export async function expectNoSidewaysScrolling(page: Page, what = ''): Promise<void> {
  for (const width of [390, 700, 1153, 1280]) {
    await page.setViewportSize({ width, height: 850 });
    const taken = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(taken, `${what} at ${width} px`).to.be.at.most(width);
  }
}
