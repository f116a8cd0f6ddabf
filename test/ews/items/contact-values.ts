/** Contacts for tests: a full one, and arbitrary ones. */
import fc from 'fast-check';
import type { Value, Values } from '../../../src/sync/model.ts';
import { contactFields } from '../../../src/sync/contact-fields.ts';

/** Every field but the photo filled, with what tends to go wrong. */
export const fullContact: Values = Object.fromEntries(
  contactFields
    .filter(({ kind }) => kind !== 'photo')
    .map(({ name, kind }, index): [string, Value] => {
      switch (kind) {
        case 'tags':
          return [name, ['Family & friends', '<VIP>']];
        case 'date':
          return [name, '1979-02-28'];
        case 'email':
          return [name, `zoë.o'neil+${index}@example.test`];
        case 'url':
          return [name, 'https://example.test/?a=1&b=%20'];
        case 'longText':
          return [name, 'First line\nSecond ]]> line 😀\n\n  indented "end"'];
        default:
          return [name, `${name} & "${index}" <Ü>`];
      }
    }),
);

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  // What XML cannot carry, and line ends, have tests of their own.
  .map((value) => value.replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff]/gu, '·'));

const longText = fc
  .array(fc.oneof(text, fc.constant('')), { maxLength: 5 })
  .map((lines) => lines.join('\n').replace(/\n+$/, ''))
  .filter((value) => value !== '');

const date = fc
  .date({ min: new Date('1753-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true })
  .map((value) => value.toISOString().slice(0, 10));

function valueOf(kind: string): fc.Arbitrary<Value> {
  switch (kind) {
    case 'tags':
      return fc.array(text, { minLength: 1, maxLength: 4 });
    case 'date':
      return date;
    case 'url':
      return fc.webUrl({ withQueryParameters: true });
    case 'longText':
      return longText;
    default:
      return text.filter((value) => !/^\/o=/i.test(value));
  }
}

/** Any subset of the fields; the others are null. No photo. */
export const arbitraryContact: fc.Arbitrary<Values> = fc.record(
  Object.fromEntries(
    contactFields
      .filter(({ kind }) => kind !== 'photo')
      .map(({ name, kind }) => [name, fc.option(valueOf(kind), { nil: null, freq: 2 })]),
  ),
);
