/** The API's description, OpenAPI 3.1, made of the operations that also register and check it. */
import { z } from 'zod';
import { contactValuesSchema } from '../../crm/embedded/contact-values.ts';
import { occurrenceValuesSchema } from '../../crm/embedded/event-values.ts';
import { taskValuesSchema } from '../../crm/embedded/task-values.ts';
import { contactSchemas, writtenContactValuesSchema } from './contact-resource.ts';
import {
  eventSchemas,
  exceptionSchema,
  occurrenceSchema,
  shownEventValuesSchema,
  writtenEventValuesSchema,
} from './event-resource.ts';
import type { Operation } from './operation.ts';
import { problemSchema } from './problem.ts';
import type { RecordSchemas } from './record-schemas.ts';
import { actionSchema, changeSchema, runSchema } from './sync-operations.ts';
import { taskSchemas } from './task-resource.ts';
import { userSchema } from './user-operations.ts';

/** Schemas that get a name of their own. */
const named = z.registry<{ id: string }>();
named.add(problemSchema, { id: 'Problem' });
named.add(contactValuesSchema, { id: 'ContactValues' });
named.add(writtenContactValuesSchema, { id: 'WrittenContactValues' });
named.add(taskValuesSchema, { id: 'TaskValues' });
named.add(shownEventValuesSchema, { id: 'EventValues' });
named.add(writtenEventValuesSchema, { id: 'WrittenEventValues' });
named.add(occurrenceValuesSchema, { id: 'OccurrenceValues' });
named.add(exceptionSchema, { id: 'EventException' });
named.add(occurrenceSchema, { id: 'EventOccurrence' });
nameSchemas('Contact', contactSchemas);
nameSchemas('Task', taskSchemas);
nameSchemas('Event', eventSchemas);
named.add(userSchema, { id: 'User' });
named.add(runSchema, { id: 'Run' });
named.add(actionSchema, { id: 'Action' });
named.add(changeSchema, { id: 'FieldChange' });

function nameSchemas(noun: string, schemas: RecordSchemas): void {
  named.add(schemas.record, { id: noun });
  named.add(schemas.page, { id: `${noun}Page` });
  named.add(schemas.draft, { id: `New${noun}` });
  named.add(schemas.patch, { id: `${noun}Patch` });
  named.add(schemas.bulkOperation, { id: `${noun}BulkOperation` });
}

type Json = Record<string, unknown>;

const refOf = (id: string) => `#/components/schemas/${id}`;

/** Statuses and what each one means, by what an operation takes. */
const problems: Readonly<
  Record<'ofTokens' | 'ofQueries' | 'ofBodies' | 'ofVersions', Readonly<Record<number, string>>>
> = {
  ofTokens: {
    401: 'No token, or one that is unknown or has expired',
    403: 'The token or the profile does not allow this',
  },
  ofQueries: { 400: 'A query parameter is wrong or unknown' },
  ofBodies: {
    400: 'The body is no JSON',
    413: 'The body is larger than 4 MB',
    415: 'The body is not declared as JSON',
    422: 'The body holds wrong or unknown fields, which `errors` names',
  },
  ofVersions: {
    412: 'Someone changed it since; the answer carries the present ETag',
    428: 'If-Match is missing',
  },
};

export function describeApi(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'exchange-crm-sync: the embedded CRM',
      version,
      description:
        'Contacts, tasks, events and users of the CRM kept inside the daemon, and what runs of the sync did. Every request carries a token, which `exsync token create` ' +
        'prints; answers other than success are problem documents (RFC 9457).',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: namedSchemas(),
    },
  };
}

function describeOperation(operation: Operation): Json {
  const { success } = operation;
  const body = operation.describedBody ?? operation.body;
  const parameters = [
    ...[...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(operation.versioned
      ? [
          {
            name: 'If-Match',
            in: 'header',
            required: true,
            description: 'The ETag that you last saw.',
            schema: { type: 'string' },
          },
        ]
      : []),
    ...queryParameters(operation),
  ];
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    ...(operation.scope === null ? { security: [] } : { 'x-scope': operation.scope }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [success.status]: {
        description: success.description,
        ...(success.headers && { headers: headersOf(success.headers) }),
        ...(success.schema && { content: { 'application/json': { schema: schemaOf(success.schema) } } }),
      },
      ...Object.fromEntries(
        Object.entries(problemsOf(operation)).map(([status, description]) => [
          status,
          { description, content: { 'application/problem+json': { schema: schemaOf(problemSchema) } } },
        ]),
      ),
    },
  };
}

function problemsOf(operation: Operation): Readonly<Record<number, string>> {
  return {
    ...(operation.scope === null ? {} : problems.ofTokens),
    ...(operation.query ? problems.ofQueries : {}),
    ...(operation.body ? problems.ofBodies : {}),
    ...(operation.versioned ? problems.ofVersions : {}),
    ...operation.problems,
  };
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

const jsonSchemaOptions = { io: 'input', metadata: named, override: tidy } as const;

/** Brings descriptions over from zod's own registry and drops what zod adds although it says nothing more. */
function tidy({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined) jsonSchema.description = description;
  if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(named, { ...jsonSchemaOptions, uri: refOf });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

function schemaOf(schema: z.ZodType): Json {
  const id = named.get(schema)?.id;
  return id === undefined ? withRefs(bare(z.toJSONSchema(schema, jsonSchemaOptions))) : { $ref: refOf(id) };
}

/** Without what belongs to a document of its own. */
function bare(schema: object): Json {
  const { $schema: _schema, $id: _id, $defs: _defs, ...rest } = schema as Json;
  return rest;
}

/** Points to the named schemas where zod points to copies of its own. */
function withRefs(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
