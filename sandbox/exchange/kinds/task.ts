import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import { asNew } from '../item-copy.ts';
import { readDateTime } from '../property-reader.ts';
import type { Assignment, Property, PropertyKind } from '../property.ts';
import type { RequestContext } from '../request-context.ts';
import { folderElement } from '../stored-folder.ts';
import { SEARCH_KEY, structureValue, textValue } from '../stored-item.ts';
import type { EmbeddedItem, StoredItem } from '../stored-item.ts';
import { dateTime, textElement } from '../xml-text.ts';
import type { XmlElement } from '../xml-tree.ts';
import { ITEM } from './item-properties.ts';
import { nextTask, readTaskRecurrence, taskRecurrenceElement } from './task-recurrence.ts';
import type { TaskRecurrence } from './task-recurrence.ts';

const STATUS = 'task:Status';
const PERCENT = 'task:PercentComplete';
const COMPLETED_ON = 'task:CompleteDate';
const RECURRENCE = 'task:Recurrence';
const CHANGES = 'task:ChangeCount';
const DATES = ['task:StartDate', 'task:DueDate'] as const;
const DAY_MS = 86_400_000;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  NotStarted: 'Not Started',
  InProgress: 'In Progress',
  Completed: 'Completed',
  WaitingOnOthers: 'Waiting on someone else',
  Deferred: 'Deferred',
};

function task(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `task:${element}`, kind, ...more };
}

/** What the server knows about a task, as text; absent where there is nothing to say. */
function known(
  element: string,
  text: (item: EmbeddedItem) => string | undefined,
  more: Partial<Property> = {},
): Property {
  return task(element, 'computed', {
    write: (item) => {
      const value = text(item);
      return value === undefined ? '' : textElement(element, value);
    },
    search: (item) => {
      const value = text(item);
      return value === undefined ? [] : [value];
    },
    ...more,
  });
}

