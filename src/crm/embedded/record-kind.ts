/** What tells contacts, tasks and events apart; everything else about records is the same for all of them. */
import type { EntityManager, EntitySchema, SelectQueryBuilder } from 'typeorm';
import type { FieldSpec } from '../../sync/field-spec.ts';
import type { Module, Photo, Values } from '../../sync/model.ts';
import type { RecordRow } from './entities.ts';
import type { CheckedValues } from './field-values.ts';

/** A column that a kind adds to those of every record. */
type DerivedColumns = Readonly<Record<string, string | number | null>>;

/** Pictures beside the records, in a table of their own. The rows say in `hasPhoto` whether there is one. */
export interface PhotoTable {
  load(manager: EntityManager, ids: readonly string[]): Promise<Map<string, Photo>>;
  /** For records that have none yet. */
  insert(manager: EntityManager, photos: ReadonlyMap<string, Photo>): Promise<void>;
  /** Null takes one away. */
  replace(manager: EntityManager, photos: ReadonlyMap<string, Photo | null>): Promise<void>;
}

export interface RecordKind<Filters extends object> {
  /** Also the name of the counter that numbers its changes. */
  readonly module: Module;
  /** One record, for messages. */
  readonly noun: string;
  readonly entity: EntitySchema<RecordRow>;
  /** The fields that the CRM keeps; those of the module that are missing are unsupported. */
  readonly fields: readonly FieldSpec[];
  /** The fields natural keys are made of. */
  readonly keyFields: readonly string[];
  readonly photos: PhotoTable | null;
  /** Orders of a list beside `modified` and `name`, with the column that each goes by. */
  readonly orders: Readonly<Record<string, { readonly column: string; readonly isText: boolean }>>;
  /** Checks and cleans what is written, field by field. */
  clean(written: unknown): CheckedValues;
  /**
   * What a record holds, filled fields only, once `written` (cleaned, null clears) is put on `present`. Settling again
   * what it gave changes nothing.
   */
  settle(written: Values, present: Values, nowMs: number): CheckedValues;
  displayNameOf(values: Values): string;
  searchTextOf(values: Values): string;
  /** Columns of its own, to filter and sort by. A tombstone's are those of no values. */
  columnsOf(values: Values): DerivedColumns;
  /** Divides the values into those every reader gets and the text of those read only when asked for; null: none. */
  pack(values: Values): { readonly fields: Values; readonly notes: string | null };
  /** The values of such a text. */
  unpack(notes: string): Values;
  filter(rows: SelectQueryBuilder<RecordRow>, filters: Filters): void;
}

/** The filled values after a patch. */
export function merged(present: Values, patch: Values): Values {
  return Object.fromEntries(Object.entries({ ...present, ...patch }).filter(([, value]) => value !== null));
}

/** `pack` and `unpack` of kinds whose notes alone are large. */
export const notesApart: Pick<RecordKind<object>, 'pack' | 'unpack'> = {
  pack({ notes, ...fields }) {
    return { fields, notes: typeof notes === 'string' ? notes : null };
  },
  unpack: (notes) => ({ notes }),
};
