/** `exsync doctor`: what is in order and what is not, each with its remedy. */
import { pauseAccount, serviceCredentialId } from '../composition/exchange-connections.ts';
import type { Installation } from '../composition/installation.ts';
import { hostInClear, inClear } from '../db/mysql-url.ts';
import { testConnection } from '../ews/connection-test.ts';
import type { ExchangeSettings, Mailbox } from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import { notPermitted, standing } from '../sync/standing.ts';
import { say, sayJson } from './answers.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

/** Returns false when something needs mending. */
export async function doctor(installation: Installation, json: boolean): Promise<boolean> {
  const findings: Finding[] = [];
  for await (const finding of examine(installation)) {
    findings.push(finding);
    if (json) continue;
    say(`${finding.ok ? 'ok    ' : 'FAILED'}  ${finding.name}: ${finding.detail}`);
    if (finding.remedy) say(`        ${finding.remedy}`);
  }
  if (json) sayJson(findings);
  return findings.every(({ ok }) => ok);
}

async function* examine(installation: Installation): AsyncGenerator<Finding> {
  const { config, stores, crm } = installation;
  const [scheme = ''] = config.database.url.split(':', 1);
  yield { name: 'configuration', ok: true, detail: 'every key is known and valid' };
  const host = hostInClear(config.database.url);
  yield { name: 'database', ok: true, detail: `${scheme} answers and is up to date` };
  if (host !== null) {
    const { reason, remedy } = inClear;
    yield { name: 'database tls', ok: false, detail: `${host}: ${reason}`, remedy };
  }
  const users = await crm.directory.users();
  const mailboxes = await stores.mailboxes.list();
  const active = mailboxes.filter(({ state }) => state === 'active');
  yield {
    name: 'crm',
    ok: true,
    detail: `embedded, ${users.length} users, ${active.length} mailboxes synced`,
  };

  const { exchange } = (await stores.settings.load()).settings;
  if (exchange === null) {
    yield { name: 'exchange', ok: false, detail: 'not set up', remedy: 'Run `exsync setup`.' };
    return;
  }
  const individual = exchange.mode === 'individual';
  for (const mailbox of individual ? mailboxes : oneOfEachServer(mailboxes)) {
    const id = individual ? mailbox.credentialId : serviceCredentialId;
    if (id !== null) yield* examineCredential(installation, exchange, mailbox, id);
  }
  if (mailboxes.length === 0) {
    const remedy = 'Add one with `exsync user add`.';
    yield { name: 'exchange', ok: false, detail: 'no mailbox to look into', remedy };
  }
  yield* examineReleases(installation, mailboxes);
  yield* examineRuns(installation, mailboxes);
}

/** A refused password is never tried again from here: that is how accounts get locked. */
async function* examineCredential(
  { stores }: Installation,
  exchange: ExchangeSettings,
  mailbox: Mailbox,
  id: string,
): AsyncGenerator<Finding> {
  const credential = await stores.credentials.get(id);
  const name = `exchange ${mailbox.address}`;
  const command = id === serviceCredentialId ? '`exsync setup`' : '`exsync user password`';
  if (credential === null) {
    yield { name, ok: false, detail: 'no password is stored', remedy: `Give one with ${command}.` };
    return;
  }
  if (credential.pausedReason !== null) {
    const remedy = `Set the new password of ${credential.username} with ${command}.`;
    yield { name, ok: false, detail: `paused: ${credential.pausedReason}`, remedy };
    return;
  }
  const checks = testConnection({
    url: mailbox.server.ewsUrl ?? exchange.url,
    credentials: { username: credential.username, password: await stores.credentials.password(id) },
    mailbox: mailbox.address,
    impersonate: exchange.mode === 'impersonation',
    ...(exchange.ca === null ? {} : { ca: exchange.ca }),
    ...(exchange.scheme === undefined ? {} : { scheme: exchange.scheme }),
    ...(exchange.schema === 'auto' ? {} : { schema: exchange.schema }),
  });
  for await (const check of checks) {
    if (check.code === 'Unauthorized') await pauseAccount(stores, id, mailbox, check.detail);
    const elsewhere = mailbox.server.ewsUrl === null ? '' : ` at ${new URL(mailbox.server.ewsUrl).host}`;
    const { serverVersion: _version, code: _code, ...finding } = check;
    yield { ...finding, name: `exchange ${check.name}${elsewhere}` };
  }
}

/** Mailboxes may live on servers of different releases; as their last runs found it. */
async function* examineReleases(
  { runs }: Installation,
  mailboxes: readonly Mailbox[],
): AsyncGenerator<Finding> {
  const counts = new Map<string, number>();
  for (const { id } of mailboxes) {
    const server = await runs.server({ mailboxId: id, module: 'contacts' });
    if (server === null) continue;
    const { release, schema, unsupported } = server;
    const lacking = unsupported.length === 0 ? '' : `; contacts cannot hold there: ${unsupported.join(', ')}`;
    const text = `${release ?? 'a server that does not name its release'}, spoken to as ${schema}${lacking}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const [text, count] of counts) {
    yield { name: 'exchange release', ok: true, detail: `mailboxes: ${count}, on ${text}` };
  }
}

function oneOfEachServer(mailboxes: readonly Mailbox[]): Mailbox[] {
  return [
    ...new Map(mailboxes.map((mailbox) => [mailbox.server.ewsUrl, mailbox] as const).reverse()).values(),
  ].reverse();
}

/** The last run of every module that is synced: what was switched off is never run again. */
async function* examineRuns(
  { stores, crm }: Installation,
  mailboxes: readonly Mailbox[],
): AsyncGenerator<Finding> {
  const { settings } = await stores.settings.load();
  const users = new Map((await crm.directory.members()).map((user) => [user.id, user]));
  for (const mailbox of mailboxes) {
    const { id, address, state, pausedReason, crmUserId } = mailbox;
    if (state === 'paused') {
      yield {
        name: `mailbox ${address}`,
        ok: false,
        detail: `paused: ${pausedReason ?? 'by an administrator'}`,
        remedy: 'Set its new password with `exsync user password`.',
      };
      continue;
    }
    for (const module of modules) {
      const { kind } = standing(mailbox, users.get(crmUserId), module, settings);
      if (kind === 'notPermitted') {
        const { reason, remedy } = notPermitted;
        yield { name: `mailbox ${address}, ${module}`, ok: true, detail: `left out: ${reason}`, remedy };
      }
      if (kind !== 'on') continue;
      const run = await stores.reports.latest({ mailboxId: id, module });
      if (run?.state !== 'failed') continue;
      yield {
        name: `mailbox ${address}, ${module}`,
        ok: false,
        detail: `the last run failed: ${run.error ?? 'unknown'}`,
        remedy: 'Once that is mended, try again with `exsync sync`; the daemon does so by itself.',
      };
    }
  }
}
