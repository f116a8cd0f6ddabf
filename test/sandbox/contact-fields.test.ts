import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, startRecorded } from './ews-client.ts';
import { create, createItems, text } from './item-requests.ts';

const PHONES: readonly (readonly [key: string, requirement: string])[] = [
  ['AssistantPhone', 'R157'],
  ['BusinessFax', 'R158'],
  ['BusinessPhone', 'R159'],
  ['BusinessPhone2', 'R160'],
  ['Callback', 'R161'],
  ['CarPhone', 'R162'],
  ['CompanyMainPhone', 'R163'],
  ['HomeFax', 'R164'],
  ['HomePhone', 'R165'],
  ['HomePhone2', 'R166'],
  ['Isdn', 'R167'],
  ['MobilePhone', 'R168'],
  ['OtherFax', 'R169'],
  ['OtherTelephone', 'R170'],
  ['Pager', 'R171'],
  ['PrimaryPhone', 'R172'],
  ['RadioPhone', 'R173'],
  ['Telex', 'R174'],
  ['TtyTddPhone', 'R175'],
];
const FOLDERS: readonly (readonly [id: string, folderClass: string, requirement: string])[] = [
  ['calendar', 'IPF.Appointment', 'R70'],
  ['contacts', 'IPF.Contact', 'R585'],
  ['journal', 'IPF.Journal', 'R586'],
  ['inbox', 'IPF.Note', 'R587'],
  ['notes', 'IPF.StickyNote', 'R588'],
  ['tasks', 'IPF.Task', 'R589'],
];

describe('sandbox contacts', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  const roundTrip = async (inner: string): Promise<string> => {
    const { id } = await create(server.url, `<t:Contact>${inner}</t:Contact>`);
    return ask(server.url, getItems([id]));
  };

  for (const [element, requirement] of [
    ['DisplayName', 'R25'],
    ['GivenName', 'R27'],
    ['Initials', 'R29'],
    ['MiddleName', 'R31'],
    ['Nickname', 'R33'],
    ['CompanyName', 'R37'],
    ['AssistantName', 'R45'],
    ['BusinessHomePage', 'R49'],
    ['Department', 'R57'],
    ['Generation', 'R59'],
    ['JobTitle', 'R63'],
    ['Manager', 'R65'],
    ['Mileage', 'R67'],
    ['OfficeLocation', 'R69'],
    ['Profession', 'R73'],
    ['SpouseName', 'R75'],
    ['Surname', 'R77'],
  ] as const) {
    it(`keep ${element} [MS-OXWSCONT ${requirement}]`, async () => {
      const written = `<t:${element}>http://example.test/ü</t:${element}>`;
      expect(await roundTrip(written)).to.include(written);
    });
  }

  it('keep their days [MS-OXWSCONT R47, R79]', async () => {
    const xml = await roundTrip(
      '<t:Birthday>1979-02-28T00:00:00Z</t:Birthday><t:WeddingAnniversary>2009-06-01T00:00:00Z</t:WeddingAnniversary>',
    );
    expect([text(xml, 'Birthday'), text(xml, 'WeddingAnniversary')]).to.deep.equal([
      '1979-02-28T00:00:00Z',
      '2009-06-01T00:00:00Z',
    ]);
  });

  it('keep lists of names [MS-OXWSCONT R51, R53]', async () => {
    const lists =
      '<t:Children><t:String>Max</t:String><t:String>Ida</t:String></t:Children><t:Companies><t:String>Contoso</t:String></t:Companies>';
    expect(await roundTrip(lists)).to.include(lists);
  });

  for (const [key, requirement] of PHONES) {
    it(`keep the telephone number ${key} [MS-OXWSCONT ${requirement}, R43, R250, R254]`, async () => {
      const numbers = `<t:PhoneNumbers><t:Entry Key="${key}">+49 30 1</t:Entry></t:PhoneNumbers>`;
      expect(await roundTrip(numbers)).to.include(numbers);
    });
  }

  it('keep three mail and three messaging addresses [MS-OXWSCONT R39, R61, R124, R125, R126, R151, R152, R153, R228, R238, R242, R246]', async () => {
    const entries = (name: string, key: string): string =>
      `<t:${name}>${[1, 2, 3].map((n) => `<t:Entry Key="${key}${n}">a${n}@example.test</t:Entry>`).join('')}</t:${name}>`;
    const [mail, im] = [entries('EmailAddresses', 'EmailAddress'), entries('ImAddresses', 'ImAddress')];
    expect(await roundTrip(mail + im))
      .to.include(mail)
      .and.include(im);
  });

  it('keep three postal addresses and which of them is for letters [MS-OXWSCONT R41, R71, R181, R187, R188, R189, R258, R260, R262, R264, R266, R268, R272]', async () => {
    const parts = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode']
      .map((part) => `<t:${part}>${part} 1</t:${part}>`)
      .join('');
    const all = `<t:PhysicalAddresses>${['Business', 'Home', 'Other'].map((key) => `<t:Entry Key="${key}">${parts}</t:Entry>`).join('')}</t:PhysicalAddresses>`;
    const xml = await roundTrip(`${all}<t:PostalAddressIndex>Business</t:PostalAddressIndex>`);
    expect(xml).to.include(all).and.include('<t:PostalAddressIndex>Business</t:PostalAddressIndex>');
  });

  it('show their complete name, made of its parts [MS-OXWSCONT R35, R196, R198, R200, R202, R204, R208, R355, R356, R357]', async () => {
    const xml = await roundTrip(
      '<t:GivenName>Ada</t:GivenName><t:Initials>A.K.</t:Initials><t:MiddleName>King</t:MiddleName><t:Nickname>Countess</t:Nickname><t:Generation>II</t:Generation><t:Surname>Lovelace</t:Surname>',
    );
    expect(xml)
      .to.include(
        '<t:CompleteName><t:FirstName>Ada</t:FirstName><t:MiddleName>King</t:MiddleName><t:LastName>Lovelace</t:LastName><t:Suffix>II</t:Suffix><t:Initials>A.K.</t:Initials>',
      )
      .and.include('<t:Nickname>Countess</t:Nickname></t:CompleteName>');
  });

  it('do not let clients say that there is a picture [MS-OXWSCONT R81001]', async () => {
    const refused = createItems('<t:Contact><t:HasPicture>true</t:HasPicture></t:Contact>');
    expect(codes(await ask(server.url, refused))).to.deep.equal(['ErrorInvalidPropertySet']);
  });

  it('belong into contacts folders [MS-OXWSCONT R301001]', async () => {
    const refused = createItems('<t:Contact/>', { folder: 'inbox' });
    expect(codes(await ask(server.url, refused))).to.deep.equal([
      'ErrorCannotCreateContactInNonContactFolder',
    ]);
  });

  for (const [id, folderClass, requirement] of FOLDERS) {
    it(`live beside folders of their own class: ${id} is ${folderClass} [MS-OXWSFOLD ${requirement}]`, async () => {
      const request = `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="${id}"/></m:FolderIds></m:GetFolder>`;
      expect(text(await ask(server.url, request), 'FolderClass')).to.equal(folderClass);
    });
  }
});
