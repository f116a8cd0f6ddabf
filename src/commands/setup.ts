/** `exsync setup`: the one-time set-up, and the later change of what may change. */
import { readFileSync } from 'node:fs';
import { serviceCredentialId } from '../composition/exchange-connections.ts';
import type { Installation } from '../composition/installation.ts';
import { ConfigError } from '../errors.ts';
import { domainOf } from '../ews/autodiscover/candidates.ts';
import type { Discovery } from '../ews/autodiscover/discover.ts';
import { discover } from '../ews/autodiscover/discover.ts';
import { ownNetwork } from '../ews/autodiscover/network.ts';
import type { ConnectionCheck } from '../ews/connection-test.ts';
import { testConnection } from '../ews/connection-test.ts';
import type { EwsCredentials } from '../ews/transport.ts';
import type { AccessMode, ExchangeSettings, Settings, SignInScheme } from '../sync/administration.ts';
import { askAtTerminal, readSecret, say, sayJson } from './answers.ts';

export interface SetupOptions {
  /** Left out at the first set-up: found by Autodiscover. */
  readonly exchangeUrl?: string;
  readonly mode?: AccessMode;
  /** The service account, or with individual credentials the account to test with. */
  readonly username?: string;
  /** The mailbox the test opens; the account's own address unless given. */
  readonly testMailbox?: string;
  /** A PEM file with a private CA. */
  readonly ca?: string;
  readonly scheme?: SignInScheme;
  /** Hosts outside the mailbox's domain that may be given the password. */
  readonly trustAutodiscoverHost?: readonly string[];
  readonly json?: boolean;
}

/** What was tried with one address of EWS. */
interface Attempt {
  readonly url: string;
  readonly checks: readonly ConnectionCheck[];
}

/** Returns false when the test failed: nothing was saved then. */
export async function setup(installation: Installation, options: SetupOptions): Promise<boolean> {
  const { stores, config } = installation;
  const { version, settings } = await stores.settings.load();
  const base = wanted(settings, options);
  const known = await stores.credentials.get(serviceCredentialId);
  const username = options.username ?? (base.mode === 'impersonation' ? known?.username : undefined);
  if (username === undefined)
    throw new ConfigError(['--username: the account to sign in to Exchange with is missing.']);
  const mailbox = testMailbox(options, username, base.mode);
  const password = await readSecret(`Password of ${username}`, config.setup.exchangePassword);
  const credentials = { username, password };

  const discovery = base.url === null ? await search(base, credentials, mailbox, options) : null;
  const attempts: Attempt[] = [];
  for (const url of discovery?.ewsUrls ?? (base.url === null ? [] : [base.url])) {
    attempts.push({ url, checks: await test({ ...base, url }, credentials, mailbox, options) });
    if (!isUnreachable(attempts.at(-1))) break;
  }
  const exchange = passed(base, attempts.at(-1), discovery);
  if (exchange !== null) await save(installation, { ...settings, exchange }, version, credentials);
  if (options.json) {
    const { url, mode } = exchange ?? { url: null, mode: base.mode };
    sayJson({ saved: exchange !== null, url, mode, discovery: told(discovery), attempts });
  } else if (exchange !== null) say('Saved.');
  else if (attempts.length > 0) say('Nothing was saved.');
  else
    say(
      `Autodiscover does not find Exchange for ${mailbox}: give its address with --exchange-url. Nothing was saved.`,
    );
  return exchange !== null;
}

/** Settings whose address is still to be found. */
type Wanted = Omit<ExchangeSettings, 'url'> & { readonly url: string | null };

async function save(
  { stores }: Installation,
  settings: Settings & { readonly exchange: ExchangeSettings },
  version: number,
  { username, password }: EwsCredentials,
): Promise<void> {
  const { url, mode } = settings.exchange;
  const account = mode === 'impersonation' ? { id: serviceCredentialId, username, password } : null;
  await stores.settings.save(settings, version, 'exsync setup', { account });
  await stores.audit.record('exsync setup', 'exchange.saved', { url, mode, username });
}

