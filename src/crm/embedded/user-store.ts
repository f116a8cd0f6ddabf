/** Users and profiles of the embedded CRM, and the rules they must not break. */
import type { EntityManager } from 'typeorm';
import { modules } from '../../sync/model.ts';
import type { Module } from '../../sync/model.ts';
import { takeNumbers } from './change-numbers.ts';
import type { Database } from './database.ts';
import { ProfileEntity, UserEntity } from './entities.ts';
import type { ProfileRow, UserRow } from './entities.ts';
import type { EmbeddedCrmSources } from './record-store.ts';

/** What a profile allows (PRODUCT 17). */
export interface Rights {
  /** May use contacts, tasks, events. */
  readonly contacts: boolean;
  readonly tasks: boolean;
  readonly events: boolean;
  /** Makes a manager of the sync. */
  readonly manageSync: boolean;
  /** May see every user and every user's records. */
  readonly manageUsers: boolean;
}

export interface CrmProfile {
  readonly id: string;
  readonly name: string;
  /** System Administrator or Standard: always there, never changed. */
  readonly system: boolean;
  readonly rights: Rights;
}

/** Times are milliseconds since the epoch. */
export interface CrmUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly profileId: string;
  readonly active: boolean;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export const systemProfiles = { administrator: 'administrator', standard: 'standard' } as const;

export type UserRefusalCode =
  | 'invalid' // a name or address that is empty, too long or no address
  | 'emailTaken'
  | 'nameTaken'
  | 'unknownUser'
  | 'unknownProfile'
  | 'systemProfile'
  | 'lastAdministrator'; // nobody active would be left to administer

export interface UserRefusal {
  readonly kind: 'refused';
  readonly code: UserRefusalCode;
  /** One sentence for people. */
  readonly message: string;
}

export type UserWrite = { readonly kind: 'done'; readonly user: CrmUser } | UserRefusal;
export type ProfileWrite = { readonly kind: 'done'; readonly profile: CrmProfile } | UserRefusal;

export interface UserStore {
  create(user: Pick<CrmUser, 'name' | 'email' | 'profileId'>): Promise<UserWrite>;
  update(
    id: string,
    change: Partial<Pick<CrmUser, 'name' | 'email' | 'profileId' | 'active'>>,
  ): Promise<UserWrite>;
  createProfile(profile: Pick<CrmProfile, 'name' | 'rights'>): Promise<ProfileWrite>;
  updateProfile(id: string, change: Partial<Pick<CrmProfile, 'name' | 'rights'>>): Promise<ProfileWrite>;
}

/** A user as the sync asks for him. */
export interface Member extends CrmUser {
  /** Modules that his profile does not allow. */
  readonly forbidden: readonly Module[];
}

/** Who is who in the CRM. */
export interface Directory {
  /** By name. */
  users(): Promise<CrmUser[]>;
  user(id: string): Promise<CrmUser | null>;
  /** By name, each with what his profile does not allow. */
  members(): Promise<Member[]>;
  member(id: string): Promise<Member | null>;
  /** Without regard to case. */
  userByEmail(email: string): Promise<CrmUser | null>;
  profiles(): Promise<CrmProfile[]>;
  profile(id: string): Promise<CrmProfile | null>;
}

export function createDirectory(database: Database): Directory {
  return {
    users: () =>
      database.read(async (manager) => {
        const rows = await manager.query<UserRow[]>('SELECT * FROM `crm_users` ORDER BY `name`, `id`');
        return rows.map(toUser);
      }),
    user: (id) =>
      database.read(async (manager) => {
        const [row] = await manager.query<UserRow[]>('SELECT * FROM `crm_users` WHERE `id` = ?', [id]);
        return row ? toUser(row) : null;
      }),
    members: () =>
      database.read(async (manager) => {
        const rows = await manager.query<MemberRow[]>(`${memberText}ORDER BY u.\`name\`, u.\`id\``);
        return rows.map(toMember);
      }),
    member: (id) =>
      database.read(async (manager) => {
        const [row] = await manager.query<MemberRow[]>(`${memberText}WHERE u.\`id\` = ?`, [id]);
        return row ? toMember(row) : null;
      }),
    userByEmail: (email) => database.read((manager) => findUser(manager, { emailKey: keyOf(email) })),
    profiles: () =>
      database.read(async (manager) => {
        const rows = await manager.find(ProfileEntity, { order: { nameKey: 'ASC' } });
        return rows.map(toProfile);
      }),
    profile: (id) => database.read((manager) => findProfile(manager, { id })),
  };
}

