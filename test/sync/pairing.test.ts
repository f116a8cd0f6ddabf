import { expect } from 'chai';
import type { Values } from '../../src/sync/model.ts';
import { naturalKeys } from '../../src/sync/natural-keys.ts';
import { pairCandidates } from '../../src/sync/pairing.ts';

const contactKeys = (values: Values) => naturalKeys('contacts', values);

function pair(crm: Readonly<Record<string, Values>>, exchange: Readonly<Record<string, Values>>): string[] {
  const candidates = (items: Readonly<Record<string, Values>>) =>
    Object.entries(items).map(([ref, values]) => ({ ref, ...contactKeys(values) }));
  return pairCandidates({ crm: candidates(crm), exchange: candidates(exchange) })
    .map((found) => `${found.crm}=${found.exchange}`)
    .sort();
}

const ada: Values = { givenName: 'Ada', surname: 'Lovelace', company: 'Engines' };

describe('the natural keys of a contact', () => {
  it('are all addresses once, and the name with the company, without regard to case and blanks', () => {
    expect(
      contactKeys({
        ...ada,
        givenName: ' ADA ',
        email1: 'Ada@Example.test',
        email2: 'ada@example.TEST',
        email3: 'x@y.test',
      }),
    ).to.deep.equal({ ids: ['ada@example.test', 'x@y.test'], name: 'ada lovelace|engines' });
  });

  it('are none for an item that says nothing', () => {
    expect(contactKeys({ email1: null, surname: ' ', company: null })).to.deep.equal({
      ids: [],
      name: null,
    });
  });

  it('of a company without a name of a person are its own', () => {
    expect(contactKeys({ company: 'Engines' }).name).not.to.equal(contactKeys({ surname: 'Engines' }).name);
  });
});

describe('pairing', () => {
  it('goes by an address that is unique on both sides, whatever the names', () => {
    expect(
      pair({ c1: { ...ada, email1: 'ada@x.test' } }, { e1: { givenName: 'Countess', email2: 'ADA@x.test' } }),
    ).to.deep.equal(['c1=e1']);
  });

  it('finds an address in any of the three places', () => {
    expect(
      pair(
        { c1: { email1: 'a@x.test' }, c2: { email3: 'b@x.test' } },
        { e1: { email3: 'a@x.test' }, e2: { email1: 'b@x.test' } },
      ),
    ).to.deep.equal(['c1=e1', 'c2=e2']);
  });

  it('does not go by an address that several share on a side', () => {
    const office = { email1: 'office@x.test' };
    expect(
      pair(
        { c1: { surname: 'One', ...office }, c2: { surname: 'Two', ...office } },
        { e1: { surname: 'Three', ...office } },
      ),
    ).to.deep.equal([]);
    expect(
      pair(
        { c1: { surname: 'Three', ...office } },
        { e1: { surname: 'One', ...office }, e2: { surname: 'Two', ...office } },
      ),
    ).to.deep.equal([]);
  });

  it('goes by name and company where an address is shared', () => {
    const office = { email1: 'office@x.test' };
    expect(
      pair(
        { c1: { ...ada, ...office }, c2: { surname: 'Babbage', ...office } },
        { e1: { surname: 'Babbage', ...office }, e2: { ...ada, ...office } },
      ),
    ).to.deep.equal(['c1=e2', 'c2=e1']);
  });

  it('goes by name and company where one of them has no address', () => {
    expect(pair({ c1: ada }, { e1: { ...ada, email1: 'ada@x.test' } })).to.deep.equal(['c1=e1']);
    expect(pair({ c1: ada }, { e1: { ...ada, company: 'Other' } }), 'another company').to.deep.equal([]);
  });

  it('keeps two people of one name with different addresses apart', () => {
    expect(
      pair({ c1: { ...ada, email1: 'one@x.test' } }, { e1: { ...ada, email1: 'two@x.test' } }),
    ).to.deep.equal([]);
  });

  it('does not guess between two of one name', () => {
    expect(pair({ c1: ada, c2: ada }, { e1: ada })).to.deep.equal([]);
    expect(pair({ c1: ada }, { e1: ada, e2: ada })).to.deep.equal([]);
  });

  it('goes by name once an address has taken away the other of that name', () => {
    expect(
      pair({ c1: { ...ada, email1: 'a@x.test' }, c2: ada }, { e1: { ...ada, email1: 'a@x.test' }, e2: ada }),
    ).to.deep.equal(['c1=e1', 'c2=e2']);
  });

  it('uses an item once, although two of its addresses lead to two others', () => {
    const pairs = pair(
      { c1: { email1: 'a@x.test', email2: 'b@x.test' } },
      { e1: { email1: 'a@x.test' }, e2: { email1: 'b@x.test' } },
    );
    expect(pairs).to.have.lengthOf(1);
  });

  it('finds nothing for items without a key, and nothing among nothing', () => {
    expect(pair({ c1: {} }, { e1: {} })).to.deep.equal([]);
    expect(pair({}, {})).to.deep.equal([]);
  });

  it('gives the same pairs when the sides change places', () => {
    const some = { 1: { ...ada, email1: 'a@x.test' }, 2: { surname: 'B' }, 3: { email2: 'c@x.test' } };
    const others = {
      1: { email3: 'A@x.test' },
      2: { surname: 'b' },
      3: { email1: 'c@x.test', surname: 'C' },
    };
    expect(pair(some, others)).to.deep.equal(pair(others, some));
    expect(pair(some, others)).to.deep.equal(['1=1', '2=2', '3=3']);
  });
});
