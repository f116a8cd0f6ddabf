import { expect } from 'chai';
import { eventFields } from '../../src/sync/event-fields.ts';
import { needsUpdateSent } from '../../src/sync/meetings.ts';
import type { Link, SealedValues } from '../../src/sync/model.ts';
import { exceptionFields } from '../../src/sync/occurrences.ts';
import { plan } from '../../src/sync/plan.ts';
import type { Rules, SideState } from '../../src/sync/plan.ts';
import type { Capabilities } from '../../src/sync/ports.ts';

const rules: Rules = {
  fields: eventFields,
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: true, exchange: true },
};

/** Exchange takes exceptions in calls of their own, and says who organises a meeting; the CRM takes all in one. */
const capabilities: Readonly<Record<'crm' | 'exchange', Capabilities>> = {
  crm: { unsupported: new Set(['role']), separate: new Set(), readOnly: new Set(), batchSize: 10 },
  exchange: {
    unsupported: new Set(),
    separate: new Set(['@']),
    readOnly: new Set(['uid', 'organizer', 'replies', 'status', 'role']),
    batchSize: 10,
  },
};

const series: SealedValues = {
  subject: 'Weekly',
  start: '2024-05-06T09:00:00',
  end: '2024-05-06T10:00:00',
  timeZone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
  location: 'Room 1',
  attendees: null,
};
const exchangeSeries: SealedValues = { ...series, role: null };

const skipped = exceptionFields([
  { originalStart: '2024-05-13T09:00:00', state: 'deleted', values: {} },
]) as SealedValues;
const moved = exceptionFields([
  { originalStart: '2024-05-20T09:00:00', state: 'changed', values: { start: '2024-05-21T09:00:00' } },
]) as SealedValues;

function linkWith(shown: SealedValues, copy: SealedValues = {}): Link {
  return {
    id: 'link-1',
    state: 'active',
    reason: null,
    crmId: 'crm-1',
    exchangeId: 'exchange-1',
    identity: null,
    crm: { version: 'c1', values: { ...series, ...shown } },
    exchange: { version: 'e1', values: { ...exchangeSeries, ...shown, ...copy } },
  };
}

function changed(id: string, version: string, values: SealedValues): SideState {
  return { state: 'changed', item: { id, version, values, identity: null } };
}

function stepsOf(link: Link | null, crm: SideState, exchange: SideState) {
  const planned = plan({ link, states: { crm, exchange }, rules, capabilities });
  if (planned.kind === 'wait') throw new Error('it waits');
  return planned.steps.map(({ step, body }) => ({
    step,
    kind: body.kind,
    side: body.side,
    values: body.values,
  }));
}

const unchanged: SideState = { state: 'unchanged' };
const absent: SideState = { state: 'absent' };

describe('the plan of a series', () => {
  it('makes the series first and its exceptions in a second step', () => {
    const crm = changed('crm-1', 'c1', { ...series, ...skipped, ...moved });
    const [first, second, ...rest] = stepsOf(null, crm, absent);
    expect(first).to.deep.include({ step: 0, kind: 'create', side: 'exchange' });
    expect(first?.values).to.deep.equal(series);
    expect(second).to.deep.equal({
      step: 1,
      kind: 'update',
      side: 'exchange',
      values: { ...skipped, ...moved },
    });
    expect(rest).to.deep.equal([]);
  });

  it('writes an exception alone', () => {
    const crm = changed('crm-1', 'c2', { ...series, ...skipped });
    expect(stepsOf(linkWith({}), crm, unchanged)).to.deep.equal([
      { step: 0, kind: 'update', side: 'exchange', values: skipped },
    ]);
  });

  it('brings the exceptions along when the rule is written, for Exchange forgets them', () => {
    const recurrence = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO';
    const crm = changed('crm-1', 'c2', { ...series, ...skipped, recurrence });
    expect(stepsOf(linkWith(skipped), crm, unchanged)).to.deep.equal([
      { step: 0, kind: 'update', side: 'exchange', values: { recurrence } },
      { step: 1, kind: 'update', side: 'exchange', values: skipped },
    ]);
  });

  it('writes the whole series anew to take an exception back, and the other exceptions after it', () => {
    const crm = changed('crm-1', 'c2', { ...series, ...moved });
    const [first, second] = stepsOf(linkWith({ ...skipped, ...moved }), crm, unchanged);
    const { start, end, timeZone, recurrence } = series;
    expect(first?.values).to.deep.equal({ start, end, timeZone, recurrence });
    expect(second?.values).to.deep.equal({ '@2024-05-13T09:00:00': null, ...moved });
  });

  it('leaves the exceptions of a series alone when only its subject changes', () => {
    const crm = changed('crm-1', 'c2', { ...series, ...skipped, subject: 'Biweekly' });
    expect(stepsOf(linkWith(skipped), crm, unchanged).map(({ values }) => values)).to.deep.equal([
      { subject: 'Biweekly' },
    ]);
  });

  const place = '@2024-05-20T09:00:00';
  const inRoom = (room: string): SealedValues => ({ [place]: 'changed', [`${place}/location`]: room });

  it('takes an occurrence as one thing where one side took back what the other changed in it', () => {
    const link = linkWith(inRoom('Room 3'));
    const crm = changed('crm-1', 'c2', series);
    const exchange = changed('exchange-1', 'e2', { ...exchangeSeries, ...inRoom('Room 4') });
    const states = { crm, exchange };
    const planned = plan({ link, states, rules: { ...rules, winner: 'exchange' }, capabilities });
    if (planned.kind === 'wait') throw new Error('it waits');
    expect(planned.steps.map(({ body }) => [body.side, body.values])).to.deep.equal([
      ['crm', inRoom('Room 4')],
    ]);
    expect(JSON.stringify(stepsOf(link, crm, exchange))).to.not.contain('Room 4');
  });

  it('tells with each step that writes of an occurrence that it is an exception', () => {
    const crm = changed('crm-1', 'c2', { ...series, ...inRoom('Room 4') });
    const exchange = changed('exchange-1', 'e2', { ...exchangeSeries, ...inRoom('Room 5'), subject: 'New' });
    const planned = plan({ link: linkWith({}), states: { crm, exchange }, rules, capabilities });
    if (planned.kind === 'wait') throw new Error('it waits');
    const toExchange = planned.steps.filter(({ body }) => body.side === 'exchange');
    expect(planned.steps[0]?.body.side).to.equal('crm');
    expect(toExchange.map(({ body }) => [body.values, body.settles.exchange[place]])).to.deep.equal([
      [{ [`${place}/location`]: 'Room 4' }, 'changed'],
    ]);
  });

  it('plans nothing more once both sides show the same', () => {
    const link = linkWith({ ...skipped, ...moved });
    const crm = changed('crm-1', 'c1', { ...series, ...moved, ...skipped });
    const exchange = changed('exchange-1', 'e1', { ...exchangeSeries, ...skipped, ...moved });
    expect(stepsOf(link, crm, exchange)).to.deep.equal([]);
  });
});

