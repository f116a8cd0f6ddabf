import { z } from 'zod';
import type { ContactStore } from '../../crm/embedded/contact-store.ts';
import type { ContactChange, ContactWrite, NewContact } from '../../crm/embedded/contact-writes.ts';
import type { Values } from '../../sync/model.ts';
import { accessOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { refusalOf } from './contact-operations.ts';
import { demandImportRight } from './contact-rules.ts';
import type { OwnerRule } from './contact-rules.ts';
import { bulkOperationSchema } from './contact-schemas.ts';
import type { BulkOperation } from './contact-schemas.ts';
import { operation, parsed } from './operation.ts';
import type { Operation } from './operation.ts';
import { Problem, problemBody, problemSchema } from './problem.ts';

/** Each operation is checked for itself, so that a wrong one fails alone. */
const requestSchema = z.strictObject({
  operations: z.array(z.unknown()).min(1).max(100),
});
const describedRequestSchema = z.strictObject({ operations: z.array(bulkOperationSchema).min(1).max(100) });

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
  | { readonly op: 'create'; readonly draft: NewContact }
  | { readonly op: 'update'; readonly change: ContactChange }
  | { readonly op: 'delete'; readonly target: { readonly id: string; readonly revision: number } }
);

export function contactBulkOperation(contacts: ContactStore, checkOwner: OwnerRule): Operation {
  return operation({
    method: 'post',
    path: '/crm/contacts/bulk',
    id: 'changeContacts',
    summary: 'Creates, changes and deletes up to 100 contacts',
    description:
      'Carried out in order, each for itself: one that fails stops no other. `revision` stands for If-Match. ' +
      'The result of each operation is at its place.',
    scope: 'crm:write',
    right: 'contacts',
    body: requestSchema,
    describedBody: describedRequestSchema,
    success: { status: 207, description: 'A result for each operation', schema: responseSchema },
    async handle({ caller, body: { operations } }) {
      const results: Result[] = [];
      const prepared: Prepared[] = [];
      for (const [index, input] of operations.entries()) {
        try {
          const checked = parsed(bulkOperationSchema, input, 422);
          prepared.push({ index, ...(await prepare(caller, checked, checkOwner)) });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          results[index] = failed(error);
        }
      }
      for (const run of runsOf(prepared)) {
        const written = await carryOut(contacts, run, caller);
        for (const [place, { index, op }] of run.entries()) {
          results[index] = toResult(written[place] ?? { kind: 'gone' }, statusOf[op]);
        }
      }
      return { status: 207, body: { results } };
    },
  });
}

type Unplaced<T> = T extends unknown ? Omit<T, 'index'> : never;

async function prepare(
  caller: Caller,
  checked: BulkOperation,
  checkOwner: OwnerRule,
): Promise<Unplaced<Prepared>> {
  switch (checked.op) {
    case 'create': {
      const { ownerId = caller.user.id, imported = false } = checked;
      await checkOwner(caller, ownerId);
      demandImportRight(caller, imported);
      return { op: 'create', draft: { ownerId, imported, values: checked.values as Values } };
    }
    case 'update': {
      const { id, revision, ownerId, values = {} } = checked;
      if (ownerId !== undefined) await checkOwner(caller, ownerId);
      const owner = ownerId !== undefined && { ownerId };
      return { op: 'update', change: { id, revision, values: values as Values, ...owner } };
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
  contacts: ContactStore,
  run: readonly Prepared[],
  caller: Caller,
): Promise<ContactWrite[]> {
  const access = accessOf(caller);
  const drafts = run.flatMap((one) => (one.op === 'create' ? [one.draft] : []));
  if (drafts.length > 0) return contacts.create(drafts, access);
  const changes = run.flatMap((one) => (one.op === 'update' ? [one.change] : []));
  if (changes.length > 0) return contacts.update(changes, access);
  return contacts.remove(
    run.flatMap((one) => (one.op === 'delete' ? [one.target] : [])),
    access,
  );
}

function toResult(result: ContactWrite, status: number): Result {
  if (result.kind === 'done') return { status, id: result.id, revision: result.revision };
  return failed(refusalOf(result));
}

function failed(problem: Problem): Result {
  return { status: problem.status, problem: problemBody(problem) };
}
