/** `exsync setup`: the one-time set-up, and the later change of what may change. */
import { readFileSync } from 'node:fs';
import { serviceCredentialId } from '../composition/exchange-connections.ts';
import type { Installation } from '../composition/installation.ts';
import { ConfigError } from '../errors.ts';
import { testConnection } from '../ews/connection-test.ts';
import type { AccessMode, ExchangeSettings, Settings } from '../sync/administration.ts';
import { readSecret, say } from './answers.ts';

export interface SetupOptions {
  readonly exchangeUrl?: string;
  readonly mode?: AccessMode;
  /** The service account, or with individual credentials the account to test with. */
  readonly username?: string;
  /** The mailbox the test opens; the account's own address unless given. */
  readonly testMailbox?: string;
  /** A PEM file with a private CA. */
  readonly ca?: string;
}

/** Returns false when the test failed: nothing was saved then. */
export async function setup(installation: Installation, options: SetupOptions): Promise<boolean> {
  const { stores, config } = installation;
  const { version, settings } = await stores.settings.load();
  const exchange = wanted(settings, options);
  const known = await stores.credentials.get(serviceCredentialId);
  const username = options.username ?? (exchange.mode === 'impersonation' ? known?.username : undefined);
  if (username === undefined)
    throw new ConfigError(['--username: the account to sign in to Exchange with is missing.']);
  const password = await readSecret(`Password of ${username}`, config.setup.exchangePassword);
  const mailbox = testMailbox(options, username, exchange.mode);
  if (!(await test(exchange, { username, password }, mailbox))) return false;
  await stores.settings.save({ ...settings, exchange }, version, 'exsync setup');
  if (exchange.mode === 'impersonation')
    await stores.credentials.save(serviceCredentialId, username, password);
  await stores.audit.record('exsync setup', 'exchange.saved', {
    url: exchange.url,
    mode: exchange.mode,
    username,
  });
  say('Saved.');
  return true;
}

/** The right to impersonate shows only on somebody else's mailbox. */
function testMailbox({ testMailbox: given }: SetupOptions, username: string, mode: AccessMode): string {
  const mailbox = given ?? (mode === 'individual' && username.includes('@') ? username : undefined);
  if (mailbox === undefined) {
    throw new ConfigError(['--test-mailbox: the address of a mailbox to test with is missing.']);
  }
  if (mode === 'impersonation' && mailbox.toLowerCase() === username.toLowerCase()) {
    throw new ConfigError([
      '--test-mailbox: a mailbox other than the account itself is needed, or the right to impersonate is not tested.',
    ]);
  }
  return mailbox;
}

function wanted({ exchange: present }: Settings, options: SetupOptions): ExchangeSettings {
  const url = options.exchangeUrl ?? present?.url;
  const mode = options.mode ?? present?.mode;
  if (url === undefined) throw new ConfigError(['--exchange-url: the address of EWS is missing.']);
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new ConfigError([
      `--exchange-url: "${url}" is no web address; expected one such as https://mail.example.com/EWS/Exchange.asmx.`,
    ]);
  }
  if (mode === undefined) throw new ConfigError(['--mode: impersonation or individual is missing.']);
  if (present && present.mode !== mode) {
    throw new ConfigError([
      `--mode: this installation reaches mailboxes by ${present.mode}, and that is chosen once: links and stored ` +
        'passwords depend on it. The server address and the password may be changed; for another mode set up a new installation.',
    ]);
  }
  const ca = options.ca === undefined ? (present?.ca ?? null) : readCa(options.ca);
  return { url, mode, ca, schema: present?.schema ?? 'Exchange2013_SP1' };
}

function readCa(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (error) {
    throw new ConfigError([
      `--ca: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    ]);
  }
  throw new ConfigError([`--ca: ${file} holds no certificate in PEM form.`]);
}

async function test(
  exchange: ExchangeSettings,
  credentials: { username: string; password: string },
  mailbox: string,
): Promise<boolean> {
  const checks = testConnection({
    url: exchange.url,
    credentials,
    mailbox,
    impersonate: exchange.mode === 'impersonation',
    ...(exchange.ca === null ? {} : { ca: exchange.ca }),
  });
  let passed = true;
  for await (const check of checks) {
    say(`${check.ok ? 'ok    ' : 'FAILED'}  ${check.name}: ${check.detail}`);
    if (!check.ok) {
      passed = false;
      if (check.remedy) say(`        ${check.remedy}`);
    }
  }
  if (!passed) say('Nothing was saved.');
  return passed;
}