export function createUserStore(database: Database, { clock, newId }: EmbeddedCrmSources): UserStore {
  /** Writers of users follow one another, so that what they check still holds when they write. */
  const inTurn = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> =>
    database.transaction(async (manager) => {
      await takeNumbers(manager, 'users', 1);
      return work(manager);
    });

  return {
    create: (wanted) =>
      inTurn(async (manager) => {
        const now = clock();
        const user = { ...tidy(wanted), id: newId(), active: true, createdAt: now, modifiedAt: now };
        const refusal = await userRefusal(manager, user);
        if (refusal) return refusal;
        await manager.insert(UserEntity, { ...user, emailKey: keyOf(user.email) });
        return { kind: 'done', user };
      }),
    update: (id, change) =>
      inTurn(async (manager) => {
        const present = await findUser(manager, { id });
        if (!present) return refused('unknownUser', 'There is no such user.');
        const user = tidy({ ...present, ...change, modifiedAt: clock() });
        const refusal = await userRefusal(manager, user);
        if (refusal) return refusal;
        if (isAdministrator(present) && !isAdministrator(user) && (await administrators(manager)) === 1) {
          return refused('lastAdministrator', 'The last active System Administrator has to stay one.');
        }
        await manager.update(UserEntity, { id }, { ...user, emailKey: keyOf(user.email) });
        return { kind: 'done', user };
      }),
    createProfile: ({ name, rights }) =>
      inTurn(async (manager) => {
        const profile: CrmProfile = { id: newId(), name: name.trim(), system: false, rights };
        const refusal = await profileRefusal(manager, profile);
        if (refusal) return refusal;
        await manager.insert(ProfileEntity, toProfileRow(profile));
        return { kind: 'done', profile };
      }),
    updateProfile: (id, change) =>
      inTurn(async (manager) => {
        const present = await findProfile(manager, { id });
        if (!present) return refused('unknownProfile', 'There is no such profile.');
        if (present.system) return refused('systemProfile', `The profile ${present.name} cannot be changed.`);
        const profile = {
          ...present,
          rights: change.rights ?? present.rights,
          name: (change.name ?? present.name).trim(),
        };
        const refusal = await profileRefusal(manager, profile);
        if (refusal) return refusal;
        await manager.update(ProfileEntity, { id }, toProfileRow(profile));
        return { kind: 'done', profile };
      }),
  };
}

async function findUser(manager: EntityManager, where: Partial<UserRow>): Promise<CrmUser | null> {
  const row = await manager.findOneBy(UserEntity, where);
  return row && toUser(row);
}

async function findProfile(manager: EntityManager, where: Partial<ProfileRow>): Promise<CrmProfile | null> {
  const row = await manager.findOneBy(ProfileEntity, where);
  return row && toProfile(row);
}

async function userRefusal(manager: EntityManager, user: CrmUser): Promise<UserRefusal | null> {
  if (!isName(user.name)) return refused('invalid', 'A user needs a name of at most 255 characters.');
  if (user.email.length > 255 || !/^[^\s@]+@[^\s@]+$/.test(user.email)) {
    return refused('invalid', 'A user needs an e-mail address of at most 255 characters.');
  }
  const twin = await manager.findOneBy(UserEntity, { emailKey: keyOf(user.email) });
  if (twin && twin.id !== user.id) return refused('emailTaken', 'Another user has this e-mail address.');
  const profile = await manager.findOneBy(ProfileEntity, { id: user.profileId });
  return profile ? null : refused('unknownProfile', 'There is no such profile.');
}

async function profileRefusal(manager: EntityManager, profile: CrmProfile): Promise<UserRefusal | null> {
  if (!isName(profile.name)) return refused('invalid', 'A profile needs a name of at most 255 characters.');
  const twin = await manager.findOneBy(ProfileEntity, { nameKey: keyOf(profile.name) });
  return twin && twin.id !== profile.id ? refused('nameTaken', 'Another profile has this name.') : null;
}

function administrators(manager: EntityManager): Promise<number> {
  return manager.countBy(UserEntity, { profileId: systemProfiles.administrator, active: true });
}

function isAdministrator(user: CrmUser): boolean {
  return user.active && user.profileId === systemProfiles.administrator;
}

function isName(name: string): boolean {
  return name !== '' && name.length <= 255;
}

function refused(code: UserRefusalCode, message: string): UserRefusal {
  return { kind: 'refused', code, message };
}

function keyOf(text: string): string {
  return text.trim().toLowerCase();
}

function tidy<T extends Pick<CrmUser, 'name' | 'email'>>(user: T): T {
  return { ...user, name: user.name.trim(), email: user.email.trim() };
}

function toUser(row: UserRow): CrmUser {
  const { id, name, email, profileId } = row;
  const times = { createdAt: Number(row.createdAt), modifiedAt: Number(row.modifiedAt) };
  return { id, name, email, profileId, active: Boolean(row.active), ...times };
}

interface MemberRow extends UserRow {
  readonly rights: string | null;
}

const memberText =
  'SELECT u.*, p.`rights` FROM `crm_users` u LEFT JOIN `crm_profiles` p ON p.`id` = u.`profileId` ';

/** Without a profile nobody may have anything. */
function toMember(row: MemberRow): Member {
  const rights = row.rights === null ? null : (JSON.parse(row.rights) as Rights);
  return { ...toUser(row), forbidden: modules.filter((module) => !rights?.[module]) };
}

function toProfile(row: ProfileRow): CrmProfile {
  return {
    id: row.id,
    name: row.name,
    system: Boolean(row.system),
    rights: JSON.parse(row.rights) as Rights,
  };
}

function toProfileRow({ id, name, system, rights }: CrmProfile): ProfileRow {
  return { id, name, nameKey: keyOf(name), system, rights: JSON.stringify(rights) };
}
