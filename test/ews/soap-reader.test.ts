import { expect } from 'chai';
import { readXml, shapes, within, XmlError } from '../../src/ews/soap-reader.ts';
import type { Shape } from '../../src/ews/soap-reader.ts';

const types = 'http://schemas.microsoft.com/exchange/services/2006/types';

const names: Shape<string[]> = {
  children: shapes<string[]>({
    't:List': { children: shapes<string[]>({ 't:Name': { text: (found, value) => found.push(value) } }) },
  }),
};

function read(xml: string): string[] {
  return readXml(xml, names, () => []);
}

describe('SOAP reader', () => {
  it('knows elements by their namespace, whatever the prefix', () => {
    expect(read(`<List xmlns="${types}"><Name>a</Name></List>`)).to.deep.equal(['a']);
    expect(read(`<q:List xmlns:q="${types}"><q:Name>a</q:Name></q:List>`)).to.deep.equal(['a']);
    expect(read(`<List xmlns="${types}"><x:Name xmlns:x="urn:x">a</x:Name></List>`)).to.deep.equal([]);
    expect(read(`<List xmlns="${types}"><Name xmlns="">a</Name><Name>b</Name></List>`)).to.deep.equal(['b']);
    expect(read('<List><Name>a</Name></List>')).to.deep.equal([]);
  });

  it('skips what it does not know, with all that is inside', () => {
    const xml = `<t:List xmlns:t="${types}"><t:Other><t:List><t:Name>no</t:Name></t:List></t:Other><t:Name>a</t:Name></t:List>`;
    expect(read(xml)).to.deep.equal(['a']);
  });

  it('keeps text over CDATA, references and comments', () => {
    expect(
      read(`<List xmlns="${types}"><Name> a&amp;<![CDATA[<b>]]>&#x1F600;<!-- no -->c </Name></List>`),
    ).to.deep.equal([' a&<b>😀c ']);
  });

  it('gives a subtree a context of its own', () => {
    interface Person {
      name: string;
    }
    const people: Person[] = [];
    const shape: Shape<Person[]> = {
      children: shapes<Person[]>({
        't:List': within(
          (found: Person[]) => {
            const person = { name: '' };
            found.push(person);
            return person;
          },
          { children: shapes<Person>({ 't:Name': { text: (person, value) => (person.name = value) } }) },
        ),
      }),
    };
    readXml(`<List xmlns="${types}"><Name>a</Name></List>`, shape, () => people);
    expect(people).to.deep.equal([{ name: 'a' }]);
  });

  it('refuses a document type, and with it every entity', () => {
    const xml = `<!DOCTYPE x [<!ENTITY a "aaaa">]><List xmlns="${types}"><Name>&a;</Name></List>`;
    expect(() => read(xml)).to.throw(XmlError, 'document type');
    expect(() => read(`<List xmlns="${types}"><Name>&a;</Name></List>`)).to.throw(XmlError, 'well-formed');
  });

  it('refuses more than 100 levels, skipped ones included', () => {
    const nested = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels);
    expect(() => read(nested(101))).to.throw(XmlError, 'deeply');
    expect(read(nested(100))).to.deep.equal([]);
  });

  for (const xml of ['', 'no', '<a>', '<a></b>', '<a/><b/>', '<a>&nope;</a>', '<a b="1" b="2"/>']) {
    it(`refuses ${xml || 'nothing'} as XML`, () => {
      expect(() => read(xml)).to.throw(XmlError);
    });
  }

  it('reads an answer with references to control characters, without these', () => {
    expect(
      read(`<List xmlns="${types}"><Name>a&#x0;b&#x1F;c&#11;d&#xD800;&#x41;</Name></List>`),
    ).to.deep.equal(['abcdA']);
  });
});
