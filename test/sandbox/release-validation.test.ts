import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { createContact, envelope, post, syncItems } from './ews-client.ts';
import { startReleased } from './released-server.ts';

const find = (inside: string, traversal = 'Traversal="Shallow"'): string =>
  `<m:FindItem ${traversal}><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>${inside}` +
  '<m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderIds></m:FindItem>';

/** What is wrong, and a piece of the violation a validator reports. */
const violations: [string, string, string][] = [
  ['an unknown element', createContact('<t:Shoe>9</t:Shoe>'), "invalid child element '"],
  [
    'an unknown attribute',
    find('', 'Traversal="Shallow" Depth="2"'),
    "The 'Depth' attribute is not declared",
  ],
  ['a missing attribute', find('', ''), "The required attribute 'Traversal' is missing"],
  ['a value outside its enumeration', find('', 'Traversal="Sideways"'), 'The Enumeration constraint failed'],
  [
    'a missing element',
    '<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape></m:GetItem>',
    'incomplete content',
  ],
  [
    'an empty list',
    '<m:DeleteItem DeleteType="HardDelete"><m:ItemIds/></m:DeleteItem>',
    'incomplete content',
  ],
  [
    'elements out of order',
    createContact('<t:Surname>B</t:Surname><t:GivenName>A</t:GivenName>'),
    'invalid child element',
  ],
  [
    'an element twice',
    createContact('<t:Surname>B</t:Surname><t:Surname>A</t:Surname>'),
    'invalid child element',
  ],
  ['text where elements belong', createContact('Bob'), 'cannot contain text'],
  [
    'a number that is none',
    find('<m:IndexedPageItemView MaxEntriesReturned="ten" Offset="0" BasePoint="Beginning"/>'),
    'not a valid value',
  ],
  [
    'a negative offset beyond int',
    find('<m:IndexedPageItemView Offset="99999999999" BasePoint="Beginning"/>'),
    'not a valid value',
  ],
  [
    'a date that is none',
    createContact('<t:Birthday>2026-02-30T00:00:00Z</t:Birthday>'),
    'not a valid value',
  ],
  [
    'an extended property of an unknown type',
    find('').replace(
      '</t:BaseShape>',
      '</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x3a45" PropertyType="Text"/></t:AdditionalProperties>',
    ),
    'The Enumeration constraint failed',
  ],
  [
    'an extended property with a malformed set',
    find('').replace(
      '</t:BaseShape>',
      '</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertySetId="no-guid" PropertyName="A" PropertyType="String"/></t:AdditionalProperties>',
    ),
    'The Pattern constraint failed',
  ],
  ['no changes at all', syncItems('', 0), 'The MinInclusive constraint failed'],
  ['513 changes', syncItems('', 513), 'The MaxInclusive constraint failed'],
];

describe('sandbox request validation', () => {
  let server: Sandbox;
  before(async () => {
    server = await startReleased('Exchange2013_SP1');
  });
  after(() => server.close());

  for (const [what, body, violation] of violations) {
    it(`faults on ${what}, with the place and the violation`, async () => {
      const answer = await post(server.url, envelope(body));
      expect(answer.status).to.equal(500);
      expect(answer.body).to.include('a:ErrorSchemaValidation</faultcode>');
      const found =
        /<t:LineNumber>1<\/t:LineNumber><t:LinePosition>(\d+)<\/t:LinePosition><t:Violation>([^<]*)/.exec(
          answer.body,
        );
      expect(Number(found?.[1])).to.be.greaterThan(300);
      expect(found?.[2]).to.include(violation);
    });
  }

  it('takes 1 and 512 changes [MS-OXWSSYNC R389]', async () => {
    for (const max of [1, 512])
      expect((await post(server.url, envelope(syncItems('', max)))).status).to.equal(200);
  });

  it('takes any prefix and the default namespace', async () => {
    const source =
      '<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/" xmlns:q="http://schemas.microsoft.com/exchange/services/2006/types">' +
      '<E:Body><GetFolder xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><FolderShape>' +
      '<q:BaseShape>IdOnly</q:BaseShape></FolderShape><FolderIds><q:DistinguishedFolderId Id="inbox"/></FolderIds></GetFolder></E:Body></E:Envelope>';
    expect((await post(server.url, source)).status).to.equal(200);
  });

  it('refuses SOAP 1.2 [MS-OXWSSYNC R3]', async () => {
    const source = envelope(syncItems('')).replace(
      'http://schemas.xmlsoap.org/soap/envelope/',
      'http://www.w3.org/2003/05/soap-envelope',
    );
    expect((await post(server.url, source)).status).to.equal(500);
    expect((await post(server.url, envelope(syncItems('')))).status).to.equal(200);
  });
});
