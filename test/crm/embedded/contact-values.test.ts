import { expect } from 'chai';
import { checkContactValues, displayNameOf } from '../../../src/crm/embedded/contact-values.ts';
import { contactFields } from '../../../src/sync/contact-fields.ts';
import type { Values } from '../../../src/sync/model.ts';
import { everyContactField } from '../../contract/full-contact.ts';

const cleaned = (input: unknown): Values => {
  const result = checkContactValues(input);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result.values;
};
const wrongFields = (input: unknown): string[] => {
  const result = checkContactValues(input);
  return result.kind === 'invalid' ? result.problems.map(({ field }) => field) : [];
};

describe('contact values', () => {
  it('take every field as it is', () => {
    expect(cleaned(everyContactField)).to.deep.equal(everyContactField);
    expect(Object.keys(everyContactField)).to.have.members(contactFields.map(({ name }) => name));
  });

  it('name each unknown field', () => {
    expect(wrongFields({ surname: 'A', shoeSize: '44', hat: 'x' })).to.deep.equal(['shoeSize', 'hat']);
    expect(wrongFields(JSON.parse('{"__proto__": {"a": 1}}'))).to.deep.equal(['__proto__']);
  });

  const wrong: [what: string, values: unknown, field: string][] = [
    ['a number as a name', { surname: 7 }, 'surname'],
    ['tags in one text', { categories: 'a, b' }, 'categories'],
    ['an empty tag', { categories: ['a', ''] }, 'categories.1'],
    ['a day that does not exist', { birthday: '2023-02-29' }, 'birthday'],
    ['a date with a time', { birthday: '2023-02-28T00:00:00Z' }, 'birthday'],
    ['a text of more than 1,000 characters', { company: 'x'.repeat(1001) }, 'company'],
    ['notes of more than 1 MB', { notes: 'x'.repeat(1_048_577) }, 'notes'],
    ['a photo that is no picture', { photo: { mediaType: 'text/html', content: 'AAAA' } }, 'photo.mediaType'],
    ['a photo that is no base64', { photo: { mediaType: 'image/png', content: '<svg>' } }, 'photo.content'],
    [
      'a photo of more than 2 MB',
      { photo: { mediaType: 'image/png', content: 'A'.repeat(2_796_208) } },
      'photo.content',
    ],
    [
      'a photo with more to it',
      { photo: { mediaType: 'image/png', content: 'AAAA', url: 'http://x' } },
      'photo.url',
    ],
  ];
  for (const [what, values, field] of wrong) {
    it(`refuse ${what}`, () => expect(wrongFields(values)).to.deep.equal([field]));
  }

  it('lose control characters and half surrogate pairs, keep tabs and lines', () => {
    expect(cleaned({ notes: 'a\u0000b\u001b\tc\r\nd\re\ufffff', surname: 'x\ud800y 😀' })).to.deep.equal({
      notes: 'ab\tc\nd\nef',
      surname: 'x\ufffdy 😀',
    });
  });

  it('have lines only in notes and streets', () => {
    expect(cleaned({ company: 'A\r\n  B', homeStreet: 'A\r\nB' })).to.deep.equal({
      company: 'A B',
      homeStreet: 'A\nB',
    });
  });

  it('are null where nothing is left, and tags are given once', () => {
    expect(cleaned({ surname: '', notes: '\u0001', categories: [], company: null })).to.deep.equal({
      surname: null,
      notes: null,
      categories: null,
      company: null,
    });
    expect(cleaned({ categories: ['a', 'b', 'a'] })).to.deep.equal({ categories: ['a', 'b'] });
  });

  it('make a display name of what there is', () => {
    expect(displayNameOf({ givenName: 'Ada', surname: 'Lovelace', company: 'E' })).to.equal('Ada Lovelace');
    expect(displayNameOf({ company: 'Engines', email1: 'a@b.test' })).to.equal('Engines');
    expect(displayNameOf({ email1: 'a@b.test' })).to.equal('a@b.test');
    expect(displayNameOf({})).to.equal('');
  });
});
