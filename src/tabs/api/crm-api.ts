/** The JSON API of the embedded CRM, to be mounted at /api/v1. Whatever goes wrong, the answer is JSON. */
import express from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { ContactStore } from '../../crm/embedded/contact-store.ts';
import type { EventStore } from '../../crm/embedded/event-store.ts';
import type { TaskStore } from '../../crm/embedded/task-store.ts';
import type { Directory } from '../../crm/embedded/user-store.ts';
import { callerOf, demand } from './caller.ts';
import type { Authenticate, Caller } from './caller.ts';
import { contactResource } from './contact-resource.ts';
import { eventResource } from './event-resource.ts';
import { describeApi } from './openapi.ts';
import { operation, parsed } from './operation.ts';
import type { ApiRequest, Operation } from './operation.ts';
import { Problem, sendProblem } from './problem.ts';
import { recordBulkOperation } from './record-bulk.ts';
import { recordOperations } from './record-operations.ts';
import { ownerRule } from './record-rules.ts';
import { syncOperations } from './sync-operations.ts';
import type { SyncApiDeps } from './sync-operations.ts';
import { taskResource } from './task-resource.ts';
import { userOperations } from './user-operations.ts';
import { whyOperation } from './why-operation.ts';
import type { Why } from './why-operation.ts';

export interface CrmApiDeps {
  readonly authenticate: Authenticate;
  readonly directory: Directory;
  readonly contacts: ContactStore;
  readonly tasks: TaskStore;
  readonly events: EventStore;
  readonly why: Why;
  /** Null where no daemon is there to carry out what is asked for. */
  readonly sync: SyncApiDeps | null;
  /** The program's version, shown in the description. */
  readonly version: string;
  /** Told of every error that is a bug or a failing database; the caller only sees status 500. */
  readonly reportError: (error: unknown, request: { readonly method: string; readonly path: string }) => void;
}

const jsonTypes = ['application/json', 'application/merge-patch+json'];

export function createCrmApi(deps: CrmApiDeps): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const operations = allOperations(deps);
  router.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  for (const one of operations) router[one.method](one.path, ...handlersOf(one, deps));
  for (const path of new Set(operations.map((one) => one.path))) {
    router.all(path, methodNotAllowed(operations.filter((one) => one.path === path)));
  }
  router.use(() => {
    throw new Problem(404, 'not-found', { detail: 'The API has no such path; see openapi.json.' });
  });
  router.use(answerError(deps));
  return router;
}

function allOperations(deps: CrmApiDeps): Operation[] {
  const checkOwner = ownerRule(deps.directory);
  const resources = [contactResource(deps.contacts), taskResource(deps.tasks), eventResource(deps.events)];
  const operations = [
    ...resources.flatMap((one) => [
      // Before /crm/contacts/:id, which would take "bulk" for an id.
      recordBulkOperation(one, checkOwner),
      ...recordOperations(one, checkOwner),
      whyOperation(one, deps.why),
    ]),
    ...userOperations(deps.directory),
    ...(deps.sync === null ? [] : syncOperations(deps.sync)),
  ];
  const description = operation({
    method: 'get',
    path: '/openapi.json',
    id: 'describeApi',
    summary: 'This description',
    scope: null,
    right: null,
    success: {
      status: 200,
      description: 'An OpenAPI document',
      schema: z.looseObject({ openapi: z.string() }),
    },
    handle: async () => ({ status: 200, body: document }),
  });
  const all = [...operations, description];
  const document = describeApi(all, deps.version);
  return all;
}

/** Who calls is asked before the body is read: strangers do not get to send 4 MB. */
function handlersOf(one: Operation, deps: CrmApiDeps): RequestHandler[] {
  const callers = new WeakMap<Request, Caller>();
  const authorise: RequestHandler = async (request, _response, next) => {
    if (one.scope !== null) {
      const caller = await callerOf(request.get('authorization'), deps.authenticate, deps.directory);
      demand(caller, one.scope, one.right);
      callers.set(request, caller);
    }
    next();
  };
  const handle: RequestHandler = async (request, response) => {
    const {
      status,
      headers = {},
      body,
    } = await one.handle({
      caller: callers.get(request),
      params: request.params,
      query: one.query && parsed(one.query, request.query, 400),
      revision: one.versioned ? revisionOf(request.get('if-match')) : null,
      body: one.body && parsed(one.body, jsonBodyOf(request), 422),
      baseUrl: request.baseUrl,
    } as ApiRequest<unknown, unknown>);
    response.status(status).set(headers);
    if (body === undefined) response.end();
    else response.json(body);
  };
  return one.body
    ? [authorise, express.json({ limit: '4mb', type: jsonTypes }), handle]
    : [authorise, handle];
}

function jsonBodyOf(request: Request): unknown {
  if (request.is(jsonTypes) === false) {
    throw new Problem(415, 'not-json', { detail: 'Send the body as application/json.' });
  }
  return request.body as unknown;
}

/** A revision in double quotes. Anything else that is no wildcard cannot match what we gave out. */
function revisionOf(ifMatch: string | undefined): number {
  if (ifMatch === undefined || ifMatch.trim() === '*') {
    throw new Problem(428, 'if-match-missing', {
      detail: 'Say which version you saw: If-Match: "<revision>".',
    });
  }
  return Number(/^\s*"(\d{1,15})"\s*$/.exec(ifMatch)?.[1] ?? 0);
}

function methodNotAllowed(known: readonly Operation[]): RequestHandler {
  const methods = known.map((one) => one.method.toUpperCase());
  const allow = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ');
  return () => {
    throw new Problem(405, 'method-not-allowed', { headers: { Allow: allow } });
  };
}

function answerError(deps: CrmApiDeps): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = error instanceof Problem ? error : problemOfExpress(error);
    if (!problem) deps.reportError(error, { method: request.method, path: request.baseUrl + request.path });
    sendProblem(response, problem ?? new Problem(500, 'internal'));
  };
}

const expressProblems: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['request-invalid', 'The path or the body could not be read: the body has to be a JSON object.'],
  413: ['too-large', 'The body may have 4 MB at most.'],
  415: ['not-json', 'The encoding of the body is not supported.'],
};

/** Express and its body parser put the status on their errors; other errors are ours. */
function problemOfExpress(error: unknown): Problem | null {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as { status?: unknown };
  const [code, detail] = (typeof status === 'number' ? expressProblems[status] : undefined) ?? [];
  return code !== undefined && detail !== undefined && typeof status === 'number'
    ? new Problem(status, code, { detail })
    : null;
}
