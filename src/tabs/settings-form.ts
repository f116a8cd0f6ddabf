/** The settings as the texts of a form, and back. Pure. Fields are named as the settings are. */
import type {
  EventWindow,
  GuardLimit,
  ModuleSettings,
  SettingProblem,
  Settings,
} from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import type { Module } from '../sync/model.ts';

/** By name of the field; a box that is not ticked is ''. */
export type SettingsForm = Readonly<Record<string, string>>;

export const guarded = ['removes', 'overwrites', 'creates'] as const;

/** Every name that the form has. */
export const fieldNames: readonly string[] = [
  ...modules.flatMap((module) =>
    ['enabled', 'way', 'winner', 'deletes.crm', 'deletes.exchange', 'firstSyncCap'].map(
      (name) => `modules.${module}.${name}`,
    ),
  ),
  'privateItems',
  'eventWindow.pastDays',
  'eventWindow.futureDays',
  'schedule.kind',
  'schedule.everyMinutes',
  'schedule.cron',
  'schedule.zone',
  ...guarded.flatMap((what) => [`guard.${what}.count`, `guard.${what}.share`]),
  'guard.pauseDays',
];

/** Of the hidden fields that say what the form was filled with. */
export const loadedPrefix = 'loaded.';

const mark = (isTicked: boolean): string => (isTicked ? 'on' : '');
const number = (value: number | null): string => (value === null ? '' : String(value));
/** A share as per cent, without the traces of binary fractions. */
const percent = (share: number): string => String(Number((share * 100).toFixed(6)));

export function formOf({
  modules: rules,
  privateItems,
  eventWindow,
  schedule,
  guard,
}: Settings): SettingsForm {
  const form: Record<string, string> = {
    privateItems,
    'eventWindow.pastDays': number(eventWindow.pastDays),
    'eventWindow.futureDays': number(eventWindow.futureDays),
    'schedule.kind': 'cron' in schedule ? 'cron' : 'interval',
    'schedule.everyMinutes': 'cron' in schedule ? '5' : number(schedule.everyMinutes),
    'schedule.cron': 'cron' in schedule ? schedule.cron : '*/15 * * * *',
    'schedule.zone': 'cron' in schedule ? schedule.zone : 'UTC',
    'guard.pauseDays': number(guard.pauseDays),
  };
  for (const module of modules) {
    const { enabled, type, direction, winner, deletes, firstSyncCap } = rules[module];
    Object.assign(form, {
      [`modules.${module}.enabled`]: mark(enabled),
      [`modules.${module}.way`]: type === 'twoWay' ? 'twoWay' : direction,
      [`modules.${module}.winner`]: winner,
      [`modules.${module}.deletes.crm`]: mark(deletes.crm),
      [`modules.${module}.deletes.exchange`]: mark(deletes.exchange),
      [`modules.${module}.firstSyncCap`]: number(firstSyncCap),
    });
  }
  for (const what of guarded) {
    form[`guard.${what}.count`] = number(guard[what].count);
    form[`guard.${what}.share`] = percent(guard[what].share);
  }
  return form;
}

/** A number, or the text that is none, which no check lets pass. */
function numberIn(text: string): number {
  const trimmed = text.trim();
  return (/^-?\d{1,15}(\.\d{1,15})?$/.test(trimmed) ? Number(trimmed) : trimmed) as number;
}

function limitIn(text: string): number | null {
  return text.trim() === '' ? null : numberIn(text);
}

/**
 * The present settings with what the form names in its place; all else stays as it is. Values may be wrong: nothing of
 * it is to be used before it is checked.
 */
export function wantedSettings(present: Settings, form: SettingsForm): Settings {
  const text = (name: string): string => form[name] ?? '';
  const rulesOf = (module: Module): ModuleSettings => {
    const before = present.modules[module];
    const own = (name: string): string => text(`modules.${module}.${name}`);
    const way = own('way');
    const isOneWay = way === 'crmToExchange' || way === 'exchangeToCrm';
    return {
      ...before,
      enabled: own('enabled') === 'on',
      type: (isOneWay ? 'oneWay' : way) as ModuleSettings['type'],
      direction: isOneWay ? way : before.direction,
      // Asked where both sides may win only.
      winner: isOneWay ? before.winner : (own('winner') as ModuleSettings['winner']),
      deletes: { crm: own('deletes.crm') === 'on', exchange: own('deletes.exchange') === 'on' },
      firstSyncCap: limitIn(own('firstSyncCap')),
    };
  };
  const limitOf = (what: string): GuardLimit => {
    const share = numberIn(text(`guard.${what}.share`));
    return {
      count: numberIn(text(`guard.${what}.count`)),
      share: typeof share === 'number' ? share / 100 : share,
    };
  };
  const eventWindow: EventWindow = {
    pastDays: limitIn(text('eventWindow.pastDays')),
    futureDays: limitIn(text('eventWindow.futureDays')),
  };
  return {
    ...present,
    modules: {
      ...present.modules,
      contacts: rulesOf('contacts'),
      tasks: rulesOf('tasks'),
      events: rulesOf('events'),
    },
    privateItems: text('privateItems') as Settings['privateItems'],
    eventWindow,
    schedule:
      text('schedule.kind') === 'cron'
        ? { cron: text('schedule.cron').trim(), zone: text('schedule.zone').trim() }
        : { everyMinutes: numberIn(text('schedule.everyMinutes')) },
    guard: {
      ...present.guard,
      removes: limitOf('removes'),
      overwrites: limitOf('overwrites'),
      creates: limitOf('creates'),
      pauseDays: numberIn(text('guard.pauseDays')),
    },
  };
}

/** What the reader left as he was shown it is as it is stored now: a change of somebody else stays. */
export function onTopOf(present: Settings, typed: SettingsForm, loaded: SettingsForm): SettingsForm {
  const stored = formOf(present);
  return Object.fromEntries(
    fieldNames.map((name) => [name, (typed[name] === loaded[name] ? stored[name] : typed[name]) ?? '']),
  );
}

export interface FormProblems {
  readonly byField: ReadonlyMap<string, string>;
  /** About nothing that the form has a field for. */
  readonly others: readonly SettingProblem[];
}

export function placeProblems(problems: readonly SettingProblem[]): FormProblems {
  const byField = new Map<string, string>();
  const others: SettingProblem[] = [];
  for (const problem of problems) {
    const name = problem.path.replace(/^(modules\.\w+)\.(type|direction)$/, '$1.way');
    if (!fieldNames.includes(name)) others.push(problem);
    else if (!byField.has(name)) byField.set(name, sentence(name, problem.message));
  }
  return { byField, others };
}

function sentence(name: string, message: string): string {
  if (name.endsWith('.share')) return 'From 0 to 100 per cent.';
  if (/\.(way|winner)$|^privateItems$/.test(name)) return 'Choose one of these.';
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
