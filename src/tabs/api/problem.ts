import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { z } from 'zod';

const fieldProblem = z.strictObject({
  field: z.string().describe('The name of the field, the parameter or the path to it.'),
  message: z.string(),
});

/** An answer other than success: `application/problem+json` of RFC 9457. */
export const problemSchema = z.strictObject({
  type: z
    .string()
    .describe('`urn:exsync:problem:` and a code that does not change: what a program decides by.'),
  title: z.string(),
  status: z.int().min(400),
  detail: z.string().optional(),
  errors: z.array(fieldProblem).optional(),
});

export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whatever handles a request; becomes its answer. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly details: ProblemDetails;
  constructor(status: number, code: string, details: ProblemDetails = {}) {
    super(details.detail ?? code);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function problemBody({
  status,
  code,
  details: { detail, errors },
}: Problem): z.infer<typeof problemSchema> {
  return {
    type: `urn:exsync:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).set(problem.details.headers ?? {});
  // Not send(): that would add an ETag of the problem, which is none of the resource.
  response.type('application/problem+json').end(JSON.stringify(problemBody(problem)));
}
