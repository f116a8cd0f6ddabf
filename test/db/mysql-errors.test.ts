import { expect } from 'chai';
import { ConfigError } from '../../src/errors.ts';
import { openingError } from '../../src/db/mysql-errors.ts';
import { parseMysqlUrl } from '../../src/db/mysql-url.ts';

describe('What MySQL says at opening', () => {
  const address = parseMysqlUrl('mysql://bob:secret@db.example.com/exsync');
  const told: readonly (readonly [errno: number | undefined, code: string, part: string])[] = [
    [1820, 'ER_MUST_CHANGE_PASSWORD', 'has expired'],
    [1862, 'ER_MUST_CHANGE_PASSWORD_LOGIN', 'has expired'],
    [3118, 'ER_ACCOUNT_HAS_BEEN_LOCKED', 'ACCOUNT UNLOCK'],
    [4151, '', 'ACCOUNT UNLOCK'],
    [1251, 'ER_NOT_SUPPORTED_AUTH_MODE', 'IDENTIFIED WITH'],
    [1524, 'ER_PLUGIN_IS_NOT_LOADED', 'IDENTIFIED WITH'],
    [undefined, 'AUTH_SWITCH_PLUGIN_ERROR', 'IDENTIFIED WITH'],
    [undefined, 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 'IDENTIFIED WITH'],
    [1105, 'ER_UNKNOWN_ERROR', 'the server at db.example.com:3306 refuses (ER_UNKNOWN_ERROR, 1105)'],
  ];
  for (const [errno, code, part] of told) {
    it(`is one line for ${errno ?? code}, without what the server quotes`, () => {
      const error = openingError(Object.assign(new Error("for 'anna'"), { errno, code }), address);
      expect(error).to.be.instanceOf(ConfigError);
      expect((error as ConfigError).problems).to.have.lengthOf(1);
      expect((error as ConfigError).problems[0])
        .to.contain(part)
        .and.not.contain('anna');
    });
  }

  it('names percent-encoding for a password that was put into the address as it is', () => {
    expect(() => parseMysqlUrl('mysql://bob:p@ss/w@db.example.com/exsync'))
      .to.throw(ConfigError)
      .with.property('message')
      .that.contains('percent-encoded')
      .and.not.contains('p@ss');
  });
});