describe('the plan of a meeting', () => {
  const attendees = ['required;bob@x.test;Bob'];

  it('writes nothing that belongs to the organiser to the copy of an attendee', () => {
    const link = linkWith({ attendees }, { role: 'attendee' });
    const crm = changed('crm-1', 'c2', {
      ...series,
      attendees,
      subject: 'Mine',
      location: 'Room 2',
      ...skipped,
    });
    const steps = stepsOf(link, crm, unchanged);
    expect(steps.filter(({ side }) => side === 'exchange')).to.deep.equal([]);
  });

  it('takes what the organiser changed from the copy of an attendee', () => {
    const link = linkWith({ attendees }, { role: 'attendee' });
    const exchange = changed('exchange-1', 'e2', {
      ...exchangeSeries,
      attendees,
      role: 'attendee',
      location: 'Room 9',
      ...skipped,
    });
    expect(stepsOf(link, unchanged, exchange)).to.deep.equal([
      { step: 0, kind: 'update', side: 'crm', values: { location: 'Room 9', ...skipped } },
    ]);
  });

  it('says when attendees have to hear of a change', () => {
    const copy: SealedValues = { ...exchangeSeries, attendees, role: 'organizer' };
    expect(needsUpdateSent(copy, { location: 'Room 2' })).to.equal(true);
    expect(needsUpdateSent(copy, { attendees: [] })).to.equal(true);
    expect(needsUpdateSent(copy, skipped)).to.equal(true);
    expect(needsUpdateSent(copy, { '@2024-05-13T09:00:00/start': '2024-05-14T09:00:00' })).to.equal(true);
    expect(needsUpdateSent(copy, { '@2024-05-13T09:00:00/subject': 'Retro' })).to.equal(false);
    expect(needsUpdateSent(copy, { subject: 'Renamed', categories: ['Blue'] })).to.equal(false);
    expect(needsUpdateSent({ ...copy, role: 'attendee' }, { location: 'Room 2' })).to.equal(false);
    expect(needsUpdateSent({ ...copy, attendees: null, role: null }, { location: 'Room 2' })).to.equal(false);
    expect(needsUpdateSent({ ...copy, attendees: null, role: null }, { attendees })).to.equal(true);
  });
});

describe('what attendees have to hear of', () => {
  const attendees = ['required;bob@x.test;Bob'];
  const told = (link: Link, crm: SideState, exchange: SideState) => {
    const planned = plan({ link, states: { crm, exchange }, rules, capabilities });
    if (planned.kind === 'wait') throw new Error('it waits');
    return planned.steps.map(({ body }) => `${body.kind} ${body.side} ${body.tellsAttendees}`);
  };

  it('is marked in every step that writes it, and in no other', () => {
    const link = linkWith({ attendees }, { role: 'organizer' });
    const later = { ...series, attendees, start: '2024-05-06T10:00:00', ...skipped };
    expect(told(link, changed('crm-1', 'c2', later), unchanged)).to.deep.equal([
      'update exchange true',
      'update exchange true',
    ]);
    expect(
      told(link, changed('crm-1', 'c2', { ...series, attendees, subject: 'New' }), unchanged),
    ).to.deep.equal(['update exchange false']);
    const exchange = changed('exchange-1', 'e2', {
      ...exchangeSeries,
      attendees,
      role: 'organizer',
      location: 'Room 3',
    });
    expect(told(link, unchanged, exchange)).to.deep.equal(['update crm false']);
  });

  it('is a deletion by the organiser, and none of an attendee or of an appointment', () => {
    const deleted: SideState = { state: 'deleted' };
    expect(told(linkWith({ attendees }, { role: 'organizer' }), deleted, unchanged)).to.deep.equal([
      'remove exchange true',
    ]);
    expect(told(linkWith({ attendees }, { role: 'attendee' }), deleted, unchanged)).to.deep.equal([
      'settle null false',
    ]);
    expect(told(linkWith({ attendees }, { role: 'attendee' }), unchanged, deleted)).to.deep.equal([
      'settle null false',
    ]);
    expect(told(linkWith({}), deleted, unchanged)).to.deep.equal(['remove exchange false']);
  });
});
