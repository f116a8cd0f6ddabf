/** What keeps settings from being saved, wherever they are changed. */
import type { SettingProblem, Settings, SettingsStore } from '../sync/administration.ts';
import { cronProblem } from './cron.ts';

/** `wanted` may be anything; it is settings when there is no problem. */
export function settingProblems(
  store: Pick<SettingsStore, 'check'>,
  wanted: unknown,
): readonly SettingProblem[] {
  const problems = store.check(wanted);
  const schedule = problems.some(({ path }) => path.startsWith('schedule'))
    ? null
    : scheduleProblem((wanted as Settings).schedule);
  return schedule === null ? problems : [...problems, schedule];
}

function scheduleProblem(schedule: Settings['schedule']): SettingProblem | null {
  if (!('cron' in schedule)) return null;
  const message = cronProblem(schedule.cron, schedule.zone);
  if (message === null) return null;
  const isOfZone = cronProblem(schedule.cron, 'UTC') === null;
  return { path: isOfZone ? 'schedule.zone' : 'schedule.cron', message };
}
