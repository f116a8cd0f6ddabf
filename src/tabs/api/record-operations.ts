import type { CrmRecord } from '../../crm/embedded/record-rows.ts';
import type { RecordWrite } from '../../crm/embedded/record-writes.ts';
import { accessOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { encodeCursor } from './list-cursor.ts';
import { operation } from './operation.ts';
import type { ApiResponse, Operation } from './operation.ts';
import { Problem } from './problem.ts';
import { demandImportRight } from './record-rules.ts';
import type { OwnerRule } from './record-rules.ts';
import { toRecordBody } from './record-schemas.ts';
import type { AnyResource } from './record-schemas.ts';

const etagHeader = { ETag: 'The revision in double quotes; give it back as If-Match.' };

export function notFound({ noun }: Pick<AnyResource, 'noun'>): string {
  return `There is no such ${noun}, or it is not yours.`;
}

function article(noun: string): string {
  return `${noun === 'event' ? 'an' : 'a'} ${noun}`;
}

/** `contacts` in the id of an operation. */
export function pascal(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** What became of a write that was refused, as an answer. */
export function refusalOf(resource: AnyResource, result: Exclude<RecordWrite, { kind: 'done' }>): Problem {
  switch (result.kind) {
    case 'gone':
      return new Problem(404, 'not-found', { detail: notFound(resource) });
    case 'conflict':
      return new Problem(412, 'version-mismatch', {
        detail: `Someone changed the ${resource.noun}: its revision is ${result.revision} now.`,
        headers: { ETag: etagOf(result.revision) },
      });
    case 'invalid':
      return new Problem(422, 'body-invalid', {
        errors: result.problems.map(({ field, message }) => ({ field: resource.pathOf(field), message })),
      });
  }
}

export function recordOperations(resource: AnyResource, checkOwner: OwnerRule): Operation[] {
  const { module, noun, schemas, store } = resource;
  const path = `/crm/${module}`;
  const right = module;
  const missing = { 404: notFound(resource) };

  async function show(caller: Caller, id: string): Promise<CrmRecord> {
    const [record] = await store.read([id], accessOf(caller));
    if (!record) throw new Problem(404, 'not-found', { detail: notFound(resource) });
    return record;
  }

  /** The record after a write. Whoever gave it away or lost a race against a delete learns that it is gone. */
  async function answer(caller: Caller, result: RecordWrite | undefined): Promise<ApiResponse> {
    if (result?.kind !== 'done') throw refusalOf(resource, result ?? { kind: 'gone' });
    const record = await show(caller, result.id);
    return {
      status: 200,
      headers: { ETag: etagOf(record.revision) },
      body: toRecordBody(resource, record, null),
    };
  }

  return [
    operation({
      method: 'get',
      path,
      id: `list${pascal(module)}`,
      summary: `${pascal(module)}, page by page`,
      description: `Those of all users for callers who manage users, else the caller's own. ${resource.listNote}`,
      scope: 'crm:read',
      right,
      query: schemas.listQuery,
      success: { status: 200, description: 'A page', schema: schemas.page },
      async handle({ caller, query }) {
        const { onlyOwnerId } = accessOf(caller);
        if (onlyOwnerId !== null && query.ownerId !== undefined && query.ownerId !== onlyOwnerId) {
          throw new Problem(403, 'right-missing', { detail: `You see your own ${module} only.` });
        }
        const page = await resource.list(query, onlyOwnerId);
        return {
          status: 200,
          body: {
            [module]: page.records.map((record) => toRecordBody(resource, record, query)),
            nextCursor: page.next && encodeCursor(query.sort, page.next),
          },
        };
      },
    }),
    operation({
      method: 'post',
      path,
      id: `create${pascal(noun)}`,
      summary: `Creates ${article(noun)}`,
      scope: 'crm:write',
      right,
      body: schemas.draft,
      success: {
        status: 201,
        description: 'Created',
        schema: schemas.record,
        headers: { ...etagHeader, Location: `Where the ${noun} is.` },
      },
      async handle({ caller, body, baseUrl }) {
        const { ownerId = caller.user.id, imported = false } = body;
        await checkOwner(caller, ownerId);
        demandImportRight(caller, imported);
        const draft = { ownerId, imported, values: resource.valuesOf(body) };
        const [result] = await store.create([draft], accessOf(caller));
        const created = await answer(caller, result);
        const id = result?.kind === 'done' ? result.id : '';
        return {
          ...created,
          status: 201,
          headers: { ...created.headers, Location: `${baseUrl}${path}/${id}` },
        };
      },
    }),
    operation({
      method: 'get',
      path: `${path}/:id`,
      id: `get${pascal(noun)}`,
      summary: `One ${noun} in full`,
      description: 'Values hold filled fields only.',
      scope: 'crm:read',
      right,
      success: { status: 200, description: `The ${noun}`, schema: schemas.record, headers: etagHeader },
      problems: missing,
      async handle({ caller, params: { id = '' } }) {
        const record = await show(caller, id);
        return {
          status: 200,
          headers: { ETag: etagOf(record.revision) },
          body: toRecordBody(resource, record, null),
        };
      },
    }),
    operation({
      method: 'patch',
      path: `${path}/:id`,
      id: `update${pascal(noun)}`,
      summary: `Changes the given fields of ${article(noun)}`,
      description:
        'A field that is left out stays as it is, null clears it. A change that changes nothing keeps the ETag.',
      scope: 'crm:write',
      right,
      body: schemas.patch,
      versioned: true,
      success: {
        status: 200,
        description: `The ${noun} as it is now`,
        schema: schemas.record,
        headers: etagHeader,
      },
      problems: missing,
      async handle({ caller, params: { id = '' }, body, revision }) {
        if (body.ownerId !== undefined) await checkOwner(caller, body.ownerId);
        const change = {
          id,
          revision: revision ?? 0,
          values: resource.valuesOf(body),
          ...(body.ownerId !== undefined && { ownerId: body.ownerId }),
        };
        const [result] = await store.update([change], accessOf(caller));
        return answer(caller, result);
      },
    }),
    operation({
      method: 'delete',
      path: `${path}/:id`,
      id: `delete${pascal(noun)}`,
      summary: `Deletes ${article(noun)}`,
      scope: 'crm:write',
      right,
      versioned: true,
      success: { status: 204, description: 'Deleted' },
      problems: missing,
      async handle({ caller, params: { id = '' }, revision }) {
        const [result] = await store.remove([{ id, revision: revision ?? 0 }], accessOf(caller));
        if (result?.kind !== 'done') throw refusalOf(resource, result ?? { kind: 'gone' });
        return { status: 204 };
      },
    }),
  ];
}
