/** What contacts, tasks and events have in common as the API takes and shows them. */
import { z } from 'zod';
import type { RecordPage, RecordQuery } from '../../crm/embedded/record-list.ts';
import type { CrmRecord } from '../../crm/embedded/record-rows.ts';
import type { RecordStore } from '../../crm/embedded/record-store.ts';
import type { Module, Values } from '../../sync/model.ts';
import { decodeCursor } from './list-cursor.ts';

/** What a person writes, checked by the schemas below. */
export interface WrittenRecord {
  readonly values?: unknown;
  readonly exceptions?: unknown;
}

/** One kind of records in the API: its schemas, and how they and the store's records become one another. */
export interface RecordResource<Filters extends object> {
  /** Also the path and the right it takes. */
  readonly module: Module;
  readonly noun: string;
  readonly store: RecordStore<Filters>;
  readonly schemas: RecordSchemas;
  /** What the description of a list adds. */
  readonly listNote: string;
  /** The query has passed the schema of lists. Throws a Problem where parts of it do not fit together. */
  filters(query: ListQuery): Filters;
  valuesOf(written: WrittenRecord): Values;
  /** What the kind shows beside what all records show; of a list with its query. */
  bodyOf(record: CrmRecord, query: ListQuery | null): Readonly<Record<string, unknown>>;
  /** The path in a request's body of a field of the store. */
  pathOf(field: string): string;
}

/** A resource whose filters nobody needs to know. */
export type AnyResource = Omit<RecordResource<never>, 'store' | 'filters'> & {
  readonly store: Omit<RecordStore<never>, 'list'>;
  list(query: ListQuery, onlyOwnerId: string | null): Promise<RecordPage>;
};

export function resource<Filters extends object>(spec: RecordResource<Filters>): AnyResource {
  return {
    ...spec,
    list: (query, onlyOwnerId) =>
      spec.store.list({ ...listQueryOf(query, onlyOwnerId), ...spec.filters(query) }),
  };
}

export interface ListQuery {
  readonly q?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly modifiedSince?: string | undefined;
  readonly includeDeleted: 'true' | 'false';
  readonly sort: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly [filter: string]: unknown;
}

function listQueryOf(query: ListQuery, onlyOwnerId: string | null): RecordQuery {
  const { q, modifiedSince, sort, cursor, limit } = query;
  const ownerId = onlyOwnerId ?? query.ownerId;
  return {
    order: sort,
    limit,
    includeDeleted: query.includeDeleted === 'true',
    ...(q !== undefined && { text: q }),
    ...(ownerId !== undefined && { ownerId }),
    ...(modifiedSince !== undefined && { modifiedSince: Date.parse(modifiedSince) }),
    ...(cursor !== undefined && { after: decodeCursor(sort, cursor) }),
  };
}

const recordId = z.string().min(1).max(36);
const revision = z.int().min(1).describe('Grows with each change; the number in the ETag.');
const imported = z
  .boolean()
  .describe('Came by import: stays out of the sync until its first change. Only administrators may set it.');
const ownerId = recordId.describe('The user it belongs to.');

export interface SchemaParts {
  readonly module: Module;
  /** `values` as they are shown. */
  readonly shown: z.ZodType;
  /** `values` as a person may write them. */
  readonly written: z.ZodType;
  /** What else is shown, and what else may be written. */
  readonly moreShown?: Readonly<Record<string, z.ZodType>>;
  readonly moreWritten?: Readonly<Record<string, z.ZodType>>;
  /** Query parameters of its own, and the description of `q`. */
  readonly filters: Readonly<Record<string, z.ZodType>>;
  readonly searched: string;
  /** Orders beside those of all records. */
  readonly orders: readonly string[];
}

export type RecordSchemas = ReturnType<typeof recordSchemas>;

export function recordSchemas(parts: SchemaParts) {
  const { module, shown, written, moreShown = {}, moreWritten = {} } = parts;
  const draft = z.strictObject({
    values: written,
    ...moreWritten,
    ownerId: ownerId
      .optional()
      .describe('The caller when left out; someone else only for those who manage users.'),
    imported: imported.optional(),
  });
  const patch = z.strictObject({
    values: written.optional(),
    ...moreWritten,
    ownerId: ownerId.optional().describe('A new owner; only for those who manage users.'),
  });
  const record = z.strictObject({
    id: recordId,
    ownerId,
    revision,
    displayName: z.string(),
    values: shown,
    ...moreShown,
    imported,
    createdAt: z.iso.datetime(),
    modifiedAt: z.iso.datetime(),
    createdBy: z.string().describe("A user's id, or `sync`."),
    modifiedBy: z.string().describe("A user's id, or `sync`."),
    deletedAt: z.iso.datetime().nullable(),
  });
  return {
    draft,
    patch,
    record,
    page: z.strictObject({
      [module]: z.array(record),
      nextCursor: z.string().nullable().describe('Give it back for the next page; null after the last one.'),
    }),
    bulkOperation: z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('create'), ...draft.shape }),
      z.strictObject({ op: z.literal('update'), id: recordId, revision, ...patch.shape }),
      z.strictObject({ op: z.literal('delete'), id: recordId, revision }),
    ]),
    listQuery: listQuerySchema(parts),
  };
}

function listQuerySchema({ module, filters, searched, orders }: SchemaParts) {
  const known = ['modified', '-modified', 'name', '-name', ...orders.flatMap((one) => [one, `-${one}`])];
  return z.strictObject({
    q: z.string().min(1).max(200).optional().describe(searched),
    ownerId: recordId.optional().describe(`Only this user's ${module}.`),
    ...filters,
    modifiedSince: z.iso.datetime({ offset: true }).optional().describe('Changed then or later.'),
    includeDeleted: z
      .enum(['true', 'false'])
      .default('false')
      .describe('Also what was deleted: id, owner and times, without values.'),
    sort: z
      .enum(known)
      .default('modified')
      .describe(
        '`modified` is the order of the last changes, oldest first: what changes while you page comes again.',
      ),
    limit: z.coerce.number().int().min(1).max(200).default(50).describe('A page may hold fewer.'),
    cursor: z
      .string()
      .max(2000)
      .optional()
      .describe('The `nextCursor` of the last page, with the same filters.'),
  });
}

export function toRecordBody(resource: AnyResource, record: CrmRecord, query: ListQuery | null) {
  return {
    id: record.id,
    ownerId: record.ownerId,
    revision: record.revision,
    displayName: record.displayName,
    ...resource.bodyOf(record, query),
    imported: record.imported,
    createdAt: new Date(record.createdAt).toISOString(),
    modifiedAt: new Date(record.modifiedAt).toISOString(),
    createdBy: record.createdBy,
    modifiedBy: record.modifiedBy,
    deletedAt: record.deletedAt === null ? null : new Date(record.deletedAt).toISOString(),
  };
}
