import { z } from 'zod';
import type { RecordStore } from '../../crm/embedded/record-store.ts';
import type { NewRecord, RecordChange, RecordTarget, RecordWrite } from '../../crm/embedded/record-writes.ts';
import { accessOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { operation, parsed } from './operation.ts';
import type { Operation } from './operation.ts';
import { Problem, problemBody, problemSchema } from './problem.ts';
import { pascal, refusalOf } from './record-operations.ts';
import { demandImportRight } from './record-rules.ts';
import type { OwnerRule } from './record-rules.ts';
import type { AnyResource } from './record-schemas.ts';

/** Each operation is checked for itself, so that a wrong one fails alone. */
const requestSchema = z.strictObject({
  operations: z.array(z.unknown()).min(1).max(100),
});

const resultSchema = z.strictObject({
  status: z.int().min(200).describe('What the operation alone would have been answered with.'),
  id: z.string().optional(),
  revision: z.int().min(1).optional(),
  problem: problemSchema.optional(),
});
const responseSchema = z.strictObject({ results: z.array(resultSchema) });
type Result = z.infer<typeof resultSchema>;

const statusOf = { create: 201, update: 200, delete: 204 } as const;

/** An operation that passed all checks, ready for the store, and the place of its result. */
type Prepared = { readonly index: number } & (
  | { readonly op: 'create'; readonly draft: NewRecord }
  | { readonly op: 'update'; readonly change: RecordChange }
  | { readonly op: 'delete'; readonly target: RecordTarget }
);

export function recordBulkOperation(resource: AnyResource, checkOwner: OwnerRule): Operation {
  const { module, schemas } = resource;
  const { bulkOperation } = schemas;
  return operation({
    method: 'post',
    path: `/crm/${module}/bulk`,
    id: `change${pascal(module)}`,
    summary: `Creates, changes and deletes up to 100 ${module}`,
    description:
      'Carried out in order, each for itself: one that fails stops no other. `revision` stands for If-Match. ' +
      'The result of each operation is at its place.',
    scope: 'crm:write',
    right: module,
    body: requestSchema,
    describedBody: z.strictObject({ operations: z.array(bulkOperation).min(1).max(100) }),
    success: { status: 207, description: 'A result for each operation', schema: responseSchema },
    async handle({ caller, body: { operations } }) {
      const results: Result[] = [];
      const prepared: Prepared[] = [];
      for (const [index, input] of operations.entries()) {
        try {
          const checked = parsed(bulkOperation, input, 422);
          prepared.push({ index, ...(await prepare(resource, caller, checked, checkOwner)) });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          results[index] = failed(error);
        }
      }
      for (const run of runsOf(prepared)) {
        const written = await carryOut(resource.store, run, caller);
        for (const [place, { index, op }] of run.entries()) {
          results[index] = toResult(resource, written[place] ?? { kind: 'gone' }, statusOf[op]);
        }
      }
      return { status: 207, body: { results } };
    },
  });
}

type Unplaced<T> = T extends unknown ? Omit<T, 'index'> : never;

async function prepare(
  resource: AnyResource,
  caller: Caller,
  checked: z.infer<AnyResource['schemas']['bulkOperation']>,
  checkOwner: OwnerRule,
): Promise<Unplaced<Prepared>> {
  switch (checked.op) {
    case 'create': {
      const { ownerId = caller.user.id, imported = false } = checked;
      await checkOwner(caller, ownerId);
      demandImportRight(caller, imported);
      return { op: 'create', draft: { ownerId, imported, values: resource.valuesOf(checked) } };
    }
    case 'update': {
      const { id, revision, ownerId } = checked;
      if (ownerId !== undefined) await checkOwner(caller, ownerId);
      const owner = ownerId !== undefined && { ownerId };
      return { op: 'update', change: { id, revision, values: resource.valuesOf(checked), ...owner } };
    }
    case 'delete':
      return { op: 'delete', target: { id: checked.id, revision: checked.revision } };
  }
}

/** Neighbours of one kind, which the store takes in one call: the order stays as given. */
function runsOf(prepared: readonly Prepared[]): Prepared[][] {
  const runs: Prepared[][] = [];
  for (const one of prepared) {
    const run = runs.at(-1);
    if (run?.[0]?.op === one.op) run.push(one);
    else runs.push([one]);
  }
  return runs;
}

async function carryOut(
  store: Pick<RecordStore<never>, 'create' | 'update' | 'remove'>,
  run: readonly Prepared[],
  caller: Caller,
): Promise<RecordWrite[]> {
  const access = accessOf(caller);
  const drafts = run.flatMap((one) => (one.op === 'create' ? [one.draft] : []));
  if (drafts.length > 0) return store.create(drafts, access);
  const changes = run.flatMap((one) => (one.op === 'update' ? [one.change] : []));
  if (changes.length > 0) return store.update(changes, access);
  return store.remove(
    run.flatMap((one) => (one.op === 'delete' ? [one.target] : [])),
    access,
  );
}

function toResult(resource: AnyResource, result: RecordWrite, status: number): Result {
  if (result.kind === 'done') return { status, id: result.id, revision: result.revision };
  return failed(refusalOf(resource, result));
}

function failed(problem: Problem): Result {
  return { status: problem.status, problem: problemBody(problem) };
}
