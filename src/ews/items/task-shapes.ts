/** Reads tasks. */
import { formatRule } from '../../sync/calendar/rule-text.ts';
import { shapes } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { parseCalendarDate } from './calendar-date.ts';
import { bodyOf, categoriesShape, itemChildren, rawText, textOf } from './read-item.ts';
import type { ReadItem } from './read-item.ts';
import { recurrenceOf, recurrenceShape } from './recurrence-xml.ts';
import { parseInstant } from './reminder.ts';
import { importanceFromEws, statusFromEws } from './task-terms.ts';

/** A text that becomes a field, or one that cannot be taken over when `parse` does not know it. */
function parsed(field: string, parse: (text: string) => string | null | undefined): Shape<ReadItem> {
  return {
    text: (item, value) => {
      const text = value.trim();
      const found = text === '' ? '' : parse(text);
      if (found === null || found === undefined) item.unreadable.add(field);
      else if (found !== '') item.values[field] = found;
    },
  };
}

function percent(text: string): string | null {
  const number = Math.round(Number(text));
  return number >= 0 && number <= 100 ? String(number) : null;
}

/** Children of `<t:Task>`. */
export const taskChildren = new Map<string, Shape<ReadItem>>([
  ...itemChildren,
  ...shapes<ReadItem>({
    't:Subject': textOf('subject'),
    't:Body': bodyOf('notes'),
    't:Categories': categoriesShape,
    't:Importance': parsed('priority', importanceFromEws),
    't:ReminderDueBy': parsed('reminder', parseInstant),
    't:ReminderIsSet': rawText('ReminderIsSet'),
    't:CompleteDate': parsed('completedDate', parseCalendarDate),
    't:DueDate': parsed('dueDate', parseCalendarDate),
    't:PercentComplete': parsed('percentComplete', percent),
    't:Recurrence': recurrenceShape((item: ReadItem, read) => {
      item.recurrence = read;
    }),
    't:StartDate': parsed('startDate', parseCalendarDate),
    't:Status': parsed('status', statusFromEws),
  }),
]);

/** The rule of a task, null without one, undefined where it is of a kind we cannot keep. */
export function taskRule({ recurrence }: ReadItem): string | null | undefined {
  if (recurrence === null) return null;
  const result = recurrenceOf(recurrence);
  return 'problem' in result ? undefined : formatRule(result.rule);
}
