import { expect } from 'chai';
import { isKnownVersion } from '../../src/db/mysql-version.ts';

describe('the version of a database server', () => {
  for (const version of [
    '8.0.36',
    '8.4.2',
    '9.7.4',
    '10.6.0-MariaDB',
    '11.4.2-MariaDB',
    '5.5.5-10.11.6-MariaDB-log',
  ])
    it(`is new enough: ${version}`, () => {
      expect(isKnownVersion(version)).to.equal(true);
    });

  for (const version of ['', '5.5.5', '5.7.44', '10.5.23-MariaDB', '5.5.5-10.5.8-MariaDB', '5.5.68-MariaDB'])
    it(`is too old: ${version || 'none'}`, () => {
      expect(isKnownVersion(version)).to.equal(false);
    });
});
