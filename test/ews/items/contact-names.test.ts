import { expect } from 'chai';
import { deriveNames } from '../../../src/ews/items/contact-names.ts';
import type { Values } from '../../../src/sync/model.ts';

describe('derived names', () => {
  const cases: readonly [Values, string, string][] = [
    [{ givenName: 'Ann', surname: 'Lee' }, 'Ann Lee', 'Lee, Ann'],
    [
      { prefix: 'Dr.', givenName: 'Ann', middleName: 'Q.', surname: 'Lee', suffix: 'Jr.' },
      'Dr. Ann Q. Lee Jr.',
      'Lee, Ann Q.',
    ],
    [{ surname: 'Lee', company: 'C' }, 'Lee', 'Lee'],
    [{ givenName: ' ', surname: null, company: 'C', email1: 'a@b.test' }, 'C', 'C'],
    [{ email2: 'a@b.test' }, 'a@b.test', 'a@b.test'],
    [{ nickname: 'x' }, '', ''],
  ];
  for (const [values, displayName, fileAs] of cases) {
    it(`shows ${JSON.stringify(values)} as "${displayName}"`, () => {
      expect(deriveNames(values)).to.deep.equal({ displayName, fileAs });
    });
  }
});
