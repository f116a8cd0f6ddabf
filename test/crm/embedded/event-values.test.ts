import { expect } from 'chai';
import { cleanEvent, eventTitle, settleEvent } from '../../../src/crm/embedded/event-values.ts';
import type { CheckedValues } from '../../../src/crm/embedded/field-values.ts';
import type { Values } from '../../../src/sync/model.ts';

const check = (written: object, present: Values = {}): CheckedValues => {
  const cleaned = cleanEvent(written);
  return cleaned.kind === 'valid' ? settleEvent(cleaned.values, present) : cleaned;
};
const settled = (written: object, present: Values = {}): Values => {
  const result = check(written, present);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result.values;
};
const wrongFields = (written: object, present: Values = {}): string[] => {
  const result = check(written, present);
  return result.kind === 'invalid' ? result.problems.map(({ field }) => field) : [];
};

const single = { start: '2026-03-02T09:00:00', end: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' };
const weekly = { ...single, recurrence: 'FREQ=WEEKLY;BYDAY=MO' };
const moved = {
  '@2026-03-09T09:00:00': 'changed',
  '@2026-03-09T09:00:00/start': '2026-03-10T09:00:00',
  '@2026-03-09T09:00:00/end': '2026-03-10T10:00:00',
};
const skipped = { '@2026-03-16T09:00:00': 'deleted' };
const defaults = { busyState: 'busy', privacy: 'normal', status: 'confirmed' };

describe('event values', () => {
  it('have their defaults from the start', () => {
    expect(settled(single)).to.deep.equal({ ...single, ...defaults });
  });

  const canonical: [what: string, written: object, then: object][] = [
    ['a rule in one spelling', { ...single, recurrence: 'FREQ=WEEKLY;INTERVAL=1;WKST=MO' }, weekly],
    [
      'the first occurrence where the rule has it',
      { ...weekly, start: '2026-02-26T09:00:00', end: '2026-02-26T10:00:00' },
      weekly,
    ],
    [
      'days moved with their length',
      { start: '2026-02-27', end: '2026-03-01', timeZone: 'UTC', recurrence: 'FREQ=MONTHLY;BYDAY=1MO' },
      { start: '2026-03-02', end: '2026-03-04', timeZone: 'UTC', recurrence: 'FREQ=MONTHLY;BYDAY=1MO' },
    ],
    [
      'people once and without spaces around',
      { ...single, attendees: ['required; a@x.test ; Ann', 'required;a@x.test;Ann', 'resource;r@x.test'] },
      { ...single, attendees: ['required;a@x.test;Ann', 'resource;r@x.test'] },
    ],
    [
      'no fields of an occurrence that was deleted',
      { ...weekly, ...skipped, '@2026-03-16T09:00:00/subject': 'X' },
      { ...weekly, ...skipped },
    ],
    [
      'no fields of an occurrence that is as the series',
      { ...weekly, '@2026-03-16T09:00:00/subject': 'X' },
      weekly,
    ],
  ];
  for (const [what, written, then] of canonical) {
    it(`keep ${what}, and stay as they are when they are written again`, () => {
      const values = settled(written);
      expect(values).to.deep.equal({ ...then, ...defaults });
      expect(settled(values, values)).to.deep.equal(values);
    });
  }

  const present = settled({ ...weekly, ...moved, ...skipped });
  const changes: [what: string, written: object, left: object][] = [
    ['stay when the subject changes', { subject: 'B' }, { ...moved, ...skipped }],
    ['that fit go on with another rule', { recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO' }, skipped],
    ['go when the time of day changes', { start: '2026-03-02T08:00:00' }, {}],
    ['go with the rule', { recurrence: null }, {}],
    ['are taken back one by one', { '@2026-03-09T09:00:00': null }, skipped],
    ['are taken back at once', { '@': null }, {}],
    [
      'are replaced as a whole',
      { '@': null, ...moved, '@2026-03-09T09:00:00/subject': 'X' },
      { ...moved, '@2026-03-09T09:00:00/subject': 'X' },
    ],
    [
      'may become deleted ones',
      { '@2026-03-09T09:00:00': 'deleted' },
      { ...skipped, '@2026-03-09T09:00:00': 'deleted' },
    ],
    [
      'that would end before they begin go',
      {
        end: '2026-03-02T09:30:00',
        '@2026-03-09T09:00:00/end': null,
        '@2026-03-09T09:00:00/start': '2026-03-09T09:10:00',
      },
      { '@2026-03-09T09:00:00': 'changed', '@2026-03-09T09:00:00/start': '2026-03-09T09:10:00', ...skipped },
    ],
  ];
  for (const [what, written, left] of changes) {
    it(`have exceptions that ${what}`, () => {
      const values = settled(written, present);
      const exceptions = Object.entries(values).filter(([name]) => name.startsWith('@'));
      expect(Object.fromEntries(exceptions)).to.deep.equal(left);
    });
  }

  it('lose an exception that a shorter series leaves without a length', () => {
    const late = settled({
      ...weekly,
      '@2026-03-09T09:00:00': 'changed',
      '@2026-03-09T09:00:00/start': '2026-03-09T09:45:00',
    });
    expect(settled({ end: '2026-03-02T09:30:00' }, late)).not.to.have.property('@2026-03-09T09:00:00');
  });

  const wrong: [what: string, written: object, field: string][] = [
    ['no start', { end: single.end, timeZone: 'UTC' }, 'start'],
    ['no end', { start: single.start, timeZone: 'UTC' }, 'end'],
    ['no zone', { start: single.start, end: single.end }, 'timeZone'],
    ['a zone of Windows', { ...single, timeZone: 'W. Europe Standard Time' }, 'timeZone'],
    ['an offset for a zone', { ...single, timeZone: '+01:00' }, 'timeZone'],
    ['an end before the start', { ...single, end: '2026-03-02T08:59:59' }, 'end'],
    ['a day and a time', { ...single, end: '2026-03-03' }, 'end'],
    ['no day at all', { start: '2026-03-02', end: '2026-03-02', timeZone: 'UTC' }, 'end'],
    ['a moment for a wall time', { ...single, start: '2026-03-02T09:00:00Z' }, 'start'],
    ['a day that does not exist', { ...single, start: '2026-02-30T09:00:00' }, 'start'],
    ['a day beyond the calendar of Exchange', { ...single, end: '9999-12-31T10:00:00' }, 'end'],
    ['a broken rule', { ...single, recurrence: 'FREQ=WEEKLY;BYDAY=XX' }, 'recurrence'],
    [
      'a rule that ends before it begins',
      { ...single, recurrence: 'FREQ=DAILY;UNTIL=20260101' },
      'recurrence',
    ],
    ['a rule of tasks', { ...single, recurrence: 'FREQ=DAILY;X-EXSYNC-REGENERATE=TRUE' }, 'recurrence'],
    ['a state of another program', { ...single, busyState: 'Busy' }, 'busyState'],
    ['an unknown privacy', { ...single, privacy: 'secret' }, 'privacy'],
    ['the role of a mailbox', { ...single, role: 'organizer' }, 'role'],
    ['an attendee without an address', { ...single, attendees: ['required;;Ann'] }, 'attendees.0'],
    [
      'an attendee of an unknown role',
      { ...single, attendees: ['required;a@x.test', 'chair;b@x.test'] },
      'attendees.1',
    ],
    [
      '2,001 attendees',
      { ...single, attendees: Array.from({ length: 2001 }, (_, i) => `required;a${i}@x.test`) },
      'attendees',
    ],
    [
      'an exception of no occurrence',
      { ...weekly, '@2026-03-10T09:00:00': 'deleted' },
      '@2026-03-10T09:00:00',
    ],
    [
      'an exception before the first occurrence',
      { ...weekly, '@2026-02-23T09:00:00': 'deleted' },
      '@2026-02-23T09:00:00',
    ],
    [
      'an exception at another time of day',
      { ...weekly, '@2026-03-09T10:00:00': 'deleted' },
      '@2026-03-09T10:00:00',
    ],
    [
      'an exception of an event that does not repeat',
      { ...single, '@2026-03-02T09:00:00': 'deleted' },
      '@2026-03-02T09:00:00',
    ],
    [
      'an exception that is neither changed nor deleted',
      { ...weekly, '@2026-03-09T09:00:00': 'moved' },
      '@2026-03-09T09:00:00',
    ],
    [
      'an exception with a field that it cannot have',
      { ...weekly, '@2026-03-09T09:00:00': 'changed', '@2026-03-09T09:00:00/attendees': null },
      '@2026-03-09T09:00:00/attendees',
    ],
    [
      'an exception that ends before it begins',
      { ...weekly, '@2026-03-09T09:00:00': 'changed', '@2026-03-09T09:00:00/end': '2026-03-09T08:00:00' },
      '@2026-03-09T09:00:00/end',
    ],
    ['an exception of no time', { ...weekly, '@soon': 'deleted' }, '@soon'],
  ];
  for (const [what, written, field] of wrong) {
    it(`refuse ${what}`, () => expect(wrongFields(written)).to.deep.equal([field]));
  }

  it('refuse to lose what an event cannot be without', () => {
    for (const field of ['start', 'end', 'timeZone']) {
      expect(wrongFields({ [field]: null }, settled(single))).to.deep.equal([field]);
    }
  });

  it('take 2,000 attendees', () => {
    const attendees = Array.from({ length: 2000 }, (_, i) => `required;a${i}@x.test;Name ${i}`);
    expect(settled({ ...single, attendees }).attendees).to.deep.equal(attendees);
  });

  it('have a title that tells nothing of a private event', () => {
    expect(eventTitle({ subject: 'A', privacy: 'private' })).to.equal('A');
    expect(eventTitle({ privacy: 'private' })).to.equal('Busy');
    expect(eventTitle({ privacy: 'normal' })).to.equal('(no subject)');
  });
});
