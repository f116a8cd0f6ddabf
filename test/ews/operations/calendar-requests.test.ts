import { expect } from 'chai';
import { join } from 'node:path';
import { eventKind, exceptionProperties } from '../../../src/ews/items/event-kind.ts';
import { endSeries, writeOccurrenceChanges } from '../../../src/ews/items/event-writer.ts';
import { writeOccurrenceId } from '../../../src/ews/items/identifier.ts';
import { taskKind } from '../../../src/ews/items/task-kind.ts';
import { createItem } from '../../../src/ews/operations/create-item.ts';
import { deleteItem } from '../../../src/ews/operations/delete-item.ts';
import { getItem } from '../../../src/ews/operations/get-item.ts';
import { syncFolderItems } from '../../../src/ews/operations/sync-folder-items.ts';
import { updateItem } from '../../../src/ews/operations/update-item.ts';
import { ewsSchemas } from '../../../src/ews/versions.ts';
import type { EwsSchema } from '../../../src/ews/versions.ts';
import type { Values } from '../../../src/sync/model.ts';
import { requireFiles, schemaProblems, schemasDir } from './microsoft-schema.ts';

const hostile = 'A & B <c> "d" \' \u0007\ud83d\ude00\r\nline';

const task: Values = {
  subject: hostile,
  notes: hostile,
  startDate: '2024-02-28',
  dueDate: '2024-02-29',
  recurrence: 'FREQ=WEEKLY;BYDAY=WE',
  status: 'waitingOnOthers',
  percentComplete: '40',
  completedDate: null,
  priority: 'high',
  reminder: '2024-02-28T08:30:00Z',
  categories: [hostile, 'Red'],
};
const completed: Values = { status: 'completed', percentComplete: '100', completedDate: '2024-02-29' };

const series: Values = {
  subject: hostile,
  start: '2024-03-25T09:00:00',
  end: '2024-03-25T10:00:00',
  timeZone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO',
  location: hostile,
  body: hostile,
  reminder: '10',
  busyState: 'workingElsewhere',
  privacy: 'confidential',
  categories: [hostile],
  attendees: [`required;bob@example.test;${hostile}`, 'optional;o@example.test', 'resource;r@example.test'],
};
const own: Values = {
  subject: hostile,
  start: '2024-04-09T14:00:00',
  end: '2024-04-09T15:00:00',
  location: null,
  body: hostile,
  reminder: null,
  busyState: 'free',
};

function nothingOf(values: Values): Values {
  return Object.fromEntries(Object.keys(values).map((field) => [field, null]));
}

function everyRequest(schema: EwsSchema): string[] {
  const folder = { id: 'f' };
  const update = (changes: string) => ({ id: '1', changeKey: 'k', changes });
  const events = eventKind.attributes(false);
  const empty = { ...nothingOf(series), start: '2024-12-31', end: '2025-01-01', timeZone: 'Etc/UTC' };
  return [
    ...[taskKind, eventKind].flatMap((kind) => [
      getItem.write({ ids: ['1'], properties: kind.properties(schema) }, schema),
      syncFolderItems.write(
        { folder, syncState: null, maxChanges: 100, properties: kind.keyProperties(schema) },
        schema,
      ),
    ]),
    getItem.write({ ids: ['1'], properties: exceptionProperties(schema) }, schema),
    createItem.write(
      {
        folder,
        items: [task, { ...task, ...completed }, nothingOf(task)].map((one) =>
          taskKind.write(one, 's', schema),
        ),
        attributes: taskKind.attributes(false).create,
      },
      schema,
    ),
    createItem.write(
      {
        folder,
        items: [series, empty].map((one) => eventKind.write(one, 's', schema)),
        attributes: events.create,
      },
      schema,
    ),
    updateItem.write(
      {
        updates: [task, completed, nothingOf(task)].map((one) =>
          update(taskKind.writeChanges(one, task, schema)),
        ),
        attributes: taskKind.attributes(false).update,
      },
      schema,
    ),
    updateItem.write(
      {
        updates: [series, { ...empty, recurrence: null }].map((one) =>
          update(eventKind.writeChanges(one, series, schema)),
        ),
        attributes: events.update,
      },
      schema,
    ),
    updateItem.write(
      {
        updates: [update(endSeries), update(eventKind.writeChanges(series, series, schema))],
        inSequence: true,
        attributes: events.update,
      },
      schema,
    ),
    updateItem.write(
      {
        updates: [],
        occurrences: [
          {
            reference: writeOccurrenceId('m&', 3, 'k"'),
            changes: writeOccurrenceChanges(own, series, schema),
          },
        ],
        attributes: events.update,
      },
      schema,
    ),
    deleteItem.write({ ids: ['1'], attributes: taskKind.attributes(false).remove }, schema),
    deleteItem.write(
      { ids: ['1'], occurrences: [writeOccurrenceId('m', 1)], attributes: events.remove },
      schema,
    ),
  ];
}

describe('EWS requests of tasks and events', () => {
  for (const schema of Object.values(ewsSchemas)) {
    it(`are valid in the schema of ${schema.name}`, function () {
      requireFiles(this, join(schemasDir, schema.name, 'ews.xsd'));
      expect(schemaProblems(schema.name, everyRequest(schema))).to.equal('');
    });

    it(`send no invitation, update or cancellation to ${schema.name}`, () => {
      const all = everyRequest(schema).join('');
      expect(all).not.to.match(/SendTo(?!None)|SendOnly|HardDelete|SoftDelete|AutoResolve/);
      expect(all.match(/="SendToNone"/g)).to.have.length(5);
    });
  }

  it('send an update or a cancellation where a person asked for it, and a copy to Sent Items', () => {
    expect(eventKind.attributes(true)).to.deep.equal({
      create: ' SendMeetingInvitations="SendToAllAndSaveCopy"',
      update: ' SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"',
      remove: ' SendMeetingCancellations="SendToAllAndSaveCopy"',
    });
  });
});
