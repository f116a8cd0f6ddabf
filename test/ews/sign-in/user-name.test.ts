import { expect } from 'chai';
import { readAccountName, upperCaseOfWindows } from '../../../src/ews/sign-in/user-name.ts';

describe('user name', () => {
  it('is taken apart where it names a domain, and stays whole where it is an address', () => {
    expect(readAccountName('CORP\\jörg')).to.deep.equal({ domain: 'CORP', user: 'jörg' });
    expect(readAccountName('\\local')).to.deep.equal({ domain: '', user: 'local' });
    expect(readAccountName('jörg@corp.example.test')).to.deep.equal({
      domain: '',
      user: 'jörg@corp.example.test',
    });
    expect(readAccountName('CORP\\a@b')).to.deep.equal({ domain: 'CORP', user: 'a@b' });
    expect(readAccountName('jörg')).to.deep.equal({ domain: undefined, user: 'jörg' });
  });

  it('is raised to upper case letter by letter, as Windows does', () => {
    expect(upperCaseOfWindows('jörg.strauß-ﬁ')).to.equal('JÖRG.STRAUß-ﬁ');
    expect(upperCaseOfWindows('ıſ żółć Ελλάς иван')).to.equal('ıſ ŻÓŁĆ ΕΛΛΆΣ ИВАН');
  });
});
