/** The request schemas we speak and what each of them lacks. A further release is a further row. */

/** What a schema may lack of what we ask for. */
type SchemaFeature =
  /** HasPicture and IsContactPhoto. */
  | 'contactPhoto'
  /** StartTimeZone and EndTimeZone; MeetingTimeZone stands in their place. */
  | 'startTimeZone'
  /** `WorkingElsewhere` of LegacyFreeBusyStatus. */
  | 'workingElsewhere'
  /** FirstDayOfWeek of a weekly recurrence; weeks begin on Sunday. */
  | 'firstDayOfWeek';

/** A value of RequestServerVersion (EWS: RequestServerVersion). */
export type SchemaName = 'Exchange2007_SP1' | 'Exchange2010_SP1' | 'Exchange2010_SP2' | 'Exchange2013_SP1';

export interface EwsSchema {
  readonly name: SchemaName;
  readonly lacks: ReadonlySet<SchemaFeature>;
}

function schema(name: SchemaName, ...lacks: readonly SchemaFeature[]): EwsSchema {
  return { name, lacks: new Set(lacks) };
}

export const ewsSchemas: Readonly<Record<SchemaName, EwsSchema>> = {
  Exchange2007_SP1: schema(
    'Exchange2007_SP1',
    'contactPhoto',
    'startTimeZone',
    'firstDayOfWeek',
    'workingElsewhere',
  ),
  Exchange2010_SP1: schema('Exchange2010_SP1', 'workingElsewhere'),
  Exchange2010_SP2: schema('Exchange2010_SP2', 'workingElsewhere'),
  Exchange2013_SP1: schema('Exchange2013_SP1'),
};