/** Tasks are for days: the time of day is cut off. */
function day(element: string, more: Partial<Property> = {}): Property {
  const uri = `task:${element}`;
  return task(element, 'structure', {
    read: (given) => [[uri, `${readDateTime(given).slice(0, 10)}T00:00:00Z`]],
    write: (item) => {
      const value = textValue(item, uri);
      return value === undefined ? '' : textElement(element, value);
    },
    ...more,
  });
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/task */
export const TASK_KIND: KindDefinition = {
  name: 'Task',
  itemClass: 'IPM.Task',
  homeFolder: 'tasks',
  properties: [
    ...ITEM,
    task('ActualWork', 'integer'),
    known('AssignedTime', () => undefined),
    task('BillingInformation', 'text'),
    known('ChangeCount', (item) => textValue(item, CHANGES) ?? '1'),
    task('Companies', 'list'),
    day('CompleteDate'),
    task('Contacts', 'list'),
    known('DelegationState', () => undefined),
    known('Delegator', () => undefined),
    day('DueDate', { inDefault: true }),
    known('IsAssignmentEditable', () => '0'),
    known('IsComplete', (item) => String(isComplete(item))),
    known('IsRecurring', (item) => String(item.values.has(RECURRENCE))),
    known('IsTeamTask', () => 'false'),
    task('Mileage', 'text'),
    task('Owner', 'text', { createOnly: true }),
    task('PercentComplete', 'double', { inDefault: true, fallback: '0' }),
    task('Recurrence', 'structure', {
      getItemOnly: true,
      read: (element) => [[RECURRENCE, readTaskRecurrence(element)]],
      write: (item) => {
        const recurrence = recurrenceOf(item);
        return recurrence === undefined ? '' : taskRecurrenceElement(recurrence);
      },
    }),
    day('StartDate', { inDefault: true }),
    task('Status', 'enum', { inDefault: true, values: Object.keys(DESCRIPTIONS), fallback: 'NotStarted' }),
    known('StatusDescription', (item) => DESCRIPTIONS[textValue(item, STATUS) ?? 'NotStarted']),
    task('TotalWork', 'integer'),
  ],
  settle,
  create(draft, place, { mailbox, stamp }) {
    const folder = place.folder ?? mailbox.distinguishedFolder('tasks');
    if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
    if (folderElement(folder.folderClass) !== 'TasksFolder' && folder.distinguished !== 'deleteditems')
      throw new ItemError('ErrorCannotCreateTaskInNonTaskFolder');
    return [mailbox.addItem(folder, draft, stamp)];
  },
  updated(item, _given, _request, context) {
    return isComplete(item) ? completedOccurrence(item, context) : item;
  },
  checkDelete(_item, request) {
    if (request.attributes['AffectedTaskOccurrences'] === undefined)
      throw new ItemError('ErrorAffectedTaskOccurrencesRequired');
  },
  remove: removeOccurrence,
};

function recurrenceOf(item: EmbeddedItem): TaskRecurrence | undefined {
  return structureValue<TaskRecurrence>(item, RECURRENCE, 'taskRecurrence');
}

function isComplete(item: EmbeddedItem): boolean {
  return textValue(item, STATUS) === 'Completed';
}

/** Status, PercentComplete and CompleteDate move together; the one given last decides (MS-OXWSTASK R67001, R67002). */
function settle(
  given: readonly Assignment[],
  item: StoredItem | undefined,
  context: RequestContext,
): readonly Assignment[] {
  const state = new Map<string, string | undefined>(
    [STATUS, PERCENT, COMPLETED_ON].map((key) => [
      key,
      item === undefined ? undefined : textValue(item, key),
    ]),
  );
  const become = (status: string, percent: string | undefined, completedOn?: string): void => {
    state.set(STATUS, status).set(PERCENT, percent).set(COMPLETED_ON, completedOn);
  };
  for (const [key, assigned] of given) {
    const value = typeof assigned === 'string' ? assigned : undefined;
    const status = state.get(STATUS) ?? 'NotStarted';
    if (key === STATUS) {
      if (value === 'Completed') complete();
      else if (value === 'NotStarted' || value === undefined) become('NotStarted', '0');
      else become(value, status === 'Completed' ? '0' : state.get(PERCENT));
    } else if (key === PERCENT) {
      const percent = Number(value ?? 0);
      if (percent < 0 || percent > 100) throw new ItemError('ErrorInvalidPercentCompleteValue');
      if (percent === 100) complete();
      else if (percent === 0) become('NotStarted', '0');
      else {
        const waiting = status === 'WaitingOnOthers' || status === 'Deferred';
        become(waiting ? status : 'InProgress', String(percent));
      }
    } else if (key === COMPLETED_ON) {
      if (value === undefined) become('NotStarted', '0');
      else complete(value);
    }
  }
  function complete(on = `${dateTime(context.stamp.at).slice(0, 10)}T00:00:00Z`): void {
    if (Date.parse(on) > context.stamp.at + DAY_MS) throw new ItemError('ErrorInvalidCompleteDate');
    become('Completed', '100', on);
  }
  const changes = item === undefined ? 1 : Number(textValue(item, CHANGES) ?? 1) + 1;
  return [
    ...(item === undefined ? ([['task:Owner', context.mailbox.name]] as const) : []),
    ...given.filter(([key]) => !state.has(key)),
    ...state,
    [CHANGES, String(changes)],
  ];
}

/**
 * The item of a series becomes its next task; what was completed stays behind as an item of its own, which the answer
 * names. After the last one there is nothing to become.
 */
function completedOccurrence(item: StoredItem, { mailbox, stamp }: RequestContext): StoredItem {
  const done = textValue(item, COMPLETED_ON) ?? dateTime(stamp.at);
  const before = asNew(item);
  if (!advance(item, done)) {
    item.values.delete(RECURRENCE);
    return item;
  }
  before.values.delete(RECURRENCE);
  before.values.delete(SEARCH_KEY);
  return mailbox.addItem(item.folder, before, stamp);
}

/** Moves a recurring task on; false when it was the last, or is no recurring one. */
function advance(item: StoredItem, done: string): boolean {
  const recurrence = recurrenceOf(item);
  if (recurrence === undefined) return false;
  const due = DATES.map((key) => textValue(item, key)).find((date) => date !== undefined) ?? done;
  const next = nextTask(recurrence, { current: due, done });
  if (next === undefined) return false;
  const shiftMs = Date.parse(`${next.day}T00:00:00Z`) - Date.parse(due);
  for (const key of DATES) {
    const date = textValue(item, key);
    if (date !== undefined) item.values.set(key, dateTime(Date.parse(date) + shiftMs));
  }
  item.values.set(RECURRENCE, next.recurrence);
  item.values.set(STATUS, 'NotStarted').set(PERCENT, '0').delete(COMPLETED_ON);
  return true;
}

/**
 * SpecifiedOccurrenceOnly skips one task of a series; there must be a next one.
 * https://learn.microsoft.com/exchange/client-developer/exchange-web-services/handling-deletion-related-errors-in-ews-in-exchange
 */
function removeOccurrence(
  item: StoredItem,
  request: XmlElement,
  { mailbox, stamp }: RequestContext,
): boolean {
  if (request.attributes['AffectedTaskOccurrences'] !== 'SpecifiedOccurrenceOnly') return false;
  if (!advance(item, dateTime(stamp.at))) throw new ItemError('ErrorCannotDeleteTaskOccurrence');
  mailbox.touchItem(item, stamp);
  return true;
}
