/** Who calls, and what he may do. */
import type { Access } from '../../crm/embedded/record-store.ts';
import { systemProfiles } from '../../crm/embedded/user-store.ts';
import type { CrmProfile, CrmUser, Directory } from '../../crm/embedded/user-store.ts';
import type { Module } from '../../sync/model.ts';
import { Problem } from './problem.ts';

export type ApiScope = 'crm:read' | 'crm:write' | 'sync:read' | 'sync:undo';
export type ApiRight = Module | 'manageUsers';

/** The user and scopes of a valid token; null for one that is unknown, expired or revoked. */
export type Authenticate = (
  token: string,
) => Promise<{ readonly userId: string; readonly scopes: readonly string[] } | null>;

export interface Caller {
  readonly user: CrmUser;
  readonly profile: CrmProfile;
  readonly scopes: readonly string[];
}

/** Throws a Problem unless the header carries the token of an active user. */
export async function callerOf(
  authorization: string | undefined,
  authenticate: Authenticate,
  directory: Directory,
): Promise<Caller> {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Problem(401, 'token-missing', {
      detail: 'Send a token: Authorization: Bearer …',
      headers: { 'WWW-Authenticate': 'Bearer realm="exsync"' },
    });
  }
  const grant = await authenticate(token);
  const user = grant && (await directory.user(grant.userId));
  if (!grant || !user) {
    throw new Problem(401, 'token-invalid', {
      detail: 'The token is unknown or has expired.',
      headers: { 'WWW-Authenticate': 'Bearer realm="exsync", error="invalid_token"' },
    });
  }
  const profile = await directory.profile(user.profileId);
  if (!user.active || !profile)
    throw new Problem(403, 'user-inactive', { detail: 'This user is not active.' });
  return { user, profile, scopes: grant.scopes };
}

/** Throws a Problem where the token or the profile does not allow it. */
export function demand(caller: Caller, scope: ApiScope, right: ApiRight | null): void {
  if (!caller.scopes.includes(scope)) {
    throw new Problem(403, 'scope-missing', {
      detail: `The token lacks the scope ${scope}.`,
      headers: { 'WWW-Authenticate': `Bearer realm="exsync", error="insufficient_scope", scope="${scope}"` },
    });
  }
  if (right !== null && !caller.profile.rights[right]) {
    throw new Problem(403, 'right-missing', {
      detail: `The profile ${caller.profile.name} does not allow this.`,
    });
  }
}

/** Those who manage users reach every record, others their own. */
export function accessOf({ user, profile }: Caller): Access {
  return { actor: user.id, onlyOwnerId: profile.rights.manageUsers ? null : user.id };
}

export function isAdministrator({ profile }: Caller): boolean {
  return profile.id === systemProfiles.administrator;
}
