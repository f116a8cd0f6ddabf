/** What a contact of the embedded CRM may hold: the schema its API publishes, cleaning, and what is derived for search. */
import { z } from 'zod';
import { contactFields } from '../../sync/contact-fields.ts';
import type { FieldKind } from '../../sync/field-spec.ts';
import type { Photo, Values } from '../../sync/model.ts';

const photoSizeBytes = 2 * 1024 * 1024;

const kinds: Record<FieldKind, z.ZodType> = {
  text: z.string().max(1000),
  longText: z.string().max(1_048_576),
  // Exchange also keeps addresses without an @ (X.500): what a person may type is the API's business.
  email: z.string().max(320),
  phone: z.string().max(255),
  url: z.string().max(2048),
  date: z.iso.date(),
  choice: z.string().min(1).max(50),
  number: z.string().regex(/^(0|[1-9]\d{0,8})$/, 'not a whole number'),
  instant: z.iso.datetime({ precision: 0 }),
  wallTime: z.union([z.iso.date(), z.iso.datetime({ local: true, precision: 0 })]),
  zone: z.string().min(1).max(100),
  rule: z.string().min(1).max(1000),
  people: z.array(z.string().min(1).max(1000)).max(2000),
  tags: z.array(z.string().min(1).max(255)).max(500),
  photo: z.strictObject({
    mediaType: z
      .string()
      .max(100)
      .regex(/^image\/[a-z0-9.+-]+$/),
    content: z
      .base64()
      .min(1)
      .max(Math.ceil(photoSizeBytes / 3) * 4)
      .describe('Base64 without line breaks; at most 2 MB once decoded.'),
  }),
};

/** Fields by name. A missing field is left as it is (or empty on create), null clears one. */
export const contactValuesSchema = z.strictObject(
  Object.fromEntries(contactFields.map(({ name, kind }) => [name, kinds[kind].nullable().optional()])),
);

/** One wrong value: the field's name and what is wrong with it, without the value. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Problems of a zod error; unknown keys are named one by one. */
export function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.');
    if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
    return issue.keys.map((key) => ({ field: path ? `${path}.${key}` : key, message: 'unknown field' }));
  });
}

export type CheckedValues =
  | { readonly kind: 'valid'; readonly values: Values }
  | { readonly kind: 'invalid'; readonly problems: readonly FieldProblem[] };

/** Checks values against the schema and cleans them. Nothing is cut: what is too long is a problem. */
export function checkContactValues(input: unknown): CheckedValues {
  const parsed = contactValuesSchema.safeParse(input);
  if (!parsed.success) return { kind: 'invalid', problems: problemsOf(parsed.error) };
  const values: Record<string, Values[string]> = {};
  for (const [name, value] of Object.entries(parsed.data)) {
    if (value !== undefined) values[name] = clean(name, value as Values[string]);
  }
  return { kind: 'valid', values };
}

const manyLines = new Set(
  contactFields
    .filter(({ name, kind }) => kind === 'longText' || name.endsWith('Street'))
    .map(({ name }) => name),
);

/** Empty is null; line ends are `\n`, and a space where a field has one line; tags are given once. */
function clean(name: string, value: Values[string]): Values[string] {
  if (typeof value === 'string') {
    const text = cleanText(value);
    return (manyLines.has(name) ? text : text.replace(/\s*\n\s*/g, ' ')) || null;
  }
  if (!isTags(value)) return value;
  const tags = [...new Set(value.map(cleanText))].filter((tag) => tag !== '');
  return tags.length > 0 ? tags : null;
}

/** Without the control characters XML cannot carry, and with no half of a surrogate pair, which UTF-8 cannot. */
function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

function isTags(value: Values[string] | undefined): value is readonly string[] {
  return Array.isArray(value);
}

export function isPhoto(value: Values[string] | undefined): value is Photo {
  return typeof value === 'object' && value !== null && !isTags(value);
}

function textOf(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** The name people see: the person's, else the nickname, the company or the first address; '' if there is none. */
export function displayNameOf(values: Values): string {
  const person = ['givenName', 'middleName', 'surname'].map((name) => textOf(values, name)).filter(Boolean);
  return (
    person.join(' ') ||
    ['nickname', 'company', 'email1'].map((name) => textOf(values, name)).find(Boolean) ||
    ''
  );
}

/** A text as it is searched and sorted: lower case, without accents, on one line. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** As much of a folded text as an indexed column holds. */
export function foldToKey(text: string): string {
  return fold(text).slice(0, 255);
}

/** See ContactRow.searchText. */
export function searchTextOf(values: Values): string {
  const names = ['company', 'email1', 'email2', 'email3'].map((name) => textOf(values, name));
  const lines = [displayNameOf(values), ...names].map(fold).filter(Boolean);
  return `\n${lines.join('\n')}\n`;
}
