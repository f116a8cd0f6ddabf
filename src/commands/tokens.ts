/** `exsync token …`: what lets programs into the JSON API. */
import type { Installation } from '../composition/installation.ts';
import { ConfigError } from '../errors.ts';
import type { ApiScope } from '../tabs/api/caller.ts';
import { say, sayJson, table } from './answers.ts';

const dayMs = 24 * 3_600_000;
const longestDays = 3650;
const knownScopes: readonly ApiScope[] = ['crm:read', 'crm:write', 'sync:read', 'sync:undo'];

export interface TokenOptions {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly days: number;
}

/** Prints the token alone on stdout. Throws ConfigError for an unknown user, scope or life. */
export async function createToken(
  installation: Installation,
  email: string,
  options: TokenOptions,
): Promise<void> {
  const scopes = checked(options);
  const { name, days } = options;
  const userId = await idOfUser(installation, email);
  const { access, audit } = installation.stores;
  const token = await access.createToken(userId, name, scopes, days * dayMs);
  await audit.record('exsync token', 'token.created', { email, name, scopes: scopes.join(' '), days });
  say(token);
  process.stderr.write(`Shown only now; ends in ${days} ${days === 1 ? 'day' : 'days'}.\n`);
}

/** The scopes, each once. */
function checked({ name, scopes, days }: TokenOptions): string[] {
  const problems: string[] = [];
  if (name.trim() === '') problems.push('--name: say what the token is for.');
  const known = knownScopes.join(', ');
  if (scopes.length === 0) problems.push(`--scopes: name at least one of ${known}.`);
  for (const scope of scopes) {
    if (!knownScopes.some((one) => one === scope))
      problems.push(`--scopes: there is no "${scope}"; there is ${known}.`);
  }
  if (!Number.isInteger(days) || days < 1 || days > longestDays) {
    problems.push(`--days: must be a whole number from 1 to ${longestDays}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...new Set(scopes)];
}

/** Of one user or of all. Throws ConfigError for an unknown user. */
export async function listTokens(
  installation: Installation,
  { email, json }: { readonly email?: string | undefined; readonly json: boolean },
): Promise<void> {
  const { crm, stores } = installation;
  const userId = email === undefined ? undefined : await idOfUser(installation, email);
  const owners = new Map((await crm.directory.users()).map((user) => [user.id, user.email]));
  const tokens = (await stores.access.tokens(userId)).map((token) => ({
    id: token.id,
    name: token.name,
    owner: owners.get(token.crmUserId) ?? token.crmUserId,
    scopes: token.scopes,
    createdAt: token.createdAt === null ? null : new Date(token.createdAt).toISOString(),
    expiresAt: new Date(token.expiresAt).toISOString(),
  }));
  if (json) return sayJson(tokens);
  if (tokens.length === 0) return say('There is no token.');
  const day = (time: string | null): string => time?.slice(0, 10) ?? '-';
  say(
    table([
      ['ID', 'NAME', 'OWNER', 'SCOPES', 'CREATED', 'EXPIRES'],
      ...tokens.map((one) => [
        one.id,
        one.name,
        one.owner,
        one.scopes.join(','),
        day(one.createdAt),
        day(one.expiresAt),
      ]),
    ]),
  );
}

/** Throws ConfigError when there is none with this id. */
export async function revokeToken({ stores }: Installation, id: string): Promise<void> {
  const name = (await stores.access.tokens()).find((token) => token.id === id)?.name ?? null;
  if (!(await stores.access.revokeToken(id))) {
    throw new ConfigError([`${id}: there is no such token; \`exsync token list\` shows them.`]);
  }
  await stores.audit.record('exsync token', 'token.revoked', { id, name });
  say(`The token ${name ?? id} was revoked; it lets nobody in any more.`);
}

async function idOfUser({ crm }: Installation, email: string): Promise<string> {
  const user = await crm.directory.userByEmail(email);
  if (user === null) {
    throw new ConfigError([`${email}: there is no such user; \`exsync user list\` shows them.`]);
  }
  return user.id;
}
