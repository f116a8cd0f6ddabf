/** The browser of Debian, for the tests and the pictures. */
import { existsSync } from 'node:fs';
import type { Context } from 'mocha';
import { chromium, type Browser } from 'playwright-core';

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

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

/** Skips the tests where there is no Chromium; an error where nothing may be skipped. */
export function requireChromium(context: Context): void {
  if (existsSync(executablePath)) return;
  if (process.env['CI'] === 'true') throw new Error(`${executablePath} is missing, and CI skips nothing.`);
  console.error(`SKIPPED: the browser tests need ${executablePath}.`);
  context.skip();
}
