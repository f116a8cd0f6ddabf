import { DAY_MS, dayOf, dayText } from '../calendar/local-time.ts';
import { NOTES } from '../name-pool.ts';
import type { TaskRecurrence } from '../kinds/task-recurrence.ts';
import type { PropertyValue } from '../stored-item.ts';
import type { Dice } from './dice.ts';
import { TASKS } from './text-pool.ts';

export interface GeneratedItem {
  readonly values: Map<string, PropertyValue>;
  /** When it was made; milliseconds UTC. */
  readonly at: number;
}

/** A task with the values the server keeps of one, from the two years before `now` and the half year after. */
export function generatedTask(dice: Dice, owner: string, now: number): GeneratedItem {
  const { pick, chance, between } = dice;
  const created = now - between(0, 700) * DAY_MS;
  const due = dayOf(created) + between(1, 180);
  const values = new Map<string, PropertyValue>([
    ['item:ItemClass', 'IPM.Task'],
    ['task:Owner', owner],
    ['item:Subject', pick(TASKS)],
    ['task:DueDate', `${dayText(due)}T00:00:00Z`],
  ]);
  if (chance(0.6)) values.set('task:StartDate', `${dayText(due - between(0, 14))}T00:00:00Z`);
  if (chance(0.5)) values.set('item:Body', pick(NOTES));
  if (chance(0.2)) values.set('item:Importance', pick(['High', 'Low']));
  if (chance(0.25)) values.set('item:Categories', [pick(['Office', 'Privé', 'Kunde', 'VIP'])]);
  if (chance(0.12)) {
    values.set('task:Recurrence', taskRecurrence(dice, due));
  } else if (due * DAY_MS < now && chance(0.85)) {
    values.set('task:Status', 'Completed').set('task:PercentComplete', '100');
    values.set('task:CompleteDate', `${dayText(due)}T00:00:00Z`);
  } else if (chance(0.4)) {
    values.set('task:Status', pick(['InProgress', 'WaitingOnOthers', 'Deferred']));
    values.set('task:PercentComplete', String(between(1, 9) * 10));
  }
  values.set('task:ChangeCount', '1');
  return { values, at: created };
}

function taskRecurrence({ pick, between, chance }: Dice, start: number): TaskRecurrence {
  const range = chance(0.5)
    ? ({ kind: 'noEnd', start } as const)
    : ({ kind: 'numbered', start, count: between(2, 60) } as const);
  const rule = pick([
    { unit: 'Weekly' as const, interval: between(1, 4), range },
    { pattern: { kind: 'absoluteMonthly' as const, interval: 1, dayOfMonth: between(1, 31) }, range },
    { pattern: { kind: 'daily' as const, interval: between(1, 5) }, range },
  ]);
  return { structure: 'taskRecurrence', rule };
}
