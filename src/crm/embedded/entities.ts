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

/** What every record of the CRM has, whatever its kind (record-kind.ts). */
export interface RecordRow {
  id: string;
  ownerId: string;
  /** JSON of all filled fields but those in `notes`, and photos. */
  fields: string;
  /** Folded display name, to sort by. */
  nameKey: string;
  /** The folded texts that a search looks in, a line each, with a line end before the first and after the last. */
  searchText: string;
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
  /** What may be large and is read only when asked for; of an event JSON of its description and its exceptions. */
  notes: string | null;
}

export interface ContactRow extends RecordRow {
  /** Folded company, to filter by. */
  accountKey: string;
  hasPhoto: boolean;
}

export interface TaskRow extends RecordRow {
  status: string;
  /** Empty without one. */
  dueDate: string;
}

export interface EventRow extends RecordRow {
  /** Milliseconds since the epoch at which the event, or the first occurrence of a series, begins; 0 on a tombstone. */
  startsAt: number;
  /** When the last occurrence is over; null of a series without an end. */
  endsAt: number | null;
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

const recordColumns = {
  id: { ...id, primary: true },
  ownerId: id,
  fields: text,
  nameKey: key,
  searchText: text,
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
} satisfies Record<keyof RecordRow, EntitySchemaColumnOptions>;

export const ContactEntity = new EntitySchema<ContactRow>({
  name: 'CrmContact',
  tableName: 'crm_contacts',
  columns: { ...recordColumns, accountKey: key, hasPhoto: flag },
});

export const TaskEntity = new EntitySchema<TaskRow>({
  name: 'CrmTask',
  tableName: 'crm_tasks',
  columns: { ...recordColumns, status: key, dueDate: key },
});

export const EventEntity = new EntitySchema<EventRow>({
  name: 'CrmEvent',
  tableName: 'crm_events',
  columns: { ...recordColumns, startsAt: bigint, endsAt: { ...bigint, nullable: true } },
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
export const embeddedCrmEntities = [
  ProfileEntity,
  UserEntity,
  ContactEntity,
  PhotoEntity,
  TaskEntity,
  EventEntity,
  CounterEntity,
];
