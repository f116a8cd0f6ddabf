/** `npm run screens`: the pictures of the README, taken of the demo once the first run of every mailbox is done. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const pictures = [
  { file: 'dashboard.png', width: 1280 },
  { file: 'dashboard-390.png', width: 390 },
] as const;

const viewportHeight = 800;
const mailboxes = 3;
const startTimeoutMs = 60_000;
const runsTimeoutMs = 60_000;

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

/** Between two runs every mailbox says Success; the demo runs them again every three seconds. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    (count) => {
      const states = [...document.querySelectorAll('[data-cell="state"]')];
      return states.length === count && states.every((state) => state.textContent?.includes('Success'));
    },
    mailboxes,
    { timeout: runsTimeoutMs },
  );
}

async function takePictures(page: Page): Promise<void> {
  await mkdir(images, { recursive: true });
  for (const { file, width } of pictures) {
    await page.setViewportSize({ width, height: viewportHeight });
    await page.reload();
    await settled(page);
    await page.screenshot({ path: `${images}${file}`, fullPage: true, animations: 'disabled' });
    process.stdout.write(`docs/images/${file}\n`);
  }
}

const browser = await chromium.launch({ executablePath, args });
const demo = startDemo();
try {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  await page.goto(await signInLink(demo));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await settled(page);
  await takePictures(page);
} finally {
  await browser.close();
  if (demo.exitCode === null && demo.signalCode === null) {
    demo.kill('SIGTERM');
    await once(demo, 'exit');
  }
}
