/** Events as the API takes and shows them: people as objects, and the occurrences that differ as a list. */
import { z } from 'zod';
import { occurrencesBetween } from '../../crm/embedded/event-occurrences.ts';
import type { EventFilters, EventStore } from '../../crm/embedded/event-store.ts';
import { eventValuesSchema, occurrenceValuesSchema } from '../../crm/embedded/event-values.ts';
import type { Value, Values } from '../../sync/model.ts';
import {
  anyOccurrence,
  exceptionFields,
  exceptionsOf,
  isOccurrenceName,
  occurrencePlace,
} from '../../sync/occurrences.ts';
import type { OccurrenceException } from '../../sync/occurrences.ts';
import { peopleSchemas, toPeople, toPeopleBody } from './event-people.ts';
import { Problem } from './problem.ts';
import { recordSchemas, resource } from './record-schemas.ts';
import type { AnyResource, ListQuery } from './record-schemas.ts';

const dayMs = 86_400_000;
const longestWindowDays = 366;
/** How many occurrences of one series a list shows. */
const shownOccurrences = 1000;

const peopleFields: ReadonlySet<string> = new Set(Object.keys(peopleSchemas(true)));

export const shownEventValuesSchema = eventValuesSchema.extend(peopleSchemas(false));
export const writtenEventValuesSchema = eventValuesSchema.extend(peopleSchemas(true));

export const exceptionSchema = z.strictObject({
  originalStart: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/)
    .describe('When the occurrence was to begin: wall time, or day, in the zone of the series.'),
  state: z.enum(['changed', 'deleted']),
  values: occurrenceValuesSchema.optional().describe('What the occurrence has of its own.'),
});

export const occurrenceSchema = z.strictObject({
  originalStart: z.string().nullable().describe('Null of an event that does not repeat.'),
  start: z.string(),
  end: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
});

const moment = z.iso.datetime({ offset: true }).optional();

export const eventSchemas = recordSchemas({
  module: 'events',
  shown: shownEventValuesSchema,
  written: writtenEventValuesSchema,
  moreShown: {
    exceptions: z.array(exceptionSchema).describe('The occurrences of a series that are not as it says.'),
    occurrences: z.array(occurrenceSchema).optional().describe('In lists with `expand`.'),
  },
  moreWritten: {
    exceptions: z
      .array(exceptionSchema)
      .max(2000)
      .optional()
      .describe('All of them: an occurrence that is left out is as the series says.'),
  },
  searched: 'A part of the subject, the place or the organiser.',
  filters: {
    from: moment.describe('Leaves out what is over by then.'),
    to: moment.describe('Leaves out what begins then or later.'),
    expand: z
      .enum(['true', 'false'])
      .default('false')
      .describe(
        `Adds the occurrences between \`from\` and \`to\`, ${longestWindowDays} days at most, at most ` +
          `${shownOccurrences} of a series.`,
      ),
  },
  orders: ['start'],
});

export function eventResource(store: EventStore): AnyResource {
  return resource<EventFilters>({
    module: 'events',
    noun: 'event',
    store,
    schemas: eventSchemas,
    listNote:
      'Values hold filled fields only. `from` and `to` take a series as one event, from its first occurrence to its last.',
    filters: filtersOf,
    valuesOf: ({ values, exceptions }) => ({
      ...withPeople(values ?? {}, toPeople),
      ...(exceptions === undefined
        ? {}
        : { [anyOccurrence]: null, ...exceptionFields((exceptions as ExceptionBody[]).map(toException)) }),
    }),
    bodyOf({ values }, query) {
      const window = query && windowOf(query);
      return {
        values: withPeople(withoutOccurrences(values), (value, field) => toPeopleBody(field, value as Value)),
        exceptions: exceptionsOf(values),
        ...(window && {
          occurrences: occurrencesBetween(values, window, shownOccurrences).map(
            ({ startsAtMs, endsAtMs, ...occurrence }) => ({
              ...occurrence,
              startsAt: new Date(startsAtMs).toISOString(),
              endsAt: new Date(endsAtMs).toISOString(),
            }),
          ),
        }),
      };
    },
    pathOf,
  });
}

type ExceptionBody = z.infer<typeof exceptionSchema>;

function toException({ originalStart, state, values = {} }: ExceptionBody): OccurrenceException {
  return { originalStart, state, values: values as Values };
}

function filtersOf(query: ListQuery): EventFilters {
  const { from, to } = query;
  windowOf(query);
  return {
    ...(typeof from === 'string' && { endsAfter: Date.parse(from) }),
    ...(typeof to === 'string' && { startsBefore: Date.parse(to) }),
  };
}

/** The time whose occurrences are asked for; null where none are. Throws a Problem where it has no end or is too long. */
function windowOf({ from, to, expand }: ListQuery) {
  if (expand !== 'true') return null;
  const [fromUtcMs, toUtcMs] = [from, to].map((text) => Date.parse(typeof text === 'string' ? text : ''));
  const lengthMs = (toUtcMs ?? NaN) - (fromUtcMs ?? NaN);
  if (
    fromUtcMs === undefined ||
    toUtcMs === undefined ||
    !(lengthMs > 0 && lengthMs <= longestWindowDays * dayMs)
  ) {
    const message = `needs \`from\` and a later \`to\`, at most ${longestWindowDays} days apart`;
    throw new Problem(400, 'query-invalid', { errors: [{ field: 'expand', message }] });
  }
  return { fromUtcMs, toUtcMs };
}

function withPeople(
  values: object,
  convert: (value: unknown, field: string) => unknown,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]: [string, unknown]) => [
      field,
      (peopleFields.has(field) && value !== undefined ? convert(value, field) : value) as Value,
    ]),
  );
}

function withoutOccurrences(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isOccurrenceName(name)));
}

function pathOf(field: string): string {
  if (!isOccurrenceName(field)) return `values.${field}`;
  const { originalStart, field: own } = occurrencePlace(field);
  return ['exceptions', originalStart, own].filter(Boolean).join('.');
}
