import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, itemIds, onlyId, startRecorded } from './ews-client.ts';
import {
  clear,
  create,
  createItems,
  fields,
  findIn,
  idElement,
  remove,
  set,
  text,
  updateItems,
} from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';

const SET_ID = 'c11ff724-aa03-4555-9952-8fa248a11c3e';

function message(inner: string): string {
  return `<t:Message>${inner}</t:Message>`;
}

function extended(path: string, value: string): string {
  return `<t:ExtendedProperty><t:ExtendedFieldURI ${path}/>${value}</t:ExtendedProperty>`;
}

function values(list: readonly string[]): string {
  return `<t:Values>${list.map((one) => `<t:Value>${one}</t:Value>`).join('')}</t:Values>`;
}

describe('sandbox item properties', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded({ now: () => new Date('2030-03-15T10:00:00Z') });
  });
  afterEach(() => server.close());

  const get = (item: ItemRef, shape?: string): Promise<string> => ask(server.url, getItems([item.id], shape));

  for (const [element, requirements] of [
    ['<t:ItemId Id="AAAA" ChangeKey="AAAA"/>', 'R2014, R2347'],
    ['<t:ParentFolderId Id="AAAA"/>', 'R2016, R2348'],
    ['<t:DateTimeReceived>2030-01-01T00:00:00Z</t:DateTimeReceived>', 'R2025, R2349'],
    ['<t:Size>1</t:Size>', 'R2027, R2272'],
    ['<t:DateTimeSent>2030-01-01T00:00:00Z</t:DateTimeSent>', 'R2031, R2273'],
    ['<t:DateTimeCreated>2030-01-01T00:00:00Z</t:DateTimeCreated>', 'R2033, R2274'],
    ['<t:DisplayTo>bob</t:DisplayTo>', 'R2035, R2275'],
    [
      '<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents><t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read></t:EffectiveRights>',
      'R2037, R2276',
    ],
    ['<t:LastModifiedName>bob</t:LastModifiedName>', 'R2039, R2277'],
    ['<t:InstanceKey>AAAA</t:InstanceKey>', 'R2046, R2350'],
    ['<t:NormalizedBody BodyType="Text">x</t:NormalizedBody>', 'R2048, R2351'],
    ['<t:Preview>x</t:Preview>', 'R2050, R2352'],
  ] as const) {
    const name = /<t:(\w+)/.exec(element)?.[1] ?? '';
    it(`do not let clients write ${name} [MS-OXWSCORE ${requirements}]`, async () => {
      expect(codes(await ask(server.url, createItems(message(element))))).to.deep.equal([
        'ErrorInvalidPropertySet',
      ]);
      const item = await create(server.url, message('<t:Subject>x</t:Subject>'));
      const update = updateItems(item, set('Message', `item:${name}`, element));
      expect(codes(await ask(server.url, update))).to.deep.equal(['ErrorInvalidPropertySet']);
      expect(codes(await ask(server.url, updateItems(item, clear(`item:${name}`))))).to.deep.equal([
        'ErrorInvalidPropertyDelete',
      ]);
    });
  }

  it('are returned by the server that makes them [MS-OXWSCORE R70, R71, R79, R90, R103, R104, R105, R2015, R2026, R2028, R2032, R2034, R2036, R2038, R2040, R2047]', async () => {
    const item = await create(
      server.url,
      message('<t:Subject>x</t:Subject><t:Body BodyType="Text">Hello   world</t:Body>'),
    );
    const xml = await get(item);
    expect(onlyId(xml)).to.deep.equal(item);
    const drafts = await ask(
      server.url,
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="drafts"/></m:FolderIds></m:GetFolder>',
    );
    expect(/<t:ParentFolderId Id="([^"]*)"/.exec(xml)?.[1]).to.equal(
      /<t:FolderId Id="([^"]*)"/.exec(drafts)?.[1],
    );
    for (const name of ['DateTimeReceived', 'DateTimeSent', 'DateTimeCreated', 'LastModifiedTime']) {
      expect(text(xml, name), name).to.equal('2030-03-15T10:00:00Z');
    }
    expect(text(xml, 'LastModifiedName')).to.equal('alice');
    expect(Number(text(xml, 'Size'))).to.be.greaterThan(0);
    expect(xml)
      .to.include('<t:DisplayTo></t:DisplayTo>')
      .and.match(/<t:EffectiveRights>.*<t:Delete>true<.*<t:Read>true</);
    const more = await get(
      item,
      fields('item:InstanceKey', 'item:Preview', 'item:StoreEntryId', 'item:NormalizedBody'),
    );
    expect(text(more, 'Preview')).to.equal('Hello world');
    expect(text(more, 'InstanceKey')).to.match(/^[A-Za-z0-9+/]{10,}=*$/);
  });

  for (const [kind, itemClass, requirement] of [
    ['Contact', 'IPM.Contact', 'R2018'],
    ['PostItem', 'IPM.Post', 'R2020'],
    ['Task', 'IPM.Task', 'R2021'],
    ['DistributionList', 'IPM.DistList', 'R2022'],
  ] as const) {
    it(`say ${itemClass} of a ${kind}, and take no class of another kind [MS-OXWSCORE R72, ${requirement}, R2023]`, async () => {
      const item = await create(server.url, `<t:${kind}/>`);
      expect(text(await get(item), 'ItemClass')).to.equal(itemClass);
      const custom = await create(
        server.url,
        `<t:${kind}><t:ItemClass>${itemClass}.Custom</t:ItemClass></t:${kind}>`,
      );
      expect(text(await get(custom), 'ItemClass')).to.equal(`${itemClass}.Custom`);
      const wrong = createItems(`<t:${kind}><t:ItemClass>IPM.Wrong</t:ItemClass></t:${kind}>`);
      expect(codes(await ask(server.url, wrong))).to.deep.equal(['ErrorObjectTypeChanged']);
    });
  }

  for (const [element, value, requirement] of [
    ['Sensitivity', 'Confidential', 'R75, R1650'],
    ['Sensitivity', 'Normal', 'R75, R1651'],
    ['Sensitivity', 'Personal', 'R75, R1652'],
    ['Sensitivity', 'Private', 'R75, R1653'],
    ['Importance', 'High', 'R81, R198'],
    ['Importance', 'Low', 'R81, R199'],
    ['Importance', 'Normal', 'R81, R200'],
    ['ReminderIsSet', 'true', 'R94, R1616'],
    ['ReminderIsSet', 'false', 'R94, R1617'],
    ['ReminderMinutesBeforeStart', '30', 'R95'],
    ['ReminderDueBy', '2030-04-01T08:00:00Z', 'R92'],
    ['Culture', 'de-DE', 'R102'],
    ['InReplyTo', 'm1@example.org', 'R82'],
    ['Subject', 'Übung', 'R73'],
  ] as const) {
    it(`keep ${element} ${value} [MS-OXWSCORE ${requirement}]`, async () => {
      const written = `<t:${element}>${value}</t:${element}>`;
      expect(await get(await create(server.url, message(written)))).to.include(written);
      const item = await create(server.url, message(''));
      expect(
        codes(await ask(server.url, updateItems(item, set('Message', `item:${element}`, written)))),
      ).to.deep.equal(['NoError']);
      expect(await get(item)).to.include(written);
    });
  }

  it('keep categories and find items by each of them [MS-OXWSCORE R80]', async () => {
    const item = await create(
      server.url,
      message('<t:Categories><t:String>Red</t:String><t:String>VIP</t:String></t:Categories>'),
    );
    expect(await get(item)).to.include(
      '<t:Categories><t:String>Red</t:String><t:String>VIP</t:String></t:Categories>',
    );
    const restriction =
      '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Categories"/><t:FieldURIOrConstant><t:Constant Value="vip"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>';
    expect(itemIds(await ask(server.url, findIn('drafts', [], restriction)))).to.have.length(1);
  });

  it('show a body in the form asked for, else as it was given [MS-OXWSCORE R76, R1679, R1680, R1681, R1682]', async () => {
    const html =
      '&lt;html&gt;&lt;body&gt;&lt;p&gt;Zo&amp;euml; &amp;amp; me&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;&lt;/body&gt;&lt;/html&gt;';
    const rich = await create(
      server.url,
      message(`<t:Body BodyType="HTML">${html.replace('&amp;euml;', '&amp;#235;')}</t:Body>`),
    );
    const plain = await create(server.url, message('<t:Body BodyType="Text">1 &lt; 2</t:Body>'));
    const body = async (item: ItemRef, type: string, element = 'Body'): Promise<string> => {
      const shape = `<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>${type}</t:BodyType><t:AdditionalProperties><t:FieldURI FieldURI="item:${element}"/></t:AdditionalProperties>`;
      return new RegExp(`<t:${element}.*</t:${element}>`, 's').exec(await get(item, shape))?.[0] ?? '';
    };
    expect(await body(rich, 'Text')).to.equal('<t:Body BodyType="Text">Zoë &amp; me&#xD;\ntwo</t:Body>');
    expect(await body(rich, 'Best')).to.match(/^<t:Body BodyType="HTML">&lt;html/);
    expect(await body(plain, 'Best')).to.equal('<t:Body BodyType="Text">1 &lt; 2</t:Body>');
    expect(await body(plain, 'HTML')).to.match(/^<t:Body BodyType="HTML">&lt;html[^]*1 &amp;lt; 2/);
    expect(await body(rich, 'HTML', 'UniqueBody')).to.match(/^<t:UniqueBody BodyType="HTML">/);
    expect(await body(rich, 'Text', 'UniqueBody')).to.match(/^<t:UniqueBody BodyType="Text">Zoë/);
  });

  it('keep a follow-up flag [MS-OXWSCORE R1042, R1043, R1044, R1045]', async () => {
    const flags = [
      '<t:Flag><t:FlagStatus>Flagged</t:FlagStatus><t:StartDate>2030-04-01T00:00:00Z</t:StartDate><t:DueDate>2030-04-02T00:00:00Z</t:DueDate></t:Flag>',
      '<t:Flag><t:FlagStatus>Complete</t:FlagStatus><t:CompleteDate>2030-04-01T00:00:00Z</t:CompleteDate></t:Flag>',
      '<t:Flag><t:FlagStatus>NotFlagged</t:FlagStatus></t:Flag>',
    ];
    for (const flag of flags) expect(await get(await create(server.url, message(flag)))).to.include(flag);
  });

  for (const [what, inner, requirement] of [
    [
      'completed while flagged',
      '<t:FlagStatus>Flagged</t:FlagStatus><t:CompleteDate>2030-04-01T00:00:00Z</t:CompleteDate>',
      'R2002',
    ],
    [
      'begun and never due',
      '<t:FlagStatus>Flagged</t:FlagStatus><t:StartDate>2030-04-01T00:00:00Z</t:StartDate>',
      'R2002',
    ],
    [
      'due without being flagged',
      '<t:FlagStatus>NotFlagged</t:FlagStatus><t:DueDate>2030-04-01T00:00:00Z</t:DueDate>',
      'R2005',
    ],
    [
      'due once complete',
      '<t:FlagStatus>Complete</t:FlagStatus><t:DueDate>2030-04-01T00:00:00Z</t:DueDate>',
      'R2008',
    ],
  ] as const) {
    it(`take no flag that is ${what} [MS-OXWSCORE ${requirement}, R2010]`, async () => {
      expect(codes(await ask(server.url, createItems(message(`<t:Flag>${inner}</t:Flag>`))))).to.deep.equal([
        'ErrorInvalidArgument',
      ]);
    });
  }

  it('are appended to, set and deleted one at a time [MS-OXWSCORE R555, R556, R557, R561, R65]', async () => {
    const item = await create(
      server.url,
      message(
        '<t:Subject>x</t:Subject><t:Body BodyType="Text">one</t:Body><t:Categories><t:String>Red</t:String></t:Categories>',
      ),
    );
    const append =
      '<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Message><t:Body BodyType="Text"> two</t:Body></t:Message></t:AppendToItemField>';
    const answer = await ask(
      server.url,
      updateItems(
        item,
        append + set('Message', 'item:Subject', '<t:Subject>y</t:Subject>') + clear('item:Categories'),
      ),
    );
    expect(answer).to.include('<m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>');
    const xml = await get(item);
    expect([text(xml, 'Body'), text(xml, 'Subject')]).to.deep.equal(['one two', 'y']);
    expect(xml).not.to.include('Categories');
  });

  it('go along when an item is copied or moved, under new ids [MS-OXWSCORE R45, R46, R47, R1600, R1601]', async () => {
    const item = await create(server.url, message('<t:Subject>x</t:Subject>'));
    const to = `<m:ToFolderId><t:DistinguishedFolderId Id="junkemail"/></m:ToFolderId><m:ItemIds>${idElement(item)}</m:ItemIds>`;
    const copy = onlyId(await ask(server.url, `<m:CopyItem>${to}</m:CopyItem>`));
    const moved = onlyId(
      await ask(server.url, `<m:MoveItem>${to}<m:ReturnNewItemIds>true</m:ReturnNewItemIds></m:MoveItem>`),
    );
    expect(new Set([item.id, copy.id, moved.id]).size).to.equal(3);
    expect(itemIds(await ask(server.url, findIn('drafts')))).to.deep.equal([]);
    expect(itemIds(await ask(server.url, findIn('junkemail')))).to.have.length(2);
    for (const one of [copy, moved]) expect(text(await get(one), 'Subject')).to.equal('x');
    const silent = `<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="junkemail"/></m:ToFolderId><m:ItemIds>${idElement(moved)}</m:ItemIds><m:ReturnNewItemIds>false</m:ReturnNewItemIds></m:CopyItem>`;
    expect(itemIds(await ask(server.url, silent))).to.deep.equal([]);
  });

  for (const [type, folder, requirement] of [
    ['HardDelete', undefined, 'R1667'],
    ['MoveToDeletedItems', 'deleteditems', 'R1668'],
    ['SoftDelete', 'recoverableitemsdeletions', 'R1669'],
  ] as const) {
    it(`end, or not, with ${type} [MS-OXWSCORE ${requirement}, R341]`, async () => {
      const item = await create(server.url, message('<t:Subject>x</t:Subject>'));
      await ask(server.url, remove(item, `DeleteType="${type}"`));
      expect(codes(await get(item))).to.deep.equal(['ErrorItemNotFound']);
      expect(server.store.countItems('alice@example.test')).to.equal(folder === undefined ? 0 : 1);
      if (folder !== undefined) expect(itemIds(await ask(server.url, findIn(folder)))).to.have.length(1);
    });
  }

  it('are created where the request says, each answered by itself [MS-OXWSCORE R298, R299, R2169, R2170, R2171, R2172]', async () => {
    const answer = await ask(
      server.url,
      createItems(message('<t:Subject>x</t:Subject>') + message('<t:Size>1</t:Size>') + message(''), {
        folder: 'inbox',
      }),
    );
    expect(codes(answer)).to.deep.equal(['NoError', 'ErrorInvalidPropertySet', 'NoError']);
    expect([...answer.matchAll(/ResponseClass="(\w+)"/g)].map((match) => match[1])).to.deep.equal([
      'Success',
      'Error',
      'Success',
    ]);
    expect(itemIds(await ask(server.url, findIn('inbox')))).to.have.length(2);
  });

  const named = (name: string, type: string): string =>
    `PropertySetId="${SET_ID}" PropertyName="${name}" PropertyType="${type}"`;
  for (const [path, given, returned] of [
    [named('s', 'String'), '<t:Value> Zoë &amp; co </t:Value>', undefined],
    [named('i', 'Integer'), '<t:Value>-7</t:Value>', undefined],
    [named('n', 'Short'), '<t:Value>32767</t:Value>', undefined],
    [named('l', 'Long'), '<t:Value>9007199254740993</t:Value>', undefined],
    [named('c', 'Currency'), '<t:Value>10000</t:Value>', undefined],
    [named('b', 'Boolean'), '<t:Value>1</t:Value>', '<t:Value>true</t:Value>'],
    [named('d', 'Double'), '<t:Value>1.5</t:Value>', undefined],
    [named('f', 'Float'), '<t:Value>0.25</t:Value>', undefined],
    [named('a', 'ApplicationTime'), '<t:Value>44000.5</t:Value>', undefined],
    [
      named('t', 'SystemTime'),
      '<t:Value>2030-03-15T11:00:00.5+01:00</t:Value>',
      '<t:Value>2030-03-15T10:00:00Z</t:Value>',
    ],
    [named('g', 'CLSID'), `<t:Value>${SET_ID.toUpperCase()}</t:Value>`, `<t:Value>${SET_ID}</t:Value>`],
    [named('y', 'Binary'), '<t:Value>AAEC</t:Value>', undefined],
    [named('sa', 'StringArray'), values(['one', 'two']), undefined],
    [named('ia', 'IntegerArray'), values(['1', '-2']), undefined],
    [named('ba', 'BinaryArray'), values(['AAEC', 'BQ==']), undefined],
    [named('ta', 'SystemTimeArray'), values(['2030-03-15T10:00:00Z']), undefined],
    ['PropertyTag="0x3FFA" PropertyType="String"', '<t:Value>hex</t:Value>', undefined],
    ['PropertyTag="16378" PropertyType="String"', '<t:Value>decimal</t:Value>', undefined],
    [
      'DistinguishedPropertySetId="PublicStrings" PropertyName="Keyword" PropertyType="String"',
      '<t:Value>x</t:Value>',
      undefined,
    ],
    [
      'DistinguishedPropertySetId="Task" PropertyId="33042" PropertyType="Integer"',
      '<t:Value>1</t:Value>',
      undefined,
    ],
  ] as const) {
    it(`may be extended by ${path.replace(/PropertySetId="[^"]*" /, '')} [MS-OXWSCORE R101]`, async () => {
      const item = await create(server.url, message(extended(path, given)));
      const shape = `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI ${path}/></t:AdditionalProperties>`;
      expect(await get(item, shape)).to.include(extended(path, returned ?? given));
      expect(await get(item)).not.to.include('ExtendedProperty');
      await ask(
        server.url,
        updateItems(item, `<t:DeleteItemField><t:ExtendedFieldURI ${path}/></t:DeleteItemField>`),
      );
      expect(await get(item, shape)).not.to.include('ExtendedProperty');
    });
  }

  it('are the same extended property by tag in hexadecimal or decimal', async () => {
    const item = await create(
      server.url,
      message(extended('PropertyTag="0x3FFA" PropertyType="String"', '<t:Value>x</t:Value>')),
    );
    const shape =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="16378" PropertyType="String"/></t:AdditionalProperties>';
    expect(await get(item, shape)).to.include(
      '<t:ExtendedFieldURI PropertyTag="16378" PropertyType="String"/><t:Value>x</t:Value>',
    );
  });

  for (const [path, value, code] of [
    [named('i', 'Integer'), '<t:Value>2147483648</t:Value>', 'ErrorInvalidExtendedPropertyValue'],
    [named('b', 'Boolean'), '<t:Value>yes</t:Value>', 'ErrorInvalidExtendedPropertyValue'],
    [named('t', 'SystemTime'), '<t:Value>tomorrow</t:Value>', 'ErrorInvalidExtendedPropertyValue'],
    [named('ia', 'IntegerArray'), values(['1', 'two']), 'ErrorInvalidExtendedPropertyValue'],
    [named('sa', 'StringArray'), '<t:Value>one</t:Value>', 'ErrorInvalidExtendedPropertyValue'],
    [
      'PropertyTag="0x3FFA" PropertyName="x" PropertyType="String"',
      '<t:Value>x</t:Value>',
      'ErrorInvalidExtendedProperty',
    ],
    ['PropertyTag="0x8001" PropertyType="String"', '<t:Value>x</t:Value>', 'ErrorInvalidExtendedProperty'],
  ] as const) {
    it(`are not extended by ${path.replace(/PropertySetId="[^"]*" /, '')} of ${value.replace(/<[^>]*>/g, ' ').trim()}`, async () => {
      expect(codes(await ask(server.url, createItems(message(extended(path, value)))))).to.deep.equal([code]);
    });
  }
});
