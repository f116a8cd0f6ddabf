import { expect } from 'chai';
import { DateEvidence, parseDate } from '../../../src/crm/import/dates.ts';
import type { DateOrder } from '../../../src/crm/import/dates.ts';

function parsed(text: string, order: DateOrder): string {
  const result = parseDate(text, order, 2026);
  return result.kind === 'date' ? result.date : result.kind;
}

describe('dates of address books', () => {
  it('are read in the order of the file', () => {
    expect(parsed('4/7/1980', 'mdy')).to.equal('1980-04-07');
    expect(parsed('4/7/1980', 'dmy')).to.equal('1980-07-04');
    expect(parsed('07.04.1980', 'dmy')).to.equal('1980-04-07');
    expect(parsed('80-04-07', 'ymd')).to.equal('1980-04-07');
    expect(parsed('4/7/1980 12:00:00 AM', 'mdy')).to.equal('1980-04-07');
  });

  it('are the same in every order where the year comes first or the month has a name', () => {
    for (const order of ['dmy', 'mdy', 'ymd'] as const) {
      expect(parsed('1980-04-07', order)).to.equal('1980-04-07');
      expect(parsed('1980-04-07T10:00:00', order)).to.equal('1980-04-07');
      expect(parsed('07-Apr-1980', order)).to.equal('1980-04-07');
      expect(parsed('April 7, 1980', order)).to.equal('1980-04-07');
    }
  });

  it('of two digits lie in the past', () => {
    expect(parsed('4/7/26', 'mdy')).to.equal('2026-04-07');
    expect(parsed('4/7/27', 'mdy')).to.equal('1927-04-07');
  });

  it('may stand for none', () => {
    for (const none of ['0/0/00', '00.00.0000', '1/1/4501', ' ']) {
      expect(parsed(none, 'mdy'), none).to.equal('none');
    }
  });

  it('have to exist', () => {
    for (const wrong of [
      '2/30/1980',
      '13/1/1980',
      'soon',
      '1980',
      '4/7',
      '1/2/3/4',
      '45/45/4545',
      '7 Foo 1980',
    ]) {
      expect(parsed(wrong, 'mdy'), wrong).to.equal('invalid');
    }
    expect(parsed('2/29/1980', 'mdy')).to.equal('1980-02-29');
    expect(parsed('2/29/1981', 'mdy')).to.equal('invalid');
  });

  it('show their order where one of them allows no other', () => {
    const orderOf = (...texts: string[]): DateOrder | null => {
      const evidence = new DateEvidence();
      for (const text of texts) evidence.see(text);
      return evidence.order();
    };
    expect(orderOf('4/7/1980', '5/27/1980')).to.equal('mdy');
    expect(orderOf('4/7/1980', '27/5/1980')).to.equal('dmy');
    expect(orderOf('80/5/27', '4/7/80')).to.equal('ymd');
    expect(orderOf('4/7/1980', '5/6/1980'), 'ambiguous').to.equal(null);
    expect(orderOf('5/27/1980', '27/5/1980'), 'contradictory').to.equal(null);
    expect(orderOf('1980-05-27', '0/0/00', 'soon'), 'no evidence').to.equal(null);
  });
});
