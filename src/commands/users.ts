/** `exsync user …` and `exsync token …`: people, their mailboxes, their ways in. */
import type { Installation } from '../composition/installation.ts';
import { sameAddress, searchKnownServers } from '../composition/known-servers.ts';
import type { CrmUser, Member } from '../crm/embedded/user-store.ts';
import { ConfigError } from '../errors.ts';
import { domainOf } from '../ews/autodiscover/candidates.ts';
import { ownNetwork } from '../ews/autodiscover/network.ts';
import { testConnection } from '../ews/connection-test.ts';
import type { ConnectionCheck } from '../ews/connection-test.ts';
import type { EwsCredentials } from '../ews/transport.ts';
import type { ExchangeSettings, Mailbox, MailboxServer, Settings } from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import type { Module } from '../sync/model.ts';
import { notPermitted, standing } from '../sync/standing.ts';
import { readSecret, say, sayJson, table } from './answers.ts';

const linkMinutes = 15;
/** What every database takes. */
const longestAddress = 255;

export interface AddOptions {
  readonly name?: string;
  readonly profile: string;
  /** The mailbox where it is not the user's address. */
  readonly mailbox?: string;
  /** With individual credentials the account, such as DOMAIN\\user, where it is not the mailbox's address. */
  readonly username?: string;
  /** False: a CRM user whose mailbox is not synced. */
  readonly sync: boolean;
}

/** All or nothing: what could refuse the mailbox is asked before the user is made. */
export async function addUser(installation: Installation, email: string, options: AddOptions): Promise<void> {
  const { crm, stores } = installation;
  const name = options.name ?? email.split('@')[0] ?? email;
  const address = options.mailbox ?? email;
  const unusable = [email, address].find((one) => domainOf(one) === null);
  if (unusable !== undefined) throw new ConfigError([`${JSON.stringify(unusable)} is no e-mail address.`]);
  if (address.length > longestAddress) {
    throw new ConfigError([`A mailbox has an address of at most ${longestAddress} characters.`]);
  }
  const profileId = await profileNamed(installation, options.profile);
  if ((await crm.directory.userByEmail(email)) !== null) {
    throw new ConfigError([
      `${email}: there is a user with this address; \`exsync user sync\` connects the mailbox.`,
    ]);
  }
  const access = options.sync ? await accessTo(installation, address, options.username ?? address) : null;
  const made = await crm.users.create({ name, email, profileId });
  if (made.kind === 'refused') throw new ConfigError([`${email}: ${made.message}`]);
  if (access !== null) await connectMailbox(installation, made.user, address, access);
  await stores.audit.record('exsync user', 'user.added', {
    email,
    profile: options.profile,
    sync: options.sync,
  });
  say(`Added ${name} <${email}>${options.sync ? ` with the mailbox ${address}` : ''}.`);
}

/** The way into a mailbox: the service account (null), or its own account whose password Exchange has accepted. */
interface MailboxAccess {
  readonly own: EwsCredentials | null;
  /** Where the mailbox is, if not on the server of the settings. */
  readonly ewsUrl: string | null;
}

/** Under impersonation the address is enough, for an administrator gave it; else its own password is tried first. */
async function accessTo(
  installation: Installation,
  address: string,
  username: string,
): Promise<MailboxAccess> {
  const { stores, config } = installation;
  const { exchange } = (await stores.settings.load()).settings;
  if (exchange === null) throw new ConfigError(['Exchange is not set up yet: run `exsync setup` first.']);
  const taken = (await stores.mailboxes.list()).some(
    (mailbox) => mailbox.address.toLowerCase() === address.toLowerCase(),
  );
  if (taken) throw new ConfigError([`${address}: this mailbox belongs to another user.`]);
  if (exchange.mode === 'impersonation') return { own: null, ewsUrl: null };
  const password = await readSecret(`Password of ${username}`, config.setup.exchangePassword);
  const ewsUrl = await findAndTry(exchange, { address, ewsUrl: null }, { username, password });
  return { own: { username, password }, ewsUrl };
}

async function connectMailbox(
  { stores }: Installation,
  user: CrmUser,
  address: string,
  { own, ewsUrl }: MailboxAccess,
): Promise<void> {
  const credentialId = own === null ? null : `mailbox:${user.id}`;
  if (own !== null && credentialId !== null)
    await stores.credentials.save(credentialId, own.username, own.password);
  const { id } = await stores.mailboxes.add({ crmUserId: user.id, address, credentialId });
  if (ewsUrl !== null) await stores.mailboxes.setServer(id, foundAt(ewsUrl));
}

