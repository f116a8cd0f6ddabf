/** Words of tasks in EWS and in ours (Microsoft: Status (Task), Importance). */

const statuses = {
  notStarted: 'NotStarted',
  inProgress: 'InProgress',
  completed: 'Completed',
  waitingOnOthers: 'WaitingOnOthers',
  deferred: 'Deferred',
} as const;

const importances = { low: 'Low', normal: 'Normal', high: 'High' } as const;

function reversed(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).map(([ours, theirs]) => [theirs, ours]));
}

const ourStatuses = reversed(statuses);
const ourImportances = reversed(importances);

/** Undefined for a word that is not one of ours. */
export function statusToEws(status: string): string | undefined {
  return (statuses as Readonly<Record<string, string>>)[status];
}

export function statusFromEws(status: string): string | undefined {
  return ourStatuses.get(status);
}

export function importanceToEws(priority: string): string | undefined {
  return (importances as Readonly<Record<string, string>>)[priority];
}

export function importanceFromEws(importance: string): string | undefined {
  return ourImportances.get(importance);
}
