import type { Contact } from '../../crm/embedded/contact-rows.ts';
import type { ContactStore } from '../../crm/embedded/contact-store.ts';
import type { ContactWrite } from '../../crm/embedded/contact-writes.ts';
import type { Values } from '../../sync/model.ts';
import { accessOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { demandImportRight } from './contact-rules.ts';
import type { OwnerRule } from './contact-rules.ts';
import {
  contactListQuerySchema,
  contactPageSchema,
  contactPatchSchema,
  contactSchema,
  newContactSchema,
  toContactBody,
} from './contact-schemas.ts';
import { decodeCursor, encodeCursor } from './list-cursor.ts';
import { operation } from './operation.ts';
import type { ApiResponse, Operation } from './operation.ts';
import { Problem } from './problem.ts';

const notFound = 'There is no such contact, or it is not yours.';
const etagHeader = { ETag: 'The revision in double quotes; give it back as If-Match.' };

function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** What became of a write that was refused, as an answer. */
export function refusalOf(result: Exclude<ContactWrite, { kind: 'done' }>): Problem {
  switch (result.kind) {
    case 'gone':
      return new Problem(404, 'not-found', { detail: notFound });
    case 'conflict':
      return new Problem(412, 'version-mismatch', {
        detail: `Someone changed the contact: its revision is ${result.revision} now.`,
        headers: { ETag: etagOf(result.revision) },
      });
    case 'invalid':
      return new Problem(422, 'body-invalid', {
        errors: result.problems.map(({ field, message }) => ({ field: `values.${field}`, message })),
      });
  }
}

export function contactOperations(contacts: ContactStore, checkOwner: OwnerRule): Operation[] {
  async function show(caller: Caller, id: string): Promise<Contact> {
    const [contact] = await contacts.read([id], accessOf(caller));
    if (!contact) throw new Problem(404, 'not-found', { detail: notFound });
    return contact;
  }

  /** The record after a write. Whoever gave it away or lost a race against a delete learns that it is gone. */
  async function answer(caller: Caller, result: ContactWrite | undefined): Promise<ApiResponse> {
    if (result?.kind !== 'done') throw refusalOf(result ?? { kind: 'gone' });
    const contact = await show(caller, result.id);
    return { status: 200, headers: { ETag: etagOf(contact.revision) }, body: toContactBody(contact) };
  }

  return [
    operation({
      method: 'get',
      path: '/crm/contacts',
      id: 'listContacts',
      summary: 'Contacts, page by page',
      description:
        "Those of all users for callers who manage users, else the caller's own. Values hold filled fields only, " +
        'and here no photo.',
      scope: 'crm:read',
      right: 'contacts',
      query: contactListQuerySchema,
      success: { status: 200, description: 'A page', schema: contactPageSchema },
      async handle({ caller, query }) {
        const { onlyOwnerId } = accessOf(caller);
        if (onlyOwnerId !== null && query.ownerId !== undefined && query.ownerId !== onlyOwnerId) {
          throw new Problem(403, 'right-missing', { detail: 'You see your own contacts only.' });
        }
        const { q, email, accountName, modifiedSince, sort, cursor, limit } = query;
        const ownerId = onlyOwnerId ?? query.ownerId;
        const page = await contacts.list({
          order: sort,
          limit,
          includeDeleted: query.includeDeleted === 'true',
          ...(q !== undefined && { text: q }),
          ...(email !== undefined && { email }),
          ...(accountName !== undefined && { accountName }),
          ...(ownerId !== undefined && { ownerId }),
          ...(modifiedSince !== undefined && { modifiedSince: Date.parse(modifiedSince) }),
          ...(cursor !== undefined && { after: decodeCursor(sort, cursor) }),
        });
        return {
          status: 200,
          body: {
            contacts: page.contacts.map(toContactBody),
            nextCursor: page.next && encodeCursor(sort, page.next),
          },
        };
      },
    }),
    operation({
      method: 'post',
      path: '/crm/contacts',
      id: 'createContact',
      summary: 'Creates a contact',
      scope: 'crm:write',
      right: 'contacts',
      body: newContactSchema,
      success: {
        status: 201,
        description: 'Created',
        schema: contactSchema,
        headers: { ...etagHeader, Location: 'Where the contact is.' },
      },
      async handle({ caller, body, baseUrl }) {
        const { ownerId = caller.user.id, imported = false } = body;
        await checkOwner(caller, ownerId);
        demandImportRight(caller, imported);
        const draft = { ownerId, imported, values: body.values as Values };
        const [result] = await contacts.create([draft], accessOf(caller));
        const created = await answer(caller, result);
        const id = result?.kind === 'done' ? result.id : '';
        return {
          ...created,
          status: 201,
          headers: { ...created.headers, Location: `${baseUrl}/crm/contacts/${id}` },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/crm/contacts/:id',
      id: 'getContact',
      summary: 'One contact with its photo',
      description: 'Values hold filled fields only.',
      scope: 'crm:read',
      right: 'contacts',
      success: { status: 200, description: 'The contact', schema: contactSchema, headers: etagHeader },
      problems: { 404: notFound },
      async handle({ caller, params: { id = '' } }) {
        const contact = await show(caller, id);
        return { status: 200, headers: { ETag: etagOf(contact.revision) }, body: toContactBody(contact) };
      },
    }),
    operation({
      method: 'patch',
      path: '/crm/contacts/:id',
      id: 'updateContact',
      summary: 'Changes the given fields of a contact',
      description:
        'A field that is left out stays as it is, null clears it. A change that changes nothing keeps the ETag.',
      scope: 'crm:write',
      right: 'contacts',
      body: contactPatchSchema,
      versioned: true,
      success: {
        status: 200,
        description: 'The contact as it is now',
        schema: contactSchema,
        headers: etagHeader,
      },
      problems: { 404: notFound },
      async handle({ caller, params: { id = '' }, body, revision }) {
        if (body.ownerId !== undefined) await checkOwner(caller, body.ownerId);
        const change = {
          id,
          revision: revision ?? 0,
          values: (body.values ?? {}) as Values,
          ...(body.ownerId !== undefined && { ownerId: body.ownerId }),
        };
        const [result] = await contacts.update([change], accessOf(caller));
        return answer(caller, result);
      },
    }),
    operation({
      method: 'delete',
      path: '/crm/contacts/:id',
      id: 'deleteContact',
      summary: 'Deletes a contact',
      scope: 'crm:write',
      right: 'contacts',
      versioned: true,
      success: { status: 204, description: 'Deleted' },
      problems: { 404: notFound },
      async handle({ caller, params: { id = '' }, revision }) {
        const [result] = await contacts.remove([{ id, revision: revision ?? 0 }], accessOf(caller));
        if (result?.kind !== 'done') throw refusalOf(result ?? { kind: 'gone' });
        return { status: 204 };
      },
    }),
  ];
}
