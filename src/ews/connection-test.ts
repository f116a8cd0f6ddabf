/** The questions of a set-up page: is it Exchange, do we get in, is it new enough, is the mailbox open to us? */
import { lookup } from 'node:dns/promises';
import { RemoteError } from '../errors.ts';
import type { SchemaName } from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import { hostUnknown } from './http-failure.ts';
import type { ServerVersion } from './server-release.ts';
import { describeVersion, grantsByRole, serverRelease } from './server-release.ts';
import type { ExchangeService } from './service.ts';
import { createExchangeService } from './service.ts';
import type { EwsCredentials, EwsTransport, TransportOptions } from './transport.ts';
import { createTransport } from './transport.ts';
import { ewsSchemas, isOlderSchema, oldestSchema, unsupportedFields } from './versions.ts';
import type { EwsSchema } from './versions.ts';

export interface ConnectionTestOptions {
  readonly url: string;
  readonly credentials: EwsCredentials;
  /** PEM of a private CA. */
  readonly ca?: string;
  readonly scheme?: TransportOptions['scheme'];
  /** Primary SMTP address of the mailbox whose contacts are opened. */
  readonly mailbox: string;
  readonly impersonate: boolean;
  /** The schema set by hand, which the server then has to know. */
  readonly schema?: SchemaName;
  readonly transportFactory?: (options: TransportOptions) => EwsTransport;
}

export type CheckName = 'name' | 'tls' | 'ews' | 'credentials' | 'version' | 'impersonation' | 'folder';

export interface ConnectionCheck {
  readonly name: CheckName;
  readonly ok: boolean;
  /** One line for a person. */
  readonly detail: string;
  /** What an administrator can do, where the check failed. */
  readonly remedy?: string;
  /** Of the failure, where the check failed on one. */
  readonly code?: string;
  /** Of the check `version`, such as `15.2.1748.10`. */
  readonly serverVersion?: string;
}

/** The check that each failure of the transport belongs to; what is not named here is `ews`. */
const checksByCode: Readonly<Record<string, CheckName>> = {
  HostUnknown: 'name',
  PlainHttpRefused: 'tls',
  ConnectionRefused: 'tls',
  TlsUntrusted: 'tls',
  TlsFailed: 'tls',
  Unauthorized: 'credentials',
  SignInNotOffered: 'credentials',
  SignInFailed: 'credentials',
  Forbidden: 'credentials',
};

/** Answers to an impersonating request that say the mailbox itself was not reached. */
const impersonationCodes: ReadonlySet<string> = new Set([
  'ErrorImpersonateUserDenied',
  'ErrorImpersonationDenied',
  'ErrorImpersonationFailed',
  'ErrorInvalidExchangeImpersonationHeaderData',
  'ErrorNonExistentMailbox',
  'ErrorMissingEmailAddress',
  'ErrorAccountDisabled',
]);

/** Answers that only somebody who may act as the mailbox gets. */
const folderCodes: ReadonlySet<string> = new Set([
  'ErrorAccessDenied',
  'ErrorFolderNotFound',
  'ErrorItemNotFound',
]);

/**
 * Yields one check after the other, in the order of `CheckName`, and ends at the first that fails, for the later ones
 * would mean nothing. `impersonation` is left out without impersonation, and
 * where the answer says nothing about it. A wrong password is sent once.
 * Throws ConfigError when the address is no URL or `ca` no certificate.
 */
export async function* testConnection(options: ConnectionTestOptions): AsyncGenerator<ConnectionCheck> {
  const transport = (options.transportFactory ?? createTransport)({
    url: options.url,
    credentials: options.credentials,
    timeoutMs: 30_000,
    maxAttempts: 1,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.scheme === undefined ? {} : { scheme: options.scheme }),
  });
  try {
    yield* runChecks(options, transport);
  } finally {
    await transport.close();
  }
}

async function* runChecks(
  options: ConnectionTestOptions,
  transport: EwsTransport,
): AsyncGenerator<ConnectionCheck> {
  const url = new URL(options.url);
  const name = await checkName(url);
  yield name;
  if (!name.ok) return;

  const { mailbox, impersonate } = options;
  const service = createExchangeService(transport, { mailbox, impersonate, schema: oldestSchema });
  const failure = await failureOf(service);
  const failedAt = failure && !isAnswer(failure) ? (checksByCode[failure.code] ?? 'ews') : undefined;
  if (failure && failedAt === 'name') {
    yield failed('name', failure);
    return;
  }
  for (const check of reachedChecks(url, options.credentials.username)) {
    if (failure && check.name === failedAt) {
      yield failed(check.name, failure);
      return;
    }
    yield check;
  }

  const refused = impersonate && failure && impersonationCodes.has(failure.code) ? failure : undefined;
  const version = service.serverVersion ?? (refused ? await versionWithoutMailbox(transport) : null);
  // A server that names its version in no answer is judged by what it answers.
  if (version) {
    const check = checkVersion(version, options.schema);
    yield check;
    if (!check.ok) return;
  }
  if (refused) {
    yield impersonationRefused(refused, options, version);
    return;
  }
  const acted = !failure || folderCodes.has(failure.code);
  if (impersonate && acted)
    yield { name: 'impersonation', ok: true, detail: `The account may act as ${mailbox}.` };
  yield failure
    ? failed('folder', failure)
    : { name: 'folder', ok: true, detail: `The contacts folder of ${mailbox} is open to us.` };
}

