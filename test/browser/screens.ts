/** `npm run screens`: the pictures of the README, taken of the demo once the first run of every mailbox is done. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const widths = [
  { ending: '.png', width: 1280 },
  { ending: '-390.png', width: 390 },
] as const;

const viewportHeight = 800;
const mailboxes = 3;
const modules = 3;
const startTimeoutMs = 60_000;
const runsTimeoutMs = 60_000;
const maxTries = 5;

function startDemo(): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'demo'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The link the demo prints. Throws when it ends or stays silent instead. */
function signInLink(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new Error(`The demo printed no sign-in link: ${reason}.`));
    const timer = setTimeout(() => fail(`nothing for ${startTimeoutMs} ms`), startTimeoutMs);
    demo.once('error', reject);
    demo.once('exit', (code) => fail(`it ended with ${code ?? 'a signal'}`));
    if (demo.stdout === null) return fail('its output is not connected');
    createInterface({ input: demo.stdout }).on('line', (line) => {
      const link = /https?:\/\/\S+\/sign-in\?link=\S+/.exec(line)?.[0];
      if (link === undefined) return;
      clearTimeout(timer);
      resolve(link);
    });
  });
}

/**
 * Waits until every mailbox says Success. False where the counts are no longer those of the first runs: the demo runs
 * again every three seconds.
 */
async function showsFirstRuns(page: Page): Promise<boolean> {
  await page.waitForFunction(
    (count) => {
      const states = [...document.querySelectorAll('[data-cell="state"]')];
      return states.length === count && states.every((state) => state.textContent?.includes('Success'));
    },
    mailboxes * modules,
    { timeout: runsTimeoutMs },
  );
  // From here on the page stands still, however long the pictures take.
  await page.context().setOffline(true);
  const created = await page.locator('[data-count="crm.created"]').allTextContents();
  return created.length === mailboxes * modules && created.every((text) => text.trim() !== '0');
}

async function takePictures(page: Page, name: string): Promise<void> {
  await mkdir(images, { recursive: true });
  for (const { ending, width } of widths) {
    const file = name + ending;
    await page.setViewportSize({ width, height: viewportHeight });
    await page.screenshot({ path: `${images}${file}`, fullPage: true, animations: 'disabled' });
    process.stdout.write(`docs/images/${file}\n`);
  }
}

/** Returns false where the first runs were over too soon. */
async function attempt(browser: Browser): Promise<boolean> {
  const demo = startDemo();
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  try {
    const page = await context.newPage();
    await page.goto(await signInLink(demo));
    await page.getByRole('button', { name: 'Sign in' }).click();
    if (!(await showsFirstRuns(page))) return false;
    await takePictures(page, 'dashboard');
    await context.setOffline(false);
    await page.goto(new URL('/settings', page.url()).href);
    await takePictures(page, 'settings');
    return true;
  } finally {
    await context.close();
    if (demo.exitCode === null && demo.signalCode === null) {
      demo.kill('SIGTERM');
      await once(demo, 'exit');
    }
  }
}

const browser = await launchChromium();
try {
  let taken = false;
  for (let tries = 0; !taken && tries < maxTries; tries += 1) taken = await attempt(browser);
  if (!taken) throw new Error(`The first runs were over before the page was open, ${maxTries} times.`);
} finally {
  await browser.close();
}
