/** The request schemas we speak and what each of them lacks. A further schema is a further row. */
import { schemaNames } from '../sync/administration.ts';
import type { SchemaName } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';

/** What a schema may lack of what we ask for. */
type SchemaFeature =
  /** HasPicture and IsContactPhoto. */
  | 'contactPhoto'
  /** StartTimeZone and EndTimeZone; MeetingTimeZone stands in their place. */
  | 'startTimeZone'
  /** `WorkingElsewhere` of LegacyFreeBusyStatus. */
  | 'workingElsewhere'
  /** FirstDayOfWeek of a weekly recurrence; weeks begin on Sunday. */
  | 'firstDayOfWeek'
  /** ReturnNewItemIds of MoveItem. */
  | 'newItemIds';

export interface EwsSchema {
  /** A value of RequestServerVersion (Microsoft: RequestServerVersion). */
  readonly name: SchemaName;
  readonly lacks: ReadonlySet<SchemaFeature>;
}

function schema(name: SchemaName, ...lacks: readonly SchemaFeature[]): EwsSchema {
  return { name, lacks: new Set(lacks) };
}

/**
 * Exchange2013_SP1 is the newest we name. Exchange 2016 and later know Exchange2015 and Exchange2016 as well, but these
 * add nothing to a contact that we sync, Microsoft documents neither, and a server that does not know a name refuses
 * the request. Of contacts, 2010 SP1, 2010 SP2 and 2013 SP1 hold the same for us.
 */
export const ewsSchemas: Readonly<Record<SchemaName, EwsSchema>> = {
  Exchange2007_SP1: schema(
    'Exchange2007_SP1',
    'contactPhoto',
    'startTimeZone',
    'firstDayOfWeek',
    'workingElsewhere',
    'newItemIds',
  ),
  Exchange2010_SP1: schema('Exchange2010_SP1', 'workingElsewhere'),
  Exchange2010_SP2: schema('Exchange2010_SP2', 'workingElsewhere'),
  Exchange2013_SP1: schema('Exchange2013_SP1'),
};

/** Every release understands it, the newest ones included. */
export const oldestSchema = ewsSchemas.Exchange2007_SP1;

export function isOlderSchema(one: SchemaName, other: SchemaName): boolean {
  return schemaNames.indexOf(one) < schemaNames.indexOf(other);
}

/** The next older one; null for the oldest. */
export function schemaBefore(name: SchemaName): SchemaName | null {
  return schemaNames[schemaNames.indexOf(name) - 1] ?? null;
}

/** Fields of a module that no request in this schema can read or write. */
export function unsupportedFields({ lacks }: EwsSchema, module: Module): readonly string[] {
  switch (module) {
    case 'contacts':
      return lacks.has('contactPhoto') ? ['photo'] : [];
    case 'tasks':
    case 'events':
      return [];
  }
}
