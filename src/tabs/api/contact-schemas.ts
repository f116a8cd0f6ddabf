/** Contacts as the API takes and shows them. */
import { z } from 'zod';
import type { Contact } from '../../crm/embedded/contact-rows.ts';
import { contactValuesSchema } from '../../crm/embedded/contact-values.ts';

const email = z
  .string()
  .max(320)
  .regex(/^[^\s@]+@[^\s@]+$/, 'not an e-mail address')
  .nullable()
  .optional();

/** What a person may write. Exchange may have brought addresses without an @: those are shown, not taken. */
export const writtenValuesSchema = contactValuesSchema.extend({
  email1: email,
  email2: email,
  email3: email,
});

const recordId = z.string().min(1).max(36);
const revision = z.int().min(1).describe('Grows with each change; the number in the ETag.');
const imported = z
  .boolean()
  .describe('Came by import: stays out of the sync until its first change. Only administrators may set it.');
const ownerId = recordId.describe('The user it belongs to.');

export const newContactSchema = z.strictObject({
  values: writtenValuesSchema,
  ownerId: ownerId
    .optional()
    .describe('The caller when left out; someone else only for those who manage users.'),
  imported: imported.optional(),
});

export const contactPatchSchema = z.strictObject({
  values: writtenValuesSchema.optional(),
  ownerId: ownerId.optional().describe('A new owner; only for those who manage users.'),
});

export const contactSchema = z.strictObject({
  id: recordId,
  ownerId,
  revision,
  displayName: z.string(),
  values: contactValuesSchema,
  hasPhoto: z.boolean(),
  imported,
  createdAt: z.iso.datetime(),
  modifiedAt: z.iso.datetime(),
  createdBy: z.string().describe("A user's id, or `sync`."),
  modifiedBy: z.string().describe("A user's id, or `sync`."),
  deletedAt: z.iso.datetime().nullable(),
});

export const contactPageSchema = z.strictObject({
  contacts: z.array(contactSchema),
  nextCursor: z.string().nullable().describe('Give it back for the next page; null after the last one.'),
});

export const contactListQuerySchema = z.strictObject({
  q: z.string().min(1).max(200).optional().describe('A part of the name, the company or an e-mail address.'),
  ownerId: recordId.optional().describe("Only this user's contacts."),
  email: z.string().min(1).max(320).optional().describe('One of the e-mail addresses, whole, in any case.'),
  accountName: z.string().min(1).max(255).optional().describe('The company, whole, in any case.'),
  modifiedSince: z.iso.datetime({ offset: true }).optional().describe('Changed then or later.'),
  includeDeleted: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Also what was deleted: id, owner and times, without values.'),
  sort: z
    .enum(['modified', '-modified', 'name', '-name'])
    .default('modified')
    .describe(
      '`modified` is the order of the last changes, oldest first: what changes while you page comes again.',
    ),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('A page may hold fewer.'),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .describe('The `nextCursor` of the last page, with the same filters.'),
});

export const bulkOperationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), ...newContactSchema.shape }),
  z.strictObject({ op: z.literal('update'), id: recordId, revision, ...contactPatchSchema.shape }),
  z.strictObject({ op: z.literal('delete'), id: recordId, revision }),
]);

export type BulkOperation = z.infer<typeof bulkOperationSchema>;

export function toContactBody(contact: Contact): z.infer<typeof contactSchema> {
  return {
    id: contact.id,
    ownerId: contact.ownerId,
    revision: contact.revision,
    displayName: contact.displayName,
    values: contact.values,
    hasPhoto: contact.hasPhoto,
    imported: contact.imported,
    createdAt: new Date(contact.createdAt).toISOString(),
    modifiedAt: new Date(contact.modifiedAt).toISOString(),
    createdBy: contact.createdBy,
    modifiedBy: contact.modifiedBy,
    deletedAt: contact.deletedAt === null ? null : new Date(contact.deletedAt).toISOString(),
  };
}
