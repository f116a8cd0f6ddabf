import type { Values } from '../../sync/model.ts';
import { taskFields } from '../../sync/task-fields.ts';
import { completeValues, noAttributes } from './item-kind.ts';
import type { ItemKind } from './item-kind.ts';
import { bodyPath, fieldPath } from './property-path.ts';
import type { ReadItem } from './read-item.ts';
import { reminderPaths } from './reminder.ts';
import { taskRule } from './task-shapes.ts';
import { unwritableTaskField, writeTask, writeTaskChanges } from './task-writer.ts';

const fields = taskFields.map(({ name }) => name);
const keyFields = ['subject', 'dueDate'];

function values(read: ReadItem): Values {
  const found: Record<string, Values[string]> = { ...completeValues(read, fields) };
  // The moment of a reminder stays when the reminder is taken away.
  if (read.raw['ReminderIsSet'] !== 'true' && 'reminder' in found) found['reminder'] = null;
  const rule = taskRule(read);
  if (rule === undefined) delete found['recurrence'];
  else found['recurrence'] = rule;
  return found;
}

/** Tasks. Microsoft: Tasks and EWS in Exchange. */
export const taskKind: ItemKind = {
  module: 'tasks',
  folder: 'tasks',
  folderClass: 'IPF.Task',
  element: 'Task',
  properties: () => [
    fieldPath('item:Subject'),
    bodyPath,
    fieldPath('item:Categories'),
    fieldPath('item:Importance'),
    ...reminderPaths,
    ...['CompleteDate', 'DueDate', 'PercentComplete', 'Recurrence', 'StartDate', 'Status'].map((name) =>
      fieldPath(`task:${name}`),
    ),
  ],
  keyProperties: () => [fieldPath('item:Subject'), fieldPath('task:DueDate')],
  values,
  keyValues: (read) => completeValues(read, keyFields),
  write: writeTask,
  writeChanges: writeTaskChanges,
  unwritableField: unwritableTaskField,
  // EWS wants to know it of every task, recurring or not.
  attributes: () => ({ ...noAttributes, remove: ' AffectedTaskOccurrences="AllOccurrences"' }),
};
