/** Contacts as the API takes and shows them. */
import { z } from 'zod';
import type { ContactFilters, ContactStore } from '../../crm/embedded/contact-store.ts';
import { contactValuesSchema } from '../../crm/embedded/contact-values.ts';
import type { Values } from '../../sync/model.ts';
import { recordSchemas, resource } from './record-schemas.ts';
import type { AnyResource } from './record-schemas.ts';

const email = z
  .string()
  .max(320)
  .regex(/^[^\s@]+@[^\s@]+$/, 'not an e-mail address')
  .nullable()
  .optional();

/** What a person may write. Exchange may have brought addresses without an @: those are shown, not taken. */
export const writtenContactValuesSchema = contactValuesSchema.extend({
  email1: email,
  email2: email,
  email3: email,
});

export const contactSchemas = recordSchemas({
  module: 'contacts',
  shown: contactValuesSchema,
  written: writtenContactValuesSchema,
  moreShown: { hasPhoto: z.boolean() },
  searched: 'A part of the name, the company or an e-mail address.',
  filters: {
    email: z.string().min(1).max(320).optional().describe('One of the e-mail addresses, whole, in any case.'),
    accountName: z.string().min(1).max(255).optional().describe('The company, whole, in any case.'),
  },
  orders: [],
});

export function contactResource(store: ContactStore): AnyResource {
  return resource<ContactFilters>({
    module: 'contacts',
    noun: 'contact',
    store,
    schemas: contactSchemas,
    listNote: 'Values hold filled fields only, and here no photo.',
    filters: ({ email, accountName }) => ({
      ...(typeof email === 'string' && { email }),
      ...(typeof accountName === 'string' && { accountName }),
    }),
    valuesOf: ({ values }) => (values ?? {}) as Values,
    bodyOf: ({ values, hasPhoto }) => ({ values, hasPhoto }),
    pathOf: (field) => `values.${field}`,
  });
}
