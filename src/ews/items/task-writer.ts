/** Task values as the XML of CreateItem and UpdateItem (Microsoft: Task). */
import { parseRule } from '../../sync/calendar/rule-text.ts';
import type { RecurrenceRule } from '../../sync/calendar/recurrence-rule.ts';
import type { Values } from '../../sync/model.ts';
import { textElement } from '../soap-writer.ts';
import type { EwsSchema } from '../versions.ts';
import { formatCalendarDate } from './calendar-date.ts';
import {
  bodyElement,
  categoriesElement,
  deleteField,
  extendedProperty,
  plainText,
  setField,
  tagsOf,
} from './item-parts.ts';
import { bodyPath, fieldPath, stampPath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { unwritableRecurrence, writeRecurrence } from './recurrence-xml.ts';
import { parseInstant, reminderChanges, reminderElements } from './reminder.ts';
import { importanceToEws, statusToEws } from './task-terms.ts';

/** The day a series of tasks counts from. */
function seriesStart(values: Values): string {
  return plainText(values['startDate']) || plainText(values['dueDate']);
}

function ruleOf(values: Values): RecurrenceRule | null {
  const text = plainText(values['recurrence']);
  const start = seriesStart(values);
  if (text === '' || formatCalendarDate(start) === null) return null;
  const result = parseRule(text, { start, timeZone: 'Etc/UTC' });
  return 'problem' in result ? null : result.rule;
}

/** A value that no EWS task of this schema can hold, found before anything was sent. */
export function unwritableTaskField(values: Values, resulting: Values, schema: EwsSchema): string | null {
  for (const field of ['startDate', 'dueDate', 'completedDate']) {
    const date = plainText(values[field]);
    if (date !== '' && formatCalendarDate(date) === null) return field;
  }
  const all = { ...resulting, ...values };
  const isWritten = ['recurrence', 'startDate', 'dueDate'].some((field) => field in values);
  if (isWritten && plainText(all['recurrence']) !== '') {
    const rule = ruleOf(all);
    if (rule === null || unwritableRecurrence(rule, seriesStart(all), 'task', schema) !== null)
      return 'recurrence';
  }
  const status = plainText(values['status']);
  if (status !== '' && statusToEws(status) === undefined) return 'status';
  const priority = plainText(values['priority']);
  if (priority !== '' && importanceToEws(priority) === undefined) return 'priority';
  const reminder = plainText(values['reminder']);
  if (reminder !== '' && parseInstant(reminder) === null) return 'reminder';
  const percent = plainText(values['percentComplete']);
  return percent !== '' && !/^(100|[1-9]?\d)$/.test(percent) ? 'percentComplete' : null;
}

/** One property of a task: its path, and its element for a value; an empty element where there is none. */
interface TaskPart {
  readonly fields: readonly string[];
  readonly path: PropertyPath;
  readonly xml: (values: Values, schema: EwsSchema) => string;
}

function text(field: string, path: PropertyPath, element: string): TaskPart {
  return {
    fields: [field],
    path,
    xml: (values) => {
      const value = plainText(values[field]);
      return value === '' ? '' : textElement(element, value);
    },
  };
}

function date(field: string, element: string): TaskPart {
  return {
    fields: [field],
    path: fieldPath(`task:${element}`),
    xml: (values) => {
      const moment = formatCalendarDate(plainText(values[field]));
      return moment === null ? '' : textElement(`t:${element}`, moment);
    },
  };
}

const beforeReminder: readonly TaskPart[] = [
  text('subject', fieldPath('item:Subject'), 't:Subject'),
  {
    fields: ['notes'],
    path: bodyPath,
    xml: (values) => {
      const notes = plainText(values['notes']);
      return notes === '' ? '' : bodyElement(notes);
    },
  },
  {
    fields: ['categories'],
    path: fieldPath('item:Categories'),
    xml: (values) => {
      const tags = tagsOf(values['categories']);
      return tags.length === 0 ? '' : categoriesElement(tags);
    },
  },
  {
    fields: ['priority'],
    path: fieldPath('item:Importance'),
    // There is no task without an importance.
    xml: (values) =>
      textElement('t:Importance', importanceToEws(plainText(values['priority']) || 'normal') ?? ''),
  },
];

const completedDate = date('completedDate', 'CompleteDate');

/** In the order of the schema, after the day of completion. */
const afterReminder: readonly TaskPart[] = [
  date('dueDate', 'DueDate'),
  {
    fields: ['percentComplete'],
    path: fieldPath('task:PercentComplete'),
    xml: (values) => textElement('t:PercentComplete', plainText(values['percentComplete']) || '0'),
  },
  {
    fields: ['recurrence', 'startDate', 'dueDate'],
    path: fieldPath('task:Recurrence'),
    xml: (values, schema) => {
      const rule = ruleOf(values);
      return rule === null ? '' : writeRecurrence(rule, seriesStart(values), schema);
    },
  },
  date('startDate', 'StartDate'),
  {
    fields: ['status'],
    path: fieldPath('task:Status'),
    xml: (values) => textElement('t:Status', statusToEws(plainText(values['status']) || 'notStarted') ?? ''),
  },
];

/**
 * The day of completion sets status and percentage; written beside it, a status would set the day to today
 * (MS-OXWSTASK, 2.2.4.3).
 */
function followsCompletion({ fields }: TaskPart): boolean {
  return fields[0] === 'status' || fields[0] === 'percentComplete';
}

const isCompleted = (values: Values): boolean => values['status'] === 'completed';

/** `<t:Task>` for CreateItem. */
export function writeTask(values: Values, stamp: string, schema: EwsSchema): string {
  const completed = isCompleted(values) ? completedDate.xml(values, schema) : '';
  const xmlOf = (parts: readonly TaskPart[]): string =>
    parts
      .filter((part) => completed === '' || !followsCompletion(part))
      .map(({ xml }) => xml(values, schema))
      .join('');
  const reminder = plainText(values['reminder']);
  return (
    `<t:Task>${xmlOf(beforeReminder)}${reminder === '' ? '' : reminderElements(reminder)}` +
    `${extendedProperty(stampPath, stamp)}${completed}${xmlOf(afterReminder)}</t:Task>`
  );
}

/** The changes of one task for UpdateItem. */
export function writeTaskChanges(values: Values, resulting: Values, schema: EwsSchema): string {
  const all = { ...resulting, ...values };
  let changes = '';
  const completes = isCompleted(all) && 'status' in values && plainText(all['completedDate']) !== '';
  for (const part of [...beforeReminder, ...afterReminder, completedDate]) {
    const { fields, path, xml } = part;
    if (completes && followsCompletion(part)) continue;
    if (!fields.some((field) => field in values) && !(completes && part === completedDate)) continue;
    // A series that is none stays none; one whose dates move is written again with them.
    if (fields[0] === 'recurrence' && !('recurrence' in values) && plainText(all['recurrence']) === '')
      continue;
    // The server takes the day away with the status.
    if (fields[0] === 'completedDate' && !isCompleted(all)) continue;
    const element = xml(all, schema);
    changes += element === '' ? deleteField(path) : setField(path, 'Task', element);
  }
  if ('reminder' in values) changes += reminderChanges(plainText(values['reminder']), 'Task');
  return changes;
}
