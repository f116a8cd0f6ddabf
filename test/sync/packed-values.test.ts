import { expect } from 'chai';
import fc from 'fast-check';
import { contactFields } from '../../src/sync/contact-fields.ts';
import type { SealedValue, SealedValues } from '../../src/sync/model.ts';
import { packValues, unpackValues } from '../../src/sync/packed-values.ts';

const names = contactFields.map(({ name }) => name);
const allEmpty: SealedValues = Object.fromEntries(names.map((name) => [name, null]));

const anyValue: fc.Arbitrary<SealedValue> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  fc.string(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.record({ hash: fc.string(), size: fc.nat(), mediaType: fc.string() }),
);
const anyValues = fc
  .array(fc.tuple(fc.constantFrom(...names), anyValue))
  .map((entries): SealedValues => Object.fromEntries(entries));

describe('packed values', () => {
  it('give back what was put in: filled, read and empty, and unread are three things', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const stored: unknown = JSON.parse(JSON.stringify(packValues('contacts', values)));
        expect(unpackValues('contacts', stored as ReturnType<typeof packValues>)).to.deep.equal(values);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('spell out only what is filled where everything was read', () => {
    expect(packValues('contacts', { ...allEmpty, surname: 'Lovelace' })).to.deep.equal({
      v: { surname: 'Lovelace' },
    });
  });

  it('name the unread fields where they are few', () => {
    const values: Record<string, SealedValue> = { ...allEmpty, surname: 'Lovelace' };
    delete values['photo'];
    expect(packValues('contacts', values)).to.deep.equal({ v: { surname: 'Lovelace' }, u: ['photo'] });
  });

  it('name the empty fields where most were not read', () => {
    expect(packValues('contacts', { surname: 'Lovelace', company: null })).to.deep.equal({
      v: { surname: 'Lovelace' },
      n: ['company'],
    });
  });

  it('keep an empty text and an empty list apart from nothing', () => {
    const values = { ...allEmpty, surname: '', categories: [] };
    expect(unpackValues('contacts', packValues('contacts', values))).to.deep.equal(values);
  });
});
