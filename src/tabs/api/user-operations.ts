import { z } from 'zod';
import type { CrmProfile, CrmUser, Directory } from '../../crm/embedded/user-store.ts';
import { operation } from './operation.ts';
import type { Operation } from './operation.ts';

const profileSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  rights: z.strictObject({
    contacts: z.boolean(),
    tasks: z.boolean(),
    events: z.boolean(),
    manageSync: z.boolean(),
    manageUsers: z.boolean(),
  }),
});

export const userSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  active: z.boolean(),
  profile: profileSchema.nullable(),
  createdAt: z.iso.datetime(),
  modifiedAt: z.iso.datetime(),
});

export function userOperations(directory: Directory): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/crm/users',
      id: 'listUsers',
      summary: 'All users with their profiles',
      scope: 'crm:read',
      right: 'manageUsers',
      success: {
        status: 200,
        description: 'The users, by name',
        schema: z.strictObject({ users: z.array(userSchema) }),
      },
      async handle() {
        const profiles = new Map((await directory.profiles()).map((profile) => [profile.id, profile]));
        const users = await directory.users();
        return {
          status: 200,
          body: { users: users.map((user) => toUserBody(user, profiles.get(user.profileId))) },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/crm/users/me',
      id: 'getOwnUser',
      summary: 'The user the token belongs to',
      scope: 'crm:read',
      right: null,
      success: { status: 200, description: 'The user', schema: userSchema },
      handle: async ({ caller }) => ({ status: 200, body: toUserBody(caller.user, caller.profile) }),
    }),
  ];
}

function toUserBody(user: CrmUser, profile: CrmProfile | undefined): z.infer<typeof userSchema> {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    active: user.active,
    profile: profile ? { id: profile.id, name: profile.name, rights: profile.rights } : null,
    createdAt: new Date(user.createdAt).toISOString(),
    modifiedAt: new Date(user.modifiedAt).toISOString(),
  };
}
