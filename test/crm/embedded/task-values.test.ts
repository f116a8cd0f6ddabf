import { expect } from 'chai';
import { cleanTask, settleTask, taskTitle } from '../../../src/crm/embedded/task-values.ts';
import type { Values } from '../../../src/sync/model.ts';

const now = Date.UTC(2026, 4, 17, 23, 59);

const settled = (written: Values, present: Values = {}): Values => {
  const result = settleTask(written, present, now);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result.values;
};
const wrongFields = (input: Values): string[] => {
  const cleaned = cleanTask(input);
  const result = cleaned.kind === 'valid' ? settleTask(cleaned.values, {}, now) : cleaned;
  return result.kind === 'invalid' ? result.problems.map(({ field }) => field) : [];
};
/** `status percent day`. */
const progress = ({ status, percentComplete, completedDate }: Values): string =>
  [status, percentComplete, completedDate].filter(Boolean).join(' ');

const done: Values = { status: 'completed', percentComplete: '100', completedDate: '2026-01-02' };
const half: Values = { status: 'inProgress', percentComplete: '50' };
const waiting: Values = { status: 'waitingOnOthers', percentComplete: '50' };
const fresh: Values = { status: 'notStarted', percentComplete: '0' };

describe('task values', () => {
  it('have their defaults from the start', () => {
    expect(settled({ subject: 'A' })).to.deep.equal({ subject: 'A', priority: 'normal', ...fresh });
    expect(settled({ priority: null }, { ...fresh, priority: 'high' }).priority).to.equal('normal');
  });

  const steps: [what: string, present: Values, written: Values, then: string][] = [
    ['completed today', half, { status: 'completed' }, 'completed 100 2026-05-17'],
    [
      'completed on a day',
      half,
      { status: 'completed', completedDate: '2026-05-01' },
      'completed 100 2026-05-01',
    ],
    ['completed by its day', half, { completedDate: '2026-05-01' }, 'completed 100 2026-05-01'],
    ['completed by 100 %', half, { percentComplete: '100' }, 'completed 100 2026-05-17'],
    ['completed again', done, { status: 'completed' }, 'completed 100 2026-01-02'],
    [
      'completed, whatever the percentage says',
      half,
      { status: 'completed', percentComplete: '10' },
      'completed 100 2026-05-17',
    ],
    ['taken up again', done, { status: 'inProgress' }, 'inProgress 0'],
    ['taken up again at 80 %', done, { percentComplete: '80' }, 'inProgress 80'],
    ['opened by a day that is cleared', done, { completedDate: null }, 'notStarted 0'],
    ['opened by a status that is cleared', done, { status: null }, 'notStarted 0'],
    ['put back', half, { status: 'notStarted' }, 'notStarted 0'],
    ['put back by 0 %', half, { percentComplete: '0' }, 'notStarted 0'],
    ['begun by 10 %', fresh, { percentComplete: '10' }, 'inProgress 10'],
    ['waiting with a percentage', waiting, { percentComplete: '60' }, 'waitingOnOthers 60'],
    ['put off with what is done', half, { status: 'deferred' }, 'deferred 50'],
    [
      'in progress, whatever the day says',
      fresh,
      { status: 'inProgress', completedDate: '2026-05-01' },
      'inProgress 0',
    ],
    [
      'not started, whatever the percentage says',
      fresh,
      { status: 'notStarted', percentComplete: '30' },
      'notStarted 0',
    ],
    ['without a percentage', waiting, { percentComplete: null }, 'waitingOnOthers 0'],
    ['left alone by other fields', done, { subject: 'B' }, 'completed 100 2026-01-02'],
  ];
  for (const [what, present, written, then] of steps) {
    it(`of a task ${what} say one thing, and the same when they are written again`, () => {
      const values = settled(written, present);
      expect(progress(values)).to.equal(then);
      expect(settled(values, values)).to.deep.equal(values);
      expect(settled(values)).to.deep.equal(values);
    });
  }

  it('spell a rule in one way, counted from the start, else the due date', () => {
    expect(settled({ startDate: '2026-05-18', recurrence: 'FREQ=WEEKLY;INTERVAL=1' }).recurrence).to.equal(
      'FREQ=WEEKLY;BYDAY=MO',
    );
    expect(settled({ dueDate: '2026-05-19', recurrence: 'FREQ=WEEKLY' }).recurrence).to.equal(
      'FREQ=WEEKLY;BYDAY=TU',
    );
  });

  const wrong: [what: string, values: Values, field: string][] = [
    ['a status of another program', { status: 'Completed' }, 'status'],
    ['an unknown priority', { priority: 'urgent' }, 'priority'],
    ['101 %', { percentComplete: '101' }, 'percentComplete'],
    ['a time as a due date', { dueDate: '2026-05-17T10:00:00' }, 'dueDate'],
    ['a reminder without a zone', { reminder: '2026-05-17T10:00:00' }, 'reminder'],
    ['a broken rule', { startDate: '2026-05-18', recurrence: 'FREQ=SOMETIMES' }, 'recurrence'],
    ['a rule without a day to count from', { recurrence: 'FREQ=DAILY' }, 'recurrence'],
    ['a field of events', { location: 'Here' }, 'location'],
  ];
  for (const [what, values, field] of wrong) {
    it(`refuse ${what}`, () => expect(wrongFields(values)).to.deep.equal([field]));
  }

  it('have a title', () => {
    expect([taskTitle({ subject: 'A' }), taskTitle({})]).to.deep.equal(['A', '(no subject)']);
  });
});
