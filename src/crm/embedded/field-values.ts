/** What a field of each kind may hold in the embedded CRM: the schema its API publishes, and cleaning. */
import { z } from 'zod';
import type { FieldKind, FieldSpec } from '../../sync/field-spec.ts';
import type { Values } from '../../sync/model.ts';

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
  wallTime: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/, 'neither a wall time (YYYY-MM-DDTHH:MM:SS) nor a date'),
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

/**
 * Fields by name. A missing field is left as it is (or empty on create), null clears one. `special` has the schemas of
 * fields that take less than their kind.
 */
export function valuesSchema(
  fields: readonly FieldSpec[],
  special: Readonly<Record<string, z.ZodType>> = {},
): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      fields.map(({ name, kind }) => [name, (special[name] ?? kinds[kind]).nullable().optional()]),
    ),
  );
}

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

export function invalid(field: string, message: string): CheckedValues {
  return { kind: 'invalid', problems: [{ field, message }] };
}

/** Checks values against the schema and cleans them. Nothing is cut: what is too long is a problem. */
export function checkValues(
  schema: z.ZodObject,
  fields: readonly FieldSpec[],
  input: unknown,
): CheckedValues {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return { kind: 'invalid', problems: problemsOf(parsed.error) };
  const values: Record<string, Values[string]> = {};
  for (const spec of fields) {
    const value = parsed.data[spec.name];
    if (value !== undefined) values[spec.name] = clean(spec, value as Values[string]);
  }
  return { kind: 'valid', values };
}

/** Empty is null; line ends are `\n`, and a space where a field has one line; tags are given once. */
function clean({ name, kind }: FieldSpec, value: Values[string]): Values[string] {
  if (typeof value === 'string') {
    const text = cleanText(value);
    const hasLines = kind === 'longText' || name.endsWith('Street');
    return (hasLines ? text : oneLine(text)) || null;
  }
  if (!isList(value)) return value;
  const texts = kind === 'people' ? value.map(cleanText).map(oneLine) : value.map(cleanText);
  const list = [...new Set(texts)].filter((text) => text !== '');
  return list.length > 0 ? list : null;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/** Without the control characters XML cannot carry, and with no half of a surrogate pair, which UTF-8 cannot. */
function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

export function isList(value: Values[string] | undefined): value is readonly string[] {
  return Array.isArray(value);
}

/** A text as it is searched and sorted: lower case, without accents, on one line. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** As much of a folded text as an indexed column holds. */
export function foldToKey(text: string): string {
  return fold(text).slice(0, 255);
}

/** See RecordRow.searchText. */
export function searchLines(texts: readonly string[]): string {
  return `\n${texts.map(fold).filter(Boolean).join('\n')}\n`;
}
