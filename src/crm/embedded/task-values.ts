/** What a task of the embedded CRM may hold. */
import { z } from 'zod';
import type { Values } from '../../sync/model.ts';
import { priorities, taskFields, taskStatuses } from '../../sync/task-fields.ts';
import { textOf } from '../../sync/values.ts';
import { checkValues, invalid, searchLines, valuesSchema } from './field-values.ts';
import type { CheckedValues } from './field-values.ts';
import { merged } from './record-kind.ts';
import { checkRule } from './rule-check.ts';
import { settleProgress } from './task-progress.ts';

export const taskValuesSchema = valuesSchema(taskFields, {
  status: z.enum(taskStatuses),
  priority: z.enum(priorities),
  percentComplete: z.string().regex(/^(0|[1-9]\d?|100)$/, 'not a whole number from 0 to 100'),
});

export function cleanTask(input: unknown): CheckedValues {
  return checkValues(taskValuesSchema, taskFields, input);
}

export function settleTask(written: Values, present: Values, nowMs: number): CheckedValues {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const values: Values = {
    priority: 'normal',
    ...merged(present, { ...written, ...settleProgress(written, present, today) }),
  };
  const start = textOf(values, 'startDate') || textOf(values, 'dueDate');
  const recurrence = textOf(values, 'recurrence');
  if (recurrence === '') return { kind: 'valid', values };
  if (start === '') return invalid('recurrence', 'a task that repeats needs a start or due date');
  const checked = checkRule(recurrence, { start, timeZone: 'Etc/UTC' });
  if ('message' in checked) return invalid('recurrence', checked.message);
  return { kind: 'valid', values: { ...values, recurrence: checked.text } };
}

export function taskTitle(values: Values): string {
  return textOf(values, 'subject') || '(no subject)';
}

export function taskSearchText(values: Values): string {
  return searchLines([taskTitle(values)]);
}
