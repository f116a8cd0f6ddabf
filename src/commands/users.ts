/** `exsync user …` and `exsync token …`: people, their mailboxes, their ways in. */
import type { Installation } from '../composition/installation.ts';
import type { CrmUser } from '../crm/embedded/user-store.ts';
import { ConfigError } from '../errors.ts';
import { testConnection } from '../ews/connection-test.ts';
import type { ExchangeSettings, Mailbox } from '../sync/administration.ts';
import { readSecret, say, sayJson, table } from './answers.ts';

const linkMinutes = 15;
const dayMs = 24 * 3_600_000;

export interface AddOptions {
  readonly name?: string;
  readonly profile: string;
  /** The mailbox where it is not the user's address. */
  readonly mailbox?: string;
  /** False: a CRM user whose mailbox is not synced. */
  readonly sync: boolean;
}

export async function addUser(installation: Installation, email: string, options: AddOptions): Promise<void> {
  const { crm, stores } = installation;
  const name = options.name ?? email.split('@')[0] ?? email;
  const profileId = await profileNamed(installation, options.profile);
  const made = await crm.users.create({ name, email, profileId });
  if (made.kind === 'refused') throw new ConfigError([`${email}: ${made.message}`]);
  if (options.sync) await connectMailbox(installation, made.user, options.mailbox ?? email);
  await stores.audit.record('exsync user', 'user.added', {
    email,
    profile: options.profile,
    sync: options.sync,
  });
  say(`Added ${name} <${email}>${options.sync ? ` with the mailbox ${options.mailbox ?? email}` : ''}.`);
}

/** Under impersonation the address is enough, for an administrator gave it; else its own password is checked first. */
async function connectMailbox(installation: Installation, user: CrmUser, address: string): Promise<Mailbox> {
  const { stores } = installation;
  const { settings } = await stores.settings.load();
  if (settings.exchange === null)
    throw new ConfigError(['Exchange is not set up yet: run `exsync setup` first.']);
  const individual = settings.exchange.mode === 'individual';
  const credentialId = individual ? `mailbox:${user.id}` : null;
  if (credentialId !== null) await storePassword(installation, settings.exchange, credentialId, address);
  return stores.mailboxes.add({ crmUserId: user.id, address, credentialId });
}

async function storePassword(
  { stores, config }: Installation,
  exchange: ExchangeSettings,
  credentialId: string,
  address: string,
): Promise<void> {
  const username = (await stores.credentials.get(credentialId))?.username ?? address;
  const password = await readSecret(`Password of ${username}`, config.setup.exchangePassword);
  const checks = testConnection({
    url: exchange.url,
    credentials: { username, password },
    mailbox: address,
    impersonate: false,
    ...(exchange.ca === null ? {} : { ca: exchange.ca }),
  });
  for await (const check of checks) {
    if (!check.ok) throw new ConfigError([[check.detail, check.remedy ?? ''].join(' ').trim()]);
  }
  await stores.credentials.save(credentialId, username, password);
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
  await storePassword(installation, exchange, mailbox.credentialId, mailbox.address);
  await stores.mailboxes.setState(mailbox.id, 'active', null);
  await stores.audit.record('exsync user', 'password.changed', { email });
  say(`The password of ${mailbox.address} was accepted and stored.`);
}

export async function switchSync(installation: Installation, email: string, on: boolean): Promise<void> {
  const { crm, stores } = installation;
  const user = await userNamed(installation, email);
  const mailbox = await stores.mailboxes.forUser(user.id);
  if (mailbox === null && on) await connectMailbox(installation, user, user.email);
  else if (mailbox !== null) await stores.mailboxes.setState(mailbox.id, on ? 'active' : 'off', null);
  await stores.audit.record('exsync user', on ? 'sync.on' : 'sync.off', { email });
  say(`${(await crm.directory.user(user.id))?.name ?? email}: sync ${on ? 'on' : 'off'}.`);
}

export async function listUsers(installation: Installation, json: boolean): Promise<void> {
  const { crm, stores } = installation;
  const profiles = new Map((await crm.directory.profiles()).map(({ id, name }) => [id, name]));
  const mailboxes = new Map((await stores.mailboxes.list()).map((mailbox) => [mailbox.crmUserId, mailbox]));
  const users = (await crm.directory.users()).map((user) => ({
    name: user.name,
    email: user.email,
    profile: profiles.get(user.profileId) ?? user.profileId,
    active: user.active,
    mailbox: mailboxes.get(user.id)?.address ?? null,
    sync: mailboxes.get(user.id)?.state ?? 'off',
  }));
  if (json) return sayJson(users);
  const head = ['NAME', 'E-MAIL', 'PROFILE', 'ACTIVE', 'MAILBOX', 'SYNC'];
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
      ]),
    ]),
  );
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

export interface TokenOptions {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: number;
}

export async function createToken(
  installation: Installation,
  email: string,
  options: TokenOptions,
): Promise<void> {
  const user = await userNamed(installation, email);
  const { access, audit } = installation.stores;
  const token = await access.createToken(user.id, options.name, options.scopes, options.days * dayMs);
  await audit.record('exsync token', 'token.created', { email, name: options.name, days: options.days });
  say(token);
  process.stderr.write(`Shown only now; ends in ${options.days} days.\n`);
}

async function userNamed({ crm }: Installation, email: string): Promise<CrmUser> {
  const user = await crm.directory.userByEmail(email);
  if (user === null)
    throw new ConfigError([`${email}: there is no such user; \`exsync user list\` shows them.`]);
  return user;
}

async function mailboxOf(
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