async function search(
  { ca, scheme, autodiscover }: Wanted,
  credentials: EwsCredentials,
  mailbox: string,
  { json = false }: SetupOptions,
): Promise<Discovery> {
  const ask = askAtTerminal();
  return discover({
    address: mailbox,
    credentials,
    trustedHosts: autodiscover?.trustedHosts ?? [],
    network: ownNetwork,
    ...(ca === null ? {} : { ca }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(ask && {
      confirmHost: (host, sender) =>
        ask(`${sender} names ${host}, which is outside ${domainOf(mailbox)}. May it be given the password?`),
    }),
    onStep({ what, ok, detail, remedy = '' }) {
      if (!json) say(`${ok ? 'ok    ' : '-     '}  ${`${what}: ${detail} ${remedy}`.trim()}`);
    },
  });
}

function told(discovery: Discovery | null): Pick<Discovery, 'endpoint' | 'ewsUrls' | 'steps'> | null {
  return discovery && { endpoint: discovery.endpoint, ewsUrls: discovery.ewsUrls, steps: discovery.steps };
}

/** Only then is another address of the same server tried: with what answered, a password is tried once. */
function isUnreachable(attempt: Attempt | undefined): boolean {
  const failed = attempt?.checks.find(({ ok }) => !ok)?.name;
  return failed === 'name' || failed === 'tls' || failed === 'ews';
}

function passed(
  base: Wanted,
  attempt: Attempt | undefined,
  discovery: Discovery | null,
): ExchangeSettings | null {
  if (!attempt?.checks.every(({ ok }) => ok)) return null;
  const serverVersion = attempt.checks.find(({ name }) => name === 'version')?.serverVersion;
  const found = { ...base, url: attempt.url, ...(serverVersion === undefined ? {} : { serverVersion }) };
  if (discovery === null) return found;
  const { endpoint, trustedHosts } = discovery;
  return { ...found, autodiscover: { endpoint, trustedHosts } };
}

/** The right to impersonate shows only on somebody else's mailbox. */
function testMailbox({ testMailbox: given }: SetupOptions, username: string, mode: AccessMode): string {
  const mailbox = given ?? (mode === 'individual' && username.includes('@') ? username : undefined);
  if (mailbox === undefined || domainOf(mailbox) === null) {
    throw new ConfigError(['--test-mailbox: the address of a mailbox to test with is missing.']);
  }
  if (mode === 'impersonation' && mailbox.toLowerCase() === username.toLowerCase()) {
    throw new ConfigError([
      '--test-mailbox: a mailbox other than the account itself is needed, or the right to impersonate is not tested.',
    ]);
  }
  return mailbox;
}

function wanted({ exchange: present }: Settings, options: SetupOptions): Wanted {
  const url = options.exchangeUrl ?? present?.url ?? null;
  const mode = options.mode ?? present?.mode;
  if (url !== null && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
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
  const scheme = options.scheme ?? present?.scheme;
  const trustedHosts = [
    ...new Set([
      ...(present?.autodiscover?.trustedHosts ?? []),
      ...(options.trustAutodiscoverHost ?? []).map(hostName),
    ]),
  ];
  const endpoint = options.exchangeUrl === undefined ? (present?.autodiscover?.endpoint ?? null) : null;
  return {
    url,
    mode,
    ca,
    schema: present?.schema ?? 'auto',
    ...(scheme === undefined ? {} : { scheme }),
    ...(endpoint === null && trustedHosts.length === 0 ? {} : { autodiscover: { endpoint, trustedHosts } }),
  };
}

/** As URLs write it. */
function hostName(given: string): string {
  const url = URL.canParse(`https://${given}/`) ? new URL(`https://${given}/`) : null;
  if (url?.pathname === '/' && url.port === '' && url.username === '' && url.search + url.hash === '')
    return url.hostname;
  throw new ConfigError([`--trust-autodiscover-host: "${given}" is no host name, such as mail.example.com.`]);
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
  credentials: EwsCredentials,
  mailbox: string,
  { json = false }: SetupOptions,
): Promise<ConnectionCheck[]> {
  const tried: ConnectionCheck[] = [];
  const checks = testConnection({
    url: exchange.url,
    credentials,
    mailbox,
    impersonate: exchange.mode === 'impersonation',
    ...(exchange.ca === null ? {} : { ca: exchange.ca }),
    ...(exchange.scheme === undefined ? {} : { scheme: exchange.scheme }),
    ...(exchange.schema === 'auto' ? {} : { schema: exchange.schema }),
  });
  for await (const check of checks) {
    tried.push(check);
    if (json) continue;
    say(`${check.ok ? 'ok    ' : 'FAILED'}  ${check.name}: ${check.detail}`);
    if (!check.ok && check.remedy) say(`        ${check.remedy}`);
  }
  return tried;
}