function foundAt(ewsUrl: string | null): MailboxServer {
  return { ewsUrl, lookUps: 0, nextLookUpAt: null };
}

/** Returns the mailbox's own address of EWS, or null. Throws ConfigError when Exchange does not let us in. */
async function findAndTry(
  exchange: ExchangeSettings,
  { address, ewsUrl }: { readonly address: string; readonly ewsUrl: string | null },
  credentials: EwsCredentials,
): Promise<string | null> {
  const present = ewsUrl ?? exchange.url;
  const problem = await problemAt(present, exchange, address, credentials);
  if (problem === null) return ewsUrl;
  // A refused password goes nowhere else.
  if (problem.name !== 'credentials') {
    const found = await searchKnownServers({ address, ewsUrl }, exchange, {
      credentials,
      network: ownNetwork,
    });
    for (const url of found.ewsUrls.filter((one) => !sameAddress(one, present))) {
      if ((await problemAt(url, exchange, address, credentials)) === null)
        return sameAddress(url, exchange.url) ? null : url;
    }
  }
  throw new ConfigError([[problem.detail, problem.remedy ?? ''].join(' ').trim()]);
}

async function problemAt(
  url: string,
  exchange: ExchangeSettings,
  mailbox: string,
  credentials: EwsCredentials,
): Promise<ConnectionCheck | null> {
  const { ca, scheme } = exchange;
  const how = { ...(ca === null ? {} : { ca }), ...(scheme === undefined ? {} : { scheme }) };
  for await (const check of testConnection({ url, credentials, mailbox, impersonate: false, ...how }))
    if (!check.ok) return check;
  return null;
}

/** A changed password, tried before it is stored; ends the pause of the mailbox. */
export async function changePassword(installation: Installation, email: string): Promise<void> {
  const { stores } = installation;
  const { mailbox } = await mailboxOf(installation, email);
  const { exchange } = (await stores.settings.load()).settings;
  if (exchange === null || mailbox.credentialId === null) {
    throw new ConfigError([
      `${email}: this installation signs in with a service account; change its password with \`exsync setup\`.`,
    ]);
  }
  const { username } = (await stores.credentials.get(mailbox.credentialId)) ?? { username: mailbox.address };
  const password = await readSecret(`Password of ${username}`, installation.config.setup.exchangePassword);
  const { address, server } = mailbox;
  const ewsUrl = await findAndTry(exchange, { address, ewsUrl: server.ewsUrl }, { username, password });
  await stores.credentials.save(mailbox.credentialId, username, password);
  await stores.mailboxes.setServer(mailbox.id, foundAt(ewsUrl));
  await stores.mailboxes.setState(mailbox.id, 'active', null);
  await stores.audit.record('exsync user', 'password.changed', { email });
  say(`The password of ${mailbox.address} was accepted and stored.`);
}

export async function switchSync(installation: Installation, email: string, on: boolean): Promise<void> {
  const { crm, stores } = installation;
  const user = await userNamed(installation, email);
  const mailbox = await stores.mailboxes.forUser(user.id);
  if (on && mailbox && mailbox.pausedReason !== null) {
    await stores.mailboxes.setState(mailbox.id, 'paused', mailbox.pausedReason);
    throw new ConfigError([
      `${email}: the mailbox stays paused (${mailbox.pausedReason}); ` +
        `\`exsync user password ${email}\` takes the new password and ends the pause.`,
    ]);
  }
  if (mailbox === null && on) {
    await connectMailbox(
      installation,
      user,
      user.email,
      await accessTo(installation, user.email, user.email),
    );
  }
  // Switched off, it still remembers that its password was refused.
  if (mailbox !== null)
    await stores.mailboxes.setState(mailbox.id, on ? 'active' : 'off', mailbox.pausedReason);
  await stores.audit.record('exsync user', on ? 'sync.on' : 'sync.off', { email });
  say(`${(await crm.directory.user(user.id))?.name ?? email}: sync ${on ? 'on' : 'off'}.`);
}

