import { expect } from 'chai';
import type { SealedValue } from '../../src/sync/model.ts';
import { fieldsIn } from '../../src/sync/fields.ts';
import { toldChanges, toldLosers, valueText } from '../../src/sync/told-actions.ts';
import { emptyBody } from '../../src/sync/undo.ts';

const none = new Map<string, string>();

function told(name: string, value: SealedValue, module: 'contacts' | 'tasks' | 'events' = 'events'): string {
  const spec = fieldsIn(module, { [name]: value }).find((one) => one.name === name);
  if (spec === undefined) throw new Error(`there is no field ${name}`);
  return valueText(spec, value, none);
}

describe('values in words', () => {
  for (const [name, value, text] of [
    ['start', '2026-03-02T09:05:00', '2 Mar 2026, 09:05'],
    ['start', '2026-03-02', '2 Mar 2026'],
    ['timeZone', 'Europe/Berlin', 'Europe/Berlin'],
    ['busyState', 'outOfOffice', 'Out of office'],
    ['reminder', '15', '15 minutes before'],
    ['reminder', '0', 'At the start'],
    [
      'attendees',
      ['required;bob@example.test;Bob Keller', 'optional;eva@example.test'],
      'Bob Keller <bob@example.test>, eva@example.test (optional)',
    ],
    ['organizer', 'organizer;alice@example.test;Alice', 'Alice <alice@example.test>'],
    ['replies', ['accepted;bob@example.test'], 'bob@example.test: accepted'],
    ['recurrence', 'FREQ=DAILY;COUNT=10', 'Every day, 10 times'],
    ['recurrence', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR', 'Every 2 weeks on Monday, Wednesday and Friday'],
    [
      'recurrence',
      'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260630',
      'Every month on the last Friday, until 30 Jun 2026',
    ],
    ['recurrence', 'FREQ=MONTHLY;BYMONTHDAY=-1', 'Every month on the last day'],
    ['recurrence', 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', 'Every year on 24 December'],
    ['recurrence', 'FREQ=HOURLY', 'FREQ=HOURLY'],
    ['body', 'x'.repeat(2_001), `${'x'.repeat(2_000)}… (2001 characters)`],
    ['location', '  ', ''],
  ] as const) {
    it(`says ${text.slice(0, 60) || 'nothing'} for ${name} ${JSON.stringify(value).slice(0, 60)}`, () => {
      expect(told(name, value)).to.equal(text);
    });
  }

  it('says those of tasks and contacts', () => {
    expect(told('status', 'waitingOnOthers', 'tasks')).to.equal('Waiting on others');
    expect(told('percentComplete', '50', 'tasks')).to.equal('50 %');
    expect(told('reminder', '2026-03-02T09:00:00Z', 'tasks')).to.equal('2 Mar 2026, 09:00 UTC');
    expect(told('recurrence', 'FREQ=WEEKLY;X-EXSYNC-REGENERATE=TRUE', 'tasks')).to.equal(
      '1 week after the last one was completed',
    );
    const photo = { hash: 'h', size: 4_096, mediaType: 'image/jpeg' };
    expect(told('photo', photo, 'contacts')).to.equal('A picture of 3 kB');
    expect(told('categories', ['Customer', 'VIP'], 'contacts')).to.equal('Customer, VIP');
  });
});

describe('actions in words', () => {
  it('names an occurrence by its day, and leaves out what only programs read', () => {
    const values = {
      subject: 'Standup',
      uid: '040000008200E',
      role: 'organiser',
      '@2026-03-09T10:00:00': 'changed',
      '@2026-03-09T10:00:00/start': '2026-03-09T11:00:00',
    };
    const changes = toldChanges('events', { ...emptyBody, kind: 'update', values }, none);
    expect(changes.map(({ label, after }) => [label, after])).to.deep.equal([
      ['Subject', 'Standup'],
      ['Occurrence of 9 Mar 2026, 10:00', 'Changed'],
      ['Occurrence of 9 Mar 2026, 10:00: Start', '9 Mar 2026, 11:00'],
    ]);
  });

  it('tells of a creation what is filled, of a deletion what was', () => {
    const create = { ...emptyBody, kind: 'create', values: { surname: 'Berg', company: null } } as const;
    expect(toldChanges('contacts', create, none).map(({ after }) => after)).to.deep.equal(['Berg']);
    const remove = { ...emptyBody, kind: 'remove', before: { surname: 'Berg', company: null } } as const;
    expect(toldChanges('contacts', remove, none)).to.deep.equal([
      { field: 'surname', label: 'Last name', before: 'Berg', after: '' },
    ]);
  });

  it('puts what lost beside what won', () => {
    const body = {
      ...emptyBody,
      kind: 'update',
      values: { birthday: '1990-04-02' },
      losers: [{ field: 'birthday', side: 'exchange', value: '1990-04-01' }],
    } as const;
    expect(toldLosers('contacts', body, none)).to.deep.equal([
      { field: 'birthday', label: 'Birthday', side: 'exchange', lost: '1 Apr 1990', won: '2 Apr 1990' },
    ]);
  });
});
