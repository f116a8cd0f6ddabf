import { keyFieldsOf } from '../../sync/natural-keys.ts';
import { taskFields } from '../../sync/task-fields.ts';
import { textOf } from '../../sync/values.ts';
import { TaskEntity } from './entities.ts';
import { notesApart } from './record-kind.ts';
import type { RecordKind } from './record-kind.ts';
import type { RecordStore } from './record-store.ts';
import { cleanTask, settleTask, taskSearchText, taskTitle } from './task-values.ts';

export interface TaskFilters {
  readonly status?: string;
  /** `YYYY-MM-DD`: due earlier than that day. A task without a due date is never. */
  readonly dueBefore?: string;
}

export type TaskStore = RecordStore<TaskFilters>;

export const taskKind: RecordKind<TaskFilters> = {
  module: 'tasks',
  noun: 'task',
  entity: TaskEntity,
  fields: taskFields,
  keyFields: keyFieldsOf('tasks'),
  photos: null,
  orders: { due: { column: 'dueDate', isText: true } },
  clean: cleanTask,
  settle: settleTask,
  displayNameOf: taskTitle,
  searchTextOf: taskSearchText,
  columnsOf: (values) => ({ status: textOf(values, 'status'), dueDate: textOf(values, 'dueDate') }),
  ...notesApart,
  filter(rows, { status, dueBefore }) {
    if (status !== undefined) rows.andWhere('c.status = :status', { status });
    if (dueBefore !== undefined) {
      rows.andWhere("c.dueDate <> '' AND c.dueDate < :dueBefore", { dueBefore });
    }
  },
};
