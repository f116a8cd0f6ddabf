import type { z } from 'zod';
import { problemsOf } from '../../crm/embedded/field-values.ts';
import type { ApiRight, ApiScope, Caller } from './caller.ts';
import { Problem } from './problem.ts';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** What a handler sees of a request. Query and body have passed their schemas. */
export interface ApiRequest<Query, Body> {
  /** There is none where the operation's scope is null. */
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The version of an If-Match header; null where the operation asks for none. */
  readonly revision: number | null;
  /** The path the API is mounted at. */
  readonly baseUrl: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Left out: no content. */
  readonly body?: unknown;
}

/** One route: what registers it, checks its requests and describes it. */
export interface Operation<Query = unknown, Body = unknown> {
  readonly method: Method;
  /** As Express writes it: `/crm/contacts/:id`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** What the token must carry; null: open to everyone. */
  readonly scope: ApiScope | null;
  /** What the caller's profile must allow. */
  readonly right: ApiRight | null;
  readonly query?: z.ZodObject & z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** What the description says of the body where `handle` checks parts of it itself. */
  readonly describedBody?: z.ZodType;
  /** Asks for If-Match with the ETag that the caller last saw. */
  readonly versioned?: boolean;
  readonly success: {
    readonly status: number;
    readonly description: string;
    /** Left out: no content. */
    readonly schema?: z.ZodType;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Statuses of its own, with what each one means; those of all operations are added. */
  readonly problems?: Readonly<Record<number, string>>;
  handle(request: ApiRequest<Query, Body>): Promise<ApiResponse>;
}

/** Keeps a handler and its schemas of one type while the table of operations forgets it. */
export function operation<Query, Body>(spec: Operation<Query, Body>): Operation {
  return { ...spec, handle: (request) => spec.handle(request as ApiRequest<Query, Body>) };
}

/** Throws a Problem that names every wrong value. */
export function parsed<T>(schema: z.ZodType<T>, input: unknown, status: 400 | 422): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new Problem(status, status === 400 ? 'query-invalid' : 'body-invalid', {
    errors: problemsOf(result.error),
  });
}
