import { expect } from 'chai';
import { eventFields } from '../../src/sync/event-fields.ts';
import { isEdited, mergeFields } from '../../src/sync/merge.ts';
import type { MergeRule } from '../../src/sync/merge.ts';
import type { SealedValues } from '../../src/sync/model.ts';
import { exceptionFields, exceptionsOf } from '../../src/sync/occurrences.ts';

const crmWins: MergeRule = { leading: null, winner: 'crm' };
const exchangeWins: MergeRule = { leading: null, winner: 'exchange' };

const series = {
  subject: 'Weekly',
  start: '2024-05-06T09:00:00',
  end: '2024-05-06T10:00:00',
  timeZone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};
const second = '2024-05-13T09:00:00';
const third = '2024-05-20T09:00:00';
const moved = exceptionFields([
  {
    originalStart: second,
    state: 'changed',
    values: { start: '2024-05-14T11:00:00', end: '2024-05-14T12:00:00' },
  },
]);
const deleted = exceptionFields([{ originalStart: second, state: 'deleted', values: {} }]);
const renamed = exceptionFields([{ originalStart: second, state: 'changed', values: { subject: 'Retro' } }]);

const none = new Set<string>();

function merge(
  crm: object,
  exchange: object,
  {
    rule = crmWins,
    base = series,
    readOnly = none,
  }: { rule?: MergeRule; base?: object; readOnly?: Set<string> } = {},
) {
  const view = (now: object, fixed: Set<string>) => ({
    base: base as SealedValues,
    now: { ...series, ...now } as SealedValues,
    unsupported: none,
    readOnly: fixed,
  });
  return mergeFields(eventFields, { crm: view(crm, none), exchange: view(exchange, readOnly) }, rule);
}

describe('the exceptions of a series', () => {
  it('are fields of the series and back', () => {
    expect(moved).to.deep.equal({
      '@2024-05-13T09:00:00': 'changed',
      '@2024-05-13T09:00:00/start': '2024-05-14T11:00:00',
      '@2024-05-13T09:00:00/end': '2024-05-14T12:00:00',
    });
    expect(exceptionsOf({ ...series, ...moved })).to.deep.equal([
      {
        originalStart: second,
        state: 'changed',
        values: { start: '2024-05-14T11:00:00', end: '2024-05-14T12:00:00' },
      },
    ]);
    expect(exceptionsOf({ ...series, '@2024-05-13T09:00:00': null })).to.deep.equal([]);
  });

  it('travel by themselves, and leave the series alone', () => {
    expect(merge(moved, {}).writes).to.deep.equal({ crm: {}, exchange: moved });
    expect(merge({}, deleted).writes).to.deep.equal({ crm: deleted, exchange: {} });
  });

  it('of different occurrences meet without a conflict', () => {
    const other = exceptionFields([{ originalStart: third, state: 'deleted', values: {} }]);
    expect(merge(moved, other)).to.deep.include({ writes: { crm: other, exchange: moved }, losers: [] });
  });

  it('of one occurrence are merged by field', () => {
    const { writes, losers } = merge(moved, renamed);
    expect(writes.crm).to.deep.equal({ '@2024-05-13T09:00:00/subject': 'Retro' });
    expect(writes.exchange).to.deep.equal({
      '@2024-05-13T09:00:00/start': '2024-05-14T11:00:00',
      '@2024-05-13T09:00:00/end': '2024-05-14T12:00:00',
    });
    expect(losers).to.deep.equal([]);
  });

  it('deleted on one side and edited on the other are a conflict of the whole occurrence', () => {
    expect(merge(deleted, renamed).writes).to.deep.equal({
      crm: {},
      exchange: { '@2024-05-13T09:00:00': 'deleted', '@2024-05-13T09:00:00/subject': null },
    });
    expect(merge(deleted, renamed).losers).to.deep.equal([
      { field: '@2024-05-13T09:00:00', side: 'exchange', value: 'changed' },
      { field: '@2024-05-13T09:00:00/subject', side: 'exchange', value: 'Retro' },
    ]);
    expect(merge(deleted, renamed, { rule: exchangeWins }).writes).to.deep.equal({
      crm: renamed,
      exchange: {},
    });
  });

  it('that a side takes back are taken back on the other', () => {
    const base = { ...series, ...moved };
    expect(merge({}, moved, { base }).writes.exchange).to.deep.equal({
      '@2024-05-13T09:00:00': null,
      '@2024-05-13T09:00:00/start': null,
      '@2024-05-13T09:00:00/end': null,
    });
  });

  it('are edits of the series', () => {
    const view = { base: series, now: { ...series, ...deleted }, unsupported: none, readOnly: none };
    expect(isEdited(eventFields, view)).to.equal(true);
    expect(isEdited(eventFields, { ...view, now: series })).to.equal(false);
  });

  it('of a series whose rule was not read say nothing', () => {
    const masked = { start: series.start, end: series.end };
    const view = (now: object) => ({
      base: series,
      now: now as SealedValues,
      unsupported: none,
      readOnly: none,
    });
    const { writes } = mergeFields(
      eventFields,
      { crm: view({ ...series, ...moved }), exchange: view(masked) },
      crmWins,
    );
    expect(writes).to.deep.equal({ crm: {}, exchange: {} });
  });
});

describe('a field that nobody can write on one side', () => {
  const readOnly = new Set(['organizer', 'recurrence', 'start']);

  it('travels from there, and stays edited on the other', () => {
    const base = { ...series, organizer: 'required;ada@x.test' };
    const at = (organizer: string) => ({ organizer });
    expect(
      merge(at('required;ada@x.test'), at('required;bob@x.test'), { base, readOnly }).writes,
    ).to.deep.equal({
      crm: at('required;bob@x.test'),
      exchange: {},
    });
    expect(
      merge(at('required;bob@x.test'), at('required;ada@x.test'), { base, readOnly }).writes,
    ).to.deep.equal({
      crm: {},
      exchange: {},
    });
  });

  it('does not travel against the direction of a one-way sync', () => {
    const base = { ...series, organizer: 'a' };
    const rule: MergeRule = { leading: 'crm', winner: 'crm' };
    expect(merge({ organizer: 'a' }, { organizer: 'b' }, { base, readOnly, rule }).writes.crm).to.deep.equal(
      {},
    );
  });

  it('covers the occurrences of a series that is not ours', () => {
    expect(merge(deleted, {}, { readOnly }).writes).to.deep.equal({ crm: {}, exchange: {} });
  });
});
