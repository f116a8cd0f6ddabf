/** Tasks as the API takes and shows them. */
import { z } from 'zod';
import type { TaskFilters, TaskStore } from '../../crm/embedded/task-store.ts';
import { taskValuesSchema } from '../../crm/embedded/task-values.ts';
import type { Values } from '../../sync/model.ts';
import { taskStatuses } from '../../sync/task-fields.ts';
import { recordSchemas, resource } from './record-schemas.ts';
import type { AnyResource } from './record-schemas.ts';

export const taskSchemas = recordSchemas({
  module: 'tasks',
  shown: taskValuesSchema,
  written: taskValuesSchema,
  searched: 'A part of the subject.',
  filters: {
    status: z.enum(taskStatuses).optional().describe('Only tasks of this status.'),
    dueBefore: z.iso
      .date()
      .optional()
      .describe('Due earlier than this day; tasks without a due date are left out.'),
  },
  orders: ['due'],
});

export function taskResource(store: TaskStore): AnyResource {
  return resource<TaskFilters>({
    module: 'tasks',
    noun: 'task',
    store,
    schemas: taskSchemas,
    listNote: 'Values hold filled fields only. In the order `due` tasks without a due date come first.',
    filters: ({ status, dueBefore }) => ({
      ...(typeof status === 'string' && { status }),
      ...(typeof dueBefore === 'string' && { dueBefore }),
    }),
    valuesOf: ({ values }) => (values ?? {}) as Values,
    bodyOf: ({ values }) => ({ values }),
    pathOf: (field) => `values.${field}`,
  });
}
