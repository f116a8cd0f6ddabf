import { expect } from 'chai';
import fc from 'fast-check';
import { contactFields } from '../../../src/sync/contact-fields.ts';
import type { Item, Values } from '../../../src/sync/model.ts';
import { contactPlaces } from '../../../src/ews/items/contact-place.ts';
import { unwritableField, writeContact, writeContactChanges } from '../../../src/ews/items/contact-writer.ts';
import { contactKind } from '../../../src/ews/items/contact-kind.ts';
import { itemOf } from '../../../src/ews/side/item-reading.ts';
import { getItem } from '../../../src/ews/operations/get-item.ts';
import { readEnvelope } from '../../../src/ews/operations/envelope.ts';
import { arbitraryContact, fullContact } from './contact-values.ts';

const allFields = contactPlaces.map(({ field }) => field);

/** What a server answers that keeps everything: the written contact with an id. */
function answerWith(contact: string): string {
  return (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<m:GetItemResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>' +
    '<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>' +
    `${contact.replace('<t:Contact>', '<t:Contact><t:ItemId Id="id" ChangeKey="key"/>')}</m:Items>` +
    '</m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>'
  );
}

function readBack(contact: string): Item {
  const answer = readEnvelope(answerWith(contact), getItem);
  if (answer.kind !== 'messages') throw new Error('a fault');
  const read = answer.messages[0]?.answer.items[0];
  if (!read) throw new Error('no item');
  return itemOf(contactKind, read);
}

describe('contact codec', () => {
  it('has a place for every field but the photo', () => {
    const expected = contactFields.map(({ name }) => name).filter((name) => name !== 'photo');
    expect([...allFields].sort()).to.deep.equal(expected.sort());
  });

  it('reads back every field it wrote, stamp included', () => {
    const item = readBack(writeContact(fullContact, 'inst:contacts:7 & <x>'));
    expect(item.values).to.deep.equal(fullContact);
    expect(item.stamp).to.equal('inst:contacts:7 & <x>');
    expect(item).to.include({ id: 'id', version: 'key', identity: null, ownerId: null, skip: null });
  });

  it('reads back any values', () => {
    fc.assert(
      fc.property(arbitraryContact, (values) => {
        expect(readBack(writeContact(values, 's')).values).to.deep.equal(values);
      }),
      { numRuns: 200, seed: 4711 },
    );
  });

  it('reads a field that the answer leaves out, or leaves empty, as null', () => {
    const item = readBack('<t:Contact><t:GivenName/><t:Body BodyType="Text"/><t:Categories/></t:Contact>');
    expect(Object.keys(item.values).sort()).to.deep.equal([...allFields].sort());
    expect(new Set(Object.values(item.values))).to.deep.equal(new Set([null]));
  });

  it('leaves an address-list name among the e-mail addresses unread', () => {
    const item = readBack(
      '<t:Contact><t:EmailAddresses><t:Entry Key="EmailAddress1" Name="A" RoutingType="EX">/O=ORG/CN=A</t:Entry>' +
        '<t:Entry Key="EmailAddress2">/o=ORG/ou=X</t:Entry></t:EmailAddresses></t:Contact>',
    );
    expect(item.values).not.to.have.any.keys('email1', 'email2');
    expect(item.values).to.have.property('email3', null);
  });

  it('gives line feeds for the line ends of the server and drops those at the end of a note', () => {
    const item = readBack(
      '<t:Contact><t:Body BodyType="Text">a&#xD;\nb&#xD;\n&#xD;\n</t:Body><t:PhysicalAddresses><t:Entry Key="Home">' +
        '<t:Street>1&#xD;\n2</t:Street></t:Entry></t:PhysicalAddresses></t:Contact>',
    );
    expect(item.values).to.include({ notes: 'a\nb', homeStreet: '1\n2' });
  });

  it('keeps a distribution list out', () => {
    const item = readBack('<t:DistributionList><t:ItemId Id="d" ChangeKey="k"/></t:DistributionList>');
    expect(item).to.deep.include({ id: 'd', version: 'k', values: {}, skip: 'unsupportedItem' });
  });

  it('writes only the fields of a patch, null as a delete', () => {
    const xml = writeContactChanges({ jobTitle: 'CEO', homeCity: null, email2: 'x@y.test' }, {});
    expect(xml).to.equal(
      '<t:SetItemField><t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress2"/>' +
        '<t:Contact><t:EmailAddresses><t:Entry Key="EmailAddress2">x@y.test</t:Entry></t:EmailAddresses></t:Contact>' +
        '</t:SetItemField><t:DeleteItemField>' +
        '<t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:City" FieldIndex="Home"/></t:DeleteItemField>' +
        '<t:SetItemField><t:FieldURI FieldURI="contacts:JobTitle"/><t:Contact><t:JobTitle>CEO</t:JobTitle></t:Contact>' +
        '</t:SetItemField><t:SetItemField><t:FieldURI FieldURI="contacts:FileAs"/><t:Contact><t:FileAs>x@y.test</t:FileAs>' +
        '</t:Contact></t:SetItemField><t:SetItemField><t:FieldURI FieldURI="contacts:DisplayName"/><t:Contact>' +
        '<t:DisplayName>x@y.test</t:DisplayName></t:Contact></t:SetItemField>',
    );
  });

  it('writes nothing for a photo alone', () => {
    expect(writeContactChanges({ photo: null }, { givenName: 'A' })).to.equal('');
  });

  const derived: readonly [string, Values, Values, string | null][] = [
    ['a changed surname', { surname: 'New' }, { givenName: 'Ann', surname: 'New' }, 'New, Ann'],
    ['a changed company beside names', { company: 'C' }, { givenName: 'Ann', company: 'C' }, 'Ann'],
    ['a changed company without names', { company: 'C' }, { company: 'C' }, 'C'],
    ['a phone', { homePhone: '1' }, { givenName: 'Ann' }, null],
    ['an e-mail address beside names', { email1: 'a@b.test' }, { givenName: 'Ann' }, null],
  ];
  for (const [what, patch, resulting, fileAs] of derived) {
    it(`writes FileAs ${fileAs ?? 'not'} with ${what}`, () => {
      const xml = writeContactChanges(patch, resulting);
      if (fileAs === null) expect(xml).not.to.contain('FileAs');
      else expect(xml).to.contain(`<t:FileAs>${fileAs}</t:FileAs>`);
    });
  }

  it('deletes the derived names with the last name', () => {
    const xml = writeContactChanges({ surname: null }, { surname: null });
    expect(xml).to.contain('<t:DeleteItemField><t:FieldURI FieldURI="contacts:FileAs"/></t:DeleteItemField>');
  });

  it('names a field whose value Exchange cannot store', () => {
    expect(unwritableField({ birthday: '1979-02-30' })).to.equal('birthday');
    expect(unwritableField({ birthday: null, givenName: 'soon' })).to.equal(null);
  });

  it('treats a value that is nothing but control characters as empty', () => {
    expect(writeContact({ webPage: '\u0001', categories: ['\u0002'] }, 's')).not.to.match(
      /HomePage|Categories/,
    );
    expect(writeContactChanges({ webPage: '\u0001' }, {})).to.contain('DeleteItemField');
  });
});
