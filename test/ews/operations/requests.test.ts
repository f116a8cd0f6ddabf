import { expect } from 'chai';
import fc from 'fast-check';
import { join } from 'node:path';
import { contactPlaces } from '../../../src/ews/items/contact-place.ts';
import { writeContact, writeContactChanges } from '../../../src/ews/items/contact-writer.ts';
import { fieldPath, searchKeyPath, stampPath } from '../../../src/ews/items/property-path.ts';
import { maxEqualities } from '../../../src/ews/items/restriction.ts';
import { createAttachment } from '../../../src/ews/operations/create-attachment.ts';
import { createFolder } from '../../../src/ews/operations/create-folder.ts';
import { createItem } from '../../../src/ews/operations/create-item.ts';
import { deleteAttachment } from '../../../src/ews/operations/delete-attachment.ts';
import { deleteFolder } from '../../../src/ews/operations/delete-folder.ts';
import { deleteItem } from '../../../src/ews/operations/delete-item.ts';
import { writeEnvelope } from '../../../src/ews/operations/envelope.ts';
import { findFolder } from '../../../src/ews/operations/find-folder.ts';
import { findItem } from '../../../src/ews/operations/find-item.ts';
import { getAttachment } from '../../../src/ews/operations/get-attachment.ts';
import { getFolder } from '../../../src/ews/operations/get-folder.ts';
import { getItem } from '../../../src/ews/operations/get-item.ts';
import { moveItem } from '../../../src/ews/operations/move-item.ts';
import { syncFolderItems } from '../../../src/ews/operations/sync-folder-items.ts';
import { updateItem } from '../../../src/ews/operations/update-item.ts';
import { ewsSchemas } from '../../../src/ews/versions.ts';
import type { EwsSchema } from '../../../src/ews/versions.ts';
import { arbitraryContact, fullContact } from '../items/contact-values.ts';
import { requireFiles, schemaProblems, schemasDir } from './microsoft-schema.ts';

const paths = contactPlaces.map(({ path }) => path);
const nothing = Object.fromEntries(contactPlaces.map(({ field }) => [field, null]));

/** Every operation, with everything it can be asked. */
function everyRequest(schema: EwsSchema): string[] {
  const photoPaths = schema.lacks.has('contactPhoto') ? [] : [fieldPath('contacts:HasPicture')];
  const shape = [
    fieldPath('item:ItemClass'),
    fieldPath('item:Attachments'),
    ...photoPaths,
    ...paths,
    stampPath,
  ];
  const stamps = Array.from({ length: maxEqualities }, (_, index) => ({
    path: stampPath,
    value: `i:contacts:${index}`,
  }));
  return [
    syncFolderItems.write(
      { folder: { id: 'a&"b' }, syncState: null, maxChanges: 512, properties: shape },
      schema,
    ),
    syncFolderItems.write({ folder: { id: 'f' }, syncState: 'H4sI<', maxChanges: 1, properties: [] }, schema),
    getItem.write({ ids: ['1', '2'], properties: shape }, schema),
    getItem.write({ ids: ['1'], properties: [] }, schema),
    createItem.write(
      { folder: { id: 'f' }, items: [writeContact(fullContact, 's'), writeContact({}, 's')] },
      schema,
    ),
    updateItem.write(
      {
        updates: [
          { id: '1', changeKey: 'k', changes: writeContactChanges(fullContact, fullContact) },
          { id: '2', changeKey: 'k', changes: writeContactChanges(nothing, nothing) },
        ],
      },
      schema,
    ),
    deleteItem.write({ ids: ['1', '2'] }, schema),
    findItem.write(
      { folders: [{ id: 'f' }], anyOf: stamps, properties: [stampPath], offset: 0, pageSize: 1000 },
      schema,
    ),
    findItem.write(
      {
        folders: [{ id: 'f' }, { distinguished: 'contacts' }],
        anyOf: [{ path: searchKeyPath, value: 'AAAA' }],
        properties: [],
        offset: 1000,
        pageSize: 1000,
      },
      schema,
    ),
    getFolder.write({ folders: [{ distinguished: 'contacts' }, { id: 'f' }], properties: [] }, schema),
    findFolder.write(
      {
        below: { distinguished: 'msgfolderroot' },
        properties: [fieldPath('folder:FolderClass'), fieldPath('folder:ParentFolderId')],
        offset: 0,
        pageSize: 1000,
      },
      schema,
    ),
    findFolder.write(
      {
        below: { distinguished: 'msgfolderroot' },
        traversal: 'Shallow',
        properties: [fieldPath('folder:DisplayName'), fieldPath('folder:FolderClass')],
        offset: 0,
        pageSize: 1000,
      },
      schema,
    ),
    ...(['ContactsFolder', 'TasksFolder', 'CalendarFolder'] as const).map((element) =>
      createFolder.write(
        { parent: { distinguished: 'msgfolderroot' }, element, displayName: 'CRM & Contacts' },
        schema,
      ),
    ),
    deleteFolder.write({ id: 'f&"' }, schema),
    moveItem.write({ ids: ['1', '2'], to: { id: 'f' } }, schema),
    moveItem.write({ ids: ['1'], to: { distinguished: 'calendar' } }, schema),
    getItem.write({ ids: ['1'], properties: [fieldPath('item:ParentFolderId')] }, schema),
    getAttachment.write({ ids: ['1', '2'] }, schema),
    createAttachment.write(
      { itemId: '1', changeKey: 'k', mediaType: 'image/png', content: 'iVBORw0KGgo=' },
      schema,
    ),
    deleteAttachment.write({ ids: ['1'] }, schema),
  ];
}

