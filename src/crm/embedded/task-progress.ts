/** Status, percentage and day of completion of a task say one thing (MS-OXWSTASK, 2.2.4.3). */
import type { Values } from '../../sync/model.ts';
import { textOf } from '../../sync/values.ts';

interface Progress {
  readonly status: string;
  readonly percentComplete: string;
  /** Null unless completed. */
  readonly completedDate: string | null;
}

const fresh: Progress = { status: 'notStarted', percentComplete: '0', completedDate: null };

/**
 * What the three fields say together once `written` is put on `present`. Of those that are written the status decides,
 * else the day of completion, else the percentage; the others follow. Without a day given, a task is completed `today`
 * (YYYY-MM-DD).
 */
export function settleProgress(written: Values, present: Values, today: string): Progress {
  const before: Progress =
    written.status === null || textOf(present, 'status') === ''
      ? fresh
      : {
          status: textOf(present, 'status'),
          percentComplete: textOf(present, 'percentComplete'),
          completedDate: textOf(present, 'completedDate') || null,
        };
  const given = {
    status: textOf(written, 'status'),
    percent: textOf(written, 'percentComplete'),
    day: textOf(written, 'completedDate'),
  };
  const completed = (): Progress => ({
    status: 'completed',
    percentComplete: '100',
    completedDate: given.day || before.completedDate || today,
  });
  const open = (status: string, percent: string): Progress => ({
    status,
    percentComplete: status === 'notStarted' || percent === '100' ? '0' : percent,
    completedDate: null,
  });

  if (given.status === 'completed') return completed();
  if (given.status !== '') return open(given.status, given.percent || before.percentComplete);
  if (given.day !== '') return completed();
  if (given.percent !== '') {
    return given.percent === '100'
      ? completed()
      : open(statusAt(given.percent, before.status), given.percent);
  }
  const isReopened = written.completedDate === null || written.percentComplete === null;
  return isReopened && before.status === 'completed' ? fresh : cleared(written, before);
}

/** Who waits or has put a task off may say how far it is. */
function statusAt(percent: string, status: string): string {
  if (status === 'waitingOnOthers' || status === 'deferred') return status;
  return percent === '0' ? 'notStarted' : 'inProgress';
}

function cleared(written: Values, before: Progress): Progress {
  return written.percentComplete === null ? { ...before, percentComplete: '0' } : before;
}
