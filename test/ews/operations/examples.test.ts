import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAttachment } from '../../../src/ews/operations/create-attachment.ts';
import { createFolder } from '../../../src/ews/operations/create-folder.ts';
import { createItem } from '../../../src/ews/operations/create-item.ts';
import { deleteAttachment } from '../../../src/ews/operations/delete-attachment.ts';
import { deleteFolder } from '../../../src/ews/operations/delete-folder.ts';
import { deleteItem } from '../../../src/ews/operations/delete-item.ts';
import { readEnvelope } from '../../../src/ews/operations/envelope.ts';
import { findFolder } from '../../../src/ews/operations/find-folder.ts';
import { findItem } from '../../../src/ews/operations/find-item.ts';
import { getAttachment } from '../../../src/ews/operations/get-attachment.ts';
import { getFolder } from '../../../src/ews/operations/get-folder.ts';
import { getItem } from '../../../src/ews/operations/get-item.ts';
import { moveItem } from '../../../src/ews/operations/move-item.ts';
import type { Operation } from '../../../src/ews/operations/operation.ts';
import { syncFolderItems } from '../../../src/ews/operations/sync-folder-items.ts';
import { updateItem } from '../../../src/ews/operations/update-item.ts';
import { examplesDir, requireFiles } from './microsoft-schema.ts';

const operations = new Map<string, Operation<never, unknown>>(
  [
    ...[syncFolderItems, getItem, createItem, updateItem, deleteItem, findItem, getFolder, findFolder],
    ...[createFolder, deleteFolder, moveItem, getAttachment, createAttachment, deleteAttachment],
  ].map((operation) => [operation.name, operation as unknown as Operation<never, unknown>]),
);

const kinds =
  'Item|Message|CalendarItem|Contact|DistributionList|MeetingMessage|MeetingRequest|MeetingResponse|MeetingCancellation|Task|PostItem';
const isKind = kinds
  .split('|')
  .map((kind) => `self::*[local-name()="${kind}"]`)
  .join(' or ');
const item = `//*[local-name()="Items" or local-name()="Create" or local-name()="Update"]/*[${isKind}]`;
const contact = `//*[local-name()="Items" or local-name()="Create" or local-name()="Update"]/*[local-name()="Contact"]`;
const named = (...names: string[]): string => names.map((name) => `local-name()="${name}"`).join(' or ');
const directFields = named(
  ...['GivenName', 'MiddleName', 'Nickname', 'CompanyName', 'BusinessHomePage', 'Department', 'Generation'],
  ...['JobTitle', 'Surname', 'Body'],
);
const dictionaries = named('EmailAddresses', 'PhoneNumbers');
const addressParts = named('Street', 'City', 'State', 'CountryOrRegion', 'PostalCode');

/** What the codec models, found by xmllint instead of by the codec. */
const modelled = [
  `${item}/*[local-name()="ItemId"]/@Id`,
  `${item}/*[local-name()="ItemId"]/@ChangeKey`,
  `//*[local-name()="Delete" or local-name()="ReadFlagChange"]/*[local-name()="ItemId"]/@Id`,
  `${item}/*[local-name()="ItemClass"]/text()`,
  `//*[local-name()="ResponseCode"]/text()`,
  `//*[local-name()="SyncState"]/text()`,
  `//*[local-name()="Folders"]/*/*[local-name()="FolderId"]/@Id`,
  `//*[local-name()="Folders"]/*/*[local-name()="FolderId"]/@ChangeKey`,
  `//*[local-name()="Folders"]/*/*[local-name()="DisplayName"]/text()`,
  `//*[local-name()="Folders"]/*/*[local-name()="FolderClass"]/text()`,
  `//*[local-name()="FileAttachment"]/*[local-name()="AttachmentId"]/@*`,
  `//*[local-name()="FileAttachment"]/*[${named('Name', 'ContentType', 'Content')}]/text()`,
  `//*[local-name()="RootItemId"]/@*`,
  `${contact}/*[${directFields}]/text()`,
  `${contact}/*[${dictionaries}]/*/text()`,
  `${contact}/*[local-name()="PhysicalAddresses"]/*/*[${addressParts}]/text()`,
  `${contact}/*[local-name()="Categories"]/*/text()`,
];

/** Each node apart: xmllint prints text nodes without anything between them. */
function nodesOf(file: string): string[] {
  const found: string[] = [];
  for (const path of modelled) {
    const count = Number(xpath(file, `count(${path})`));
    for (let index = 1; index <= count; index++) found.push(xpath(file, `string((${path})[${index}])`));
  }
  return found.map((value) => value.trim()).filter((value) => value !== '');
}

function xpath(file: string, expression: string): string {
  const run = spawnSync('xmllint', ['--nonet', '--xpath', expression, file], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`xmllint: ${run.stderr}`);
  return run.stdout.replace(/\n$/, '');
}

function textsIn(value: unknown, texts: string[] = []): string[] {
  if (typeof value === 'string') texts.push(value.trim());
  else if (value instanceof Map || value instanceof Set)
    for (const entry of value.values()) textsIn(entry, texts);
  else if (typeof value === 'object' && value !== null)
    Object.values(value).forEach((entry) => textsIn(entry, texts));
  return texts;
}

function examples(): { file: string; operation: string }[] {
  const index = join(examplesDir, 'INDEX.tsv');
  if (!existsSync(index)) return [];
  const rows = readFileSync(index, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'));
  return rows
    .filter(
      ([kind, operation, , , , state]) =>
        kind === 'responses' && state === 'well-formed' && operations.has(operation ?? ''),
    )
    .filter((row) => row.slice(8).includes('valid'))
    .map((row) => ({ operation: row[1] ?? '', file: row[2] ?? '' }));
}

describe("Microsoft's example answers", () => {
  it('are there', function () {
    requireFiles(this, join(examplesDir, 'INDEX.tsv'));
    expect(examples().length).to.be.greaterThan(80);
  });

  for (const name of operations.keys()) {
    const files = examples().filter(({ operation }) => operation === name);
    if (files.length === 0) continue;
    it(`of ${name} (${files.length}) lose nothing that the codec models`, function () {
      requireFiles(this, join(examplesDir, 'INDEX.tsv'));
      this.timeout(60_000);
      const operation = operations.get(name);
      if (!operation) throw new Error(name);
      let checked = 0;
      for (const { file } of files) {
        const path = join(examplesDir, file);
        const decoded = textsIn(readEnvelope(readFileSync(path, 'utf8').trimStart(), operation));
        for (const text of nodesOf(path)) {
          const at = decoded.indexOf(text);
          expect(at, `${file}: ${text.slice(0, 80)}`).to.be.at.least(0);
          decoded.splice(at, 1);
          checked++;
        }
      }
      expect(checked).to.be.at.least(files.length);
    });
  }
});
