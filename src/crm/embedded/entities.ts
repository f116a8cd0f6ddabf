import { EntitySchema } from 'typeorm';
import type { EntitySchemaColumnOptions } from 'typeorm';

export interface ProfileRow {
  id: string;
  name: string;
  /** The lower-cased name, unique. */
  nameKey: string;
  system: boolean;
  /** JSON of `Rights`. */
  rights: string;
}

export interface UserRow {
  id: string;
  name: string;
  email: string;
  /** The lower-cased address, unique. */
  emailKey: string;
  profileId: string;
  active: boolean;
  createdAt: number;
  modifiedAt: number;
}

export interface ContactRow {
  id: string;
  ownerId: string;
  /** JSON of all filled fields but notes and photo, which may be large and are read only when asked for. */
  fields: string;
  /** Folded display name, to sort by. */
  nameKey: string;
  /** Folded company, to filter by. */
  accountKey: string;
  /** Folded name, company and e-mail addresses, a line each, with a line end before the first and after the last. */
  searchText: string;
  hasPhoto: boolean;
  imported: boolean;
  /** Grows by one with each change; the version both the sync and the API expect. */
  revision: number;
  /** Organisation-wide change number; see change-numbers.ts. */
  sequence: number;
  createdAt: number;
  modifiedAt: number;
  /** A user's id, or `sync`. */
  createdBy: string;
  modifiedBy: string;
  syncStamp: string | null;
  /** Set on a tombstone: the row stays so that its id is never used again, its content is gone. */
  deletedAt: number | null;
  notes: string | null;
}

export interface PhotoRow {
  contactId: string;
  mediaType: string;
  /** Base64. */
  content: string;
}

export interface CounterRow {
  name: string;
  value: number;
  /** Random, made with the tables: a cursor of another database is told by it. */
  epoch: string;
}

const text: EntitySchemaColumnOptions = { type: 'text' };
const id: EntitySchemaColumnOptions = { type: 'varchar', length: 36 };
const key: EntitySchemaColumnOptions = { type: 'varchar', length: 255 };
const flag: EntitySchemaColumnOptions = { type: 'boolean' };
const integer: EntitySchemaColumnOptions = { type: 'integer' };
/** Milliseconds and change numbers outgrow 32 bits. Drivers may hand a bigint over as a string: read with Number(). */
const bigint: EntitySchemaColumnOptions = { type: 'bigint' };

export const ProfileEntity = new EntitySchema<ProfileRow>({
  name: 'CrmProfile',
  tableName: 'crm_profiles',
  columns: { id: { ...id, primary: true }, name: key, nameKey: key, system: flag, rights: text },
});

export const UserEntity = new EntitySchema<UserRow>({
  name: 'CrmUser',
  tableName: 'crm_users',
  columns: {
    id: { ...id, primary: true },
    name: key,
    email: key,
    emailKey: key,
    profileId: id,
    active: flag,
    createdAt: bigint,
    modifiedAt: bigint,
  },
});

export const ContactEntity = new EntitySchema<ContactRow>({
  name: 'CrmContact',
  tableName: 'crm_contacts',
  columns: {
    id: { ...id, primary: true },
    ownerId: id,
    fields: text,
    nameKey: key,
    accountKey: key,
    searchText: text,
    hasPhoto: flag,
    imported: flag,
    revision: integer,
    sequence: bigint,
    createdAt: bigint,
    modifiedAt: bigint,
    createdBy: id,
    modifiedBy: id,
    syncStamp: { ...key, nullable: true },
    deletedAt: { ...bigint, nullable: true },
    notes: { ...text, nullable: true },
  },
});

export const PhotoEntity = new EntitySchema<PhotoRow>({
  name: 'CrmContactPhoto',
  tableName: 'crm_contact_photos',
  columns: { contactId: { ...id, primary: true }, mediaType: key, content: text },
});

export const CounterEntity = new EntitySchema<CounterRow>({
  name: 'CrmCounter',
  tableName: 'crm_counters',
  columns: { name: { ...key, primary: true }, value: bigint, epoch: id },
});

/** What the data source must know for the embedded CRM. */
export const embeddedCrmEntities = [ProfileEntity, UserEntity, ContactEntity, PhotoEntity, CounterEntity];