describe('EWS requests', () => {
  for (const schema of Object.values(ewsSchemas)) {
    it(`are valid in the schema of ${schema.name}`, function () {
      requireFiles(this, join(schemasDir, schema.name, 'ews.xsd'));
      expect(schemaProblems(schema.name, everyRequest(schema))).to.equal('');
    });
  }

  /** What Exchange 2016 and 2019 read them with. */
  for (const newer of ['Exchange2015', 'ExchangeSE-15.2.2562.17']) {
    it(`of the newest schema we name are valid in ${newer}, too`, function () {
      requireFiles(this, join(schemasDir, newer, 'ews.xsd'));
      expect(schemaProblems(newer, everyRequest(ewsSchemas.Exchange2013_SP1))).to.equal('');
    });
  }

  it('are valid with any contact', function () {
    requireFiles(this, join(schemasDir, 'Exchange2013_SP1', 'ews.xsd'));
    const schema = ewsSchemas.Exchange2013_SP1;
    const contacts = fc.sample(arbitraryContact, { numRuns: 100, seed: 4713 });
    const updates = contacts.map((values, index) => ({
      id: String(index),
      changeKey: 'k',
      changes: writeContactChanges(values, values),
    }));
    const items = contacts.map((values) => writeContact(values, 'i:contacts:1'));
    const bodies = [
      createItem.write({ folder: { id: 'f' }, items }, schema),
      updateItem.write({ updates }, schema),
    ];
    expect(schemaProblems(schema.name, bodies)).to.equal('');
  });

  it('are found invalid by the same check where they are', function () {
    requireFiles(this, join(schemasDir, 'Exchange2013_SP1', 'ews.xsd'));
    expect(schemaProblems('Exchange2013_SP1', ['<m:GetItem><m:Nope/></m:GetItem>'])).to.contain(
      'not expected',
    );
  });

  it('go into an envelope with the version and the mailbox to act as', () => {
    const schema = ewsSchemas.Exchange2013_SP1;
    expect(writeEnvelope('<m:X/>', { schema, actAs: `o'neil&co@example.test` })).to.equal(
      '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
        ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
        ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Header>' +
        '<t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation><t:ConnectingSID>' +
        `<t:PrimarySmtpAddress>o'neil&amp;co@example.test</t:PrimarySmtpAddress></t:ConnectingSID>` +
        '</t:ExchangeImpersonation></s:Header><s:Body><m:X/></s:Body></s:Envelope>',
    );
    expect(writeEnvelope('<m:X/>', { schema })).not.to.contain('Impersonation');
  });

  it('never send meeting messages, overwrite blindly or delete for good', () => {
    const all = everyRequest(ewsSchemas.Exchange2013_SP1).join('');
    expect(all).not.to.match(/AutoResolve|AlwaysOverwrite|HardDelete|SoftDelete|SendTo/);
    expect(all)
      .to.contain('ConflictResolution="NeverOverwrite"')
      .and.contain('DeleteType="MoveToDeletedItems"');
  });
});
