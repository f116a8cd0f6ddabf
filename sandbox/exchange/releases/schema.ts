/** The request schemas, oldest first; a server knows its own and all older ones. */
export const SCHEMA = {
  Exchange2007_SP1: 0,
  Exchange2010_SP1: 1,
  Exchange2010_SP2: 2,
  Exchange2013_SP1: 3,
  Exchange2016: 4,
  Exchange2019: 5,
} as const;

export type Schema = (typeof SCHEMA)[keyof typeof SCHEMA];

/** What a RequestServerVersion value stands for. The first versions of a release share the schema of its service pack. */
export const SCHEMA_OF_VERSION: Readonly<Record<string, Schema>> = {
  Exchange2007: SCHEMA.Exchange2007_SP1,
  Exchange2007_SP1: SCHEMA.Exchange2007_SP1,
  Exchange2009: SCHEMA.Exchange2007_SP1,
  Exchange2010: SCHEMA.Exchange2010_SP1,
  Exchange2010_SP1: SCHEMA.Exchange2010_SP1,
  Exchange2010_SP2: SCHEMA.Exchange2010_SP2,
  Exchange2012: SCHEMA.Exchange2010_SP2,
  Exchange2013: SCHEMA.Exchange2013_SP1,
  Exchange2013_SP1: SCHEMA.Exchange2013_SP1,
  Exchange2015: SCHEMA.Exchange2016,
  Exchange2016: SCHEMA.Exchange2016,
};
