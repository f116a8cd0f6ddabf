import { field } from './field-spec.ts';
import type { FieldSpec } from './field-spec.ts';

/** `status` of a task, in the order people work (Microsoft: TaskStatusType). Null is read as `notStarted`. */
export const taskStatuses = ['notStarted', 'inProgress', 'waitingOnOthers', 'deferred', 'completed'] as const;

/** `priority`. Null is read as `normal`. */
export const priorities = ['low', 'normal', 'high'] as const;

/**
 * Every field of a task (PRODUCT 30). Status, percentage and the day of completion say one thing: a completed task is at
 * 100 % and has a day (MS-OXWSTASK, 2.2.4.3). `reminder` is an instant.
 */
export const taskFields: readonly FieldSpec[] = [
  field('subject', 'text', 'Subject'),
  field('notes', 'longText', 'Notes'),
  field('startDate', 'date', 'Start date', 'days'),
  field('dueDate', 'date', 'Due date', 'days'),
  field('recurrence', 'rule', 'Repeats', 'days'),
  field('status', 'choice', 'Status', 'progress'),
  field('percentComplete', 'number', 'Percent complete', 'progress'),
  field('completedDate', 'date', 'Completed on', 'progress'),
  field('priority', 'choice', 'Priority'),
  field('reminder', 'instant', 'Reminder'),
  field('categories', 'tags', 'Categories'),
];