/** The name is looked up like the transport does it: hosts file first, then DNS. */
async function checkName({ hostname, host }: URL): Promise<ConnectionCheck> {
  try {
    const { address } = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'));
    return { name: 'name', ok: true, detail: `${hostname} is ${address}.` };
  } catch (cause) {
    return failed('name', hostUnknown({ host, operation: 'connection test' }, cause));
  }
}

function reachedChecks(url: URL, username: string): ConnectionCheck[] {
  const secure = url.protocol === 'https:';
  return [
    {
      name: 'tls',
      ok: true,
      detail: secure ? 'The certificate is trusted.' : 'Plain http, within this machine only.',
    },
    { name: 'ews', ok: true, detail: `${url.host} answers as Exchange Web Services.` },
    { name: 'credentials', ok: true, detail: `${username} is signed in.` },
  ];
}

/** Opens the contacts folder; undefined when that worked. */
async function failureOf(service: ExchangeService): Promise<RemoteError | undefined> {
  try {
    await service.testFolder();
    return undefined;
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}

/** Exchange itself answered: response codes of EWS begin so, those of the transport do not. */
function isAnswer({ code }: RemoteError): boolean {
  return code.startsWith('Error');
}

/** A refused impersonation comes as a fault, and from 2010 on faults do not name the version. */
async function versionWithoutMailbox(transport: EwsTransport): Promise<ServerVersion | null> {
  const service = createExchangeService(transport, { schema: oldestSchema });
  // The account need not have a mailbox: any answer names the version.
  await failureOf(service);
  return service.serverVersion;
}

function checkVersion(version: ServerVersion, setByHand: SchemaName | undefined): ConnectionCheck {
  const release = serverRelease(version);
  const serverVersion = describeVersion(version);
  const detail = `${release.name} (${serverVersion})`;
  if (!release.schema) {
    const remedy = `Install ${release.needs}.`;
    return { name: 'version', ok: false, detail: `${detail} is too old.`, remedy };
  }
  if (setByHand !== undefined && isOlderSchema(release.schema, setByHand)) {
    return {
      name: 'version',
      ok: false,
      detail: `${detail} does not know ${setByHand}, which exchange.schema is set to.`,
      remedy: 'Run `exsync settings exchange.schema=auto`.',
      serverVersion,
    };
  }
  const schema = ewsSchemas[setByHand ?? release.schema];
  return { name: 'version', ok: true, detail: detail + lackingText(schema), serverVersion };
}

function lackingText(schema: EwsSchema): string {
  const lacking = modules.flatMap((module) =>
    unsupportedFields(schema, module).map((field) => `${module} ${field}`),
  );
  return lacking.length === 0 ? '' : `; it cannot hold: ${lacking.join(', ')}`;
}

function impersonationRefused(
  failure: RemoteError,
  { credentials, mailbox }: ConnectionTestOptions,
  version: ServerVersion | null,
): ConnectionCheck {
  const check = failed('impersonation', failure);
  if (failure.code !== 'ErrorImpersonateUserDenied')
    return { ...check, detail: `${mailbox}: ${check.detail}` };
  const detail = `${credentials.username} may not act as ${mailbox}.`;
  return { ...check, detail, remedy: grantingCommand(credentials.username, version) };
}

/** For the Exchange Management Shell (Microsoft: Configure impersonation). */
function grantingCommand(username: string, version: ServerVersion | null): string {
  const user = `'${username.replaceAll("'", "''")}'`;
  if (!version || grantsByRole(version)) {
    return (
      "Run in the Exchange Management Shell: New-ManagementRoleAssignment -Name 'exchange-crm-sync'" +
      ` -Role ApplicationImpersonation -User ${user}`
    );
  }
  return (
    'Run in the Exchange Management Shell: ' +
    'Get-ExchangeServer | Where-Object { $_.IsClientAccessServer } | ForEach-Object { Add-ADPermission' +
    ` -Identity $_.DistinguishedName -User ${user} -ExtendedRights ms-Exch-EPI-Impersonation }; ` +
    `Get-MailboxDatabase | ForEach-Object { Add-ADPermission -Identity $_.DistinguishedName -User ${user}` +
    ' -ExtendedRights ms-Exch-EPI-May-Impersonate }'
  );
}

function failed(name: CheckName, { code, message, remedy }: RemoteError): ConnectionCheck {
  return { name, ok: false, code, detail: message, ...(remedy === undefined ? {} : { remedy }) };
}
