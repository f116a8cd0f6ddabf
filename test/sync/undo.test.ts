import { expect } from 'chai';
import { anyOccurrence } from '../../src/sync/occurrences.ts';
import type { Link, SealedValues } from '../../src/sync/model.ts';
import type { Capabilities } from '../../src/sync/ports.ts';
import type { ActionBody } from '../../src/sync/stores.ts';
import { emptyBody, obstacleText, planUndo } from '../../src/sync/undo.ts';
import type { UndoPlan } from '../../src/sync/undo.ts';

const capabilities: Capabilities = {
  batchSize: 50,
  unsupported: new Set(),
  readOnly: new Set(),
  separate: new Set([anyOccurrence]),
} as unknown as Capabilities;

const link: Link = {
  id: 'link',
  state: 'active',
  reason: null,
  crmId: 'crm-1',
  exchangeId: 'exchange-1',
  crm: null,
  exchange: null,
  identity: null,
};

const meeting = { subject: 'Budget', start: '2026-03-02T10:00:00', attendees: ['bob@example.test'] };

function updated(values: SealedValues, before: SealedValues): ActionBody {
  return { ...emptyBody, kind: 'update', side: 'exchange', values, before, link };
}

function undo(actions: readonly ActionBody[], now: SealedValues): UndoPlan {
  const item = (id: string) => ({ id, version: 'v1', values: now, identity: null });
  return planUndo({
    module: 'events',
    link,
    actions: actions.map((body, index) => ({ id: index, body })),
    fields: null,
    states: {
      crm: { state: 'changed', item: item('crm-1') },
      exchange: { state: 'changed', item: item('exchange-1') },
    },
    capabilities: { crm: capabilities, exchange: capabilities },
    mapping: {},
  });
}

const writes = ({ steps }: UndoPlan) => steps.map(({ body }) => [body.kind, body.side, body.values]);

describe('planning to take back', () => {
  it('takes a meeting back in the CRM only, whose next run has its attendees told', () => {
    const plan = undo([updated({ start: meeting.start }, { start: '2026-03-02T09:00:00' })], meeting);
    expect(writes(plan)).to.deep.equal([['update', 'crm', { start: '2026-03-02T09:00:00' }]]);
    expect(plan.steps[0]?.body.settles).to.deep.equal({ crm: {}, exchange: {} });
    expect(plan.reread).to.equal('crm');
  });

  it('writes what attendees need not hear of to both sides', () => {
    const plan = undo([updated({ subject: 'Budget' }, { subject: 'Money' })], meeting);
    expect(writes(plan)).to.deep.equal([
      ['update', 'crm', { subject: 'Money' }],
      ['update', 'exchange', { subject: 'Money' }],
    ]);
    expect(plan.reread).to.equal(null);
  });

  it('leaves a copy of a meeting that somebody else organises', () => {
    const copy = { ...meeting, role: 'attendee' };
    const plan = undo([updated({ subject: 'Budget' }, { subject: 'Money' })], copy);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.obstacles).to.deep.equal([{ actionId: 0, obstacle: { kind: 'nothingToUndo' } }]);
  });

  it('brings the exceptions of a series along where its times are written', () => {
    const own = { '@2026-03-09T10:00:00': 'deleted' };
    const now = { subject: 'Standup', recurrence: 'FREQ=WEEKLY', start: meeting.start, ...own };
    const plan = undo([updated({ start: meeting.start }, { start: '2026-03-02T09:00:00' })], now);
    expect(writes(plan).filter(([, side]) => side === 'exchange')).to.deep.equal([
      ['update', 'exchange', { start: '2026-03-02T09:00:00' }],
      ['update', 'exchange', own],
    ]);
  });

  it('does not delete a meeting behind the back of its attendees', () => {
    const plan = undo([{ ...emptyBody, kind: 'create', side: 'exchange', values: meeting }], meeting);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.obstacles).to.deep.equal([
      { actionId: 0, obstacle: { kind: 'hasAttendees', side: 'exchange' } },
    ]);
  });

  it('removes what a run made and changed afterwards, in one step', () => {
    const made: ActionBody = { ...emptyBody, kind: 'create', side: 'crm', values: { subject: 'First' } };
    const changed: ActionBody = { ...updated({ subject: 'Second' }, { subject: 'First' }), side: 'crm' };
    const plan = undo([changed, made], { subject: 'Second' });
    expect(writes(plan)).to.deep.equal([['remove', 'crm', {}]]);
    expect(plan.obstacles).to.deep.equal([]);
  });

  it('names fields in the words of people, and no occurrence by its time', () => {
    const fields = ['subject', '@2026-03-02T10:00:00', '@2026-03-02T10:00:00/start'];
    expect(obstacleText('events', { kind: 'changedSince', side: 'crm', fields })).to.equal(
      'Left as it is in the CRM, because it was changed since: Subject, Single occurrences.',
    );
  });
});