export async function listUsers(installation: Installation, json: boolean): Promise<void> {
  const { crm, stores } = installation;
  const profiles = new Map((await crm.directory.profiles()).map(({ id, name }) => [id, name]));
  const mailboxes = new Map((await stores.mailboxes.list()).map((mailbox) => [mailbox.crmUserId, mailbox]));
  const { settings } = await stores.settings.load();
  const users = (await crm.directory.members()).map((user) => ({
    name: user.name,
    email: user.email,
    profile: profiles.get(user.profileId) ?? user.profileId,
    active: user.active,
    mailbox: mailboxes.get(user.id)?.address ?? null,
    sync: mailboxes.get(user.id)?.state ?? 'off',
    modules: toldStandings(user, mailboxes.get(user.id), settings),
  }));
  if (json) return sayJson(users);
  const head = [
    'NAME',
    'E-MAIL',
    'PROFILE',
    'ACTIVE',
    'MAILBOX',
    'SYNC',
    ...modules.map((one) => one.toUpperCase()),
  ];
  say(
    table([
      head,
      ...users.map((one) => [
        one.name,
        one.email,
        one.profile,
        one.active ? 'yes' : 'no',
        one.mailbox ?? '-',
        one.sync,
        ...modules.map((module) => one.modules[module].state),
      ]),
    ]),
  );
  for (const { email, modules: standing } of users) {
    for (const module of modules) {
      const { reason } = standing[module];
      if (reason !== null) say(`${email}, ${module}: ${reason}`);
    }
  }
}

interface ToldStanding {
  readonly state: 'active' | 'paused' | 'off';
  readonly reason: string | null;
}

/** Of each module: whether it is synced, and why not. */
function toldStandings(
  user: Member,
  mailbox: Mailbox | undefined,
  settings: Settings,
): Readonly<Record<Module, ToldStanding>> {
  const of = (module: Module): ToldStanding => {
    if (mailbox === undefined) return { state: 'off', reason: null };
    const found = standing(mailbox, user, module, settings);
    switch (found.kind) {
      case 'on':
        return { state: 'active', reason: null };
      case 'mailboxOff':
      case 'moduleOff':
        return { state: 'off', reason: null };
      case 'ownModuleOff':
        return { state: 'off', reason: found.reason };
      case 'mailboxPaused':
        return { state: 'paused', reason: found.reason };
      case 'userInactive':
        return { state: 'paused', reason: 'The user is not active in the CRM.' };
      case 'notPermitted':
        return { state: 'paused', reason: notPermitted.reason };
    }
  };
  return { contacts: of('contacts'), tasks: of('tasks'), events: of('events') };
}

export async function changeRole(installation: Installation, email: string, profile: string): Promise<void> {
  const user = await userNamed(installation, email);
  const profileId = await profileNamed(installation, profile);
  const changed = await installation.crm.users.update(user.id, { profileId });
  if (changed.kind === 'refused') throw new ConfigError([`${email}: ${changed.message}`]);
  await installation.stores.audit.record('exsync user', 'role.changed', { email, profile });
  say(`${user.name} now has the profile ${profile}.`);
}

export async function createSignInLink(
  installation: Installation,
  email: string,
  publicUrl: string,
): Promise<void> {
  const user = await userNamed(installation, email);
  say(await signInAddress(installation, user.id, publicUrl));
  process.stderr.write(`Works once, within ${linkMinutes} minutes.\n`);
}

export async function signInAddress(
  { stores }: Installation,
  userId: string,
  publicUrl: string,
): Promise<string> {
  const secret = await stores.access.createSignInLink(userId, linkMinutes * 60_000);
  return `${publicUrl}/sign-in?link=${secret}`;
}

async function userNamed({ crm }: Installation, email: string): Promise<CrmUser> {
  const user = await crm.directory.userByEmail(email);
  if (user === null)
    throw new ConfigError([`${email}: there is no such user; \`exsync user list\` shows them.`]);
  return user;
}

export async function mailboxOf(
  installation: Installation,
  email: string,
): Promise<{ user: CrmUser; mailbox: Mailbox }> {
  const user = await userNamed(installation, email);
  const mailbox = await installation.stores.mailboxes.forUser(user.id);
  if (mailbox === null)
    throw new ConfigError([`${email}: this user has no mailbox; \`exsync user sync ${email} on\`.`]);
  return { user, mailbox };
}

async function profileNamed({ crm }: Installation, name: string): Promise<string> {
  const profiles = await crm.directory.profiles();
  const wanted = name.toLowerCase();
  const found = profiles.find((profile) => profile.id === wanted || profile.name.toLowerCase() === wanted);
  if (found) return found.id;
  throw new ConfigError([
    `--profile: there is no "${name}"; there is ${profiles.map((one) => one.id).join(', ')}.`,
  ]);
}
