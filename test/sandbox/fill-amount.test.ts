import { expect } from 'chai';
import { readFillAmount } from '../../sandbox/exchange/fill-amount.ts';

describe('sandbox --fill', () => {
  it('takes a plain number for contacts', () => {
    expect(readFillAmount('50')).to.deep.equal({ contacts: 50 });
    expect(readFillAmount('0')).to.deep.equal({ contacts: 0 });
  });

  it('takes any of the four kinds, in any order', () => {
    expect(readFillAmount('messages=500,contacts=1000, tasks = 100,events=200')).to.deep.equal({
      messages: 500,
      contacts: 1000,
      tasks: 100,
      events: 200,
    });
    expect(readFillAmount('events=7')).to.deep.equal({ events: 7 });
  });

  it('takes up to 100,000 items of all kinds together', () => {
    expect(readFillAmount('contacts=50000,messages=50000')).to.deep.equal({
      contacts: 50000,
      messages: 50000,
    });
    expect(() => readFillAmount('contacts=50000,messages=50001')).to.throw(
      '--fill makes at most 100000 items in each mailbox, not 100001.',
    );
    expect(() => readFillAmount('99999999999999999999')).to.throw('at most 100000 items');
  });

  for (const text of [
    '',
    'many',
    '-1',
    '1.5',
    '1e3',
    'contacts',
    'contacts=',
    'contacts=x',
    'mail=5',
    'tasks=1,tasks=2',
    'tasks=1;events=2',
    'tasks=1,',
  ])
    it(`refuses "${text}" and says what it takes`, () => {
      expect(() => readFillAmount(text)).to.throw(
        `--fill takes a number of contacts, or numbers such as contacts=100,tasks=20,events=50,messages=200, not "${text}".`,
      );
    });
});
