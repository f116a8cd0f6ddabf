import { expect } from 'chai';
import { taskFields } from '../../src/sync/task-fields.ts';
import { mergeFields } from '../../src/sync/merge.ts';
import type { MergeRule } from '../../src/sync/merge.ts';
import type { SealedValues } from '../../src/sync/model.ts';

const crmWins: MergeRule = { leading: null, winner: 'crm' };
const exchangeWins: MergeRule = { leading: null, winner: 'exchange' };

const shown = { subject: 'Call', status: 'notStarted', percentComplete: '0', completedDate: null };

function merge(crm: SealedValues, exchange: SealedValues, rule = crmWins, base: SealedValues | null = shown) {
  const none = new Set<string>();
  const view = (now: SealedValues) => ({
    base,
    now: { ...shown, ...now },
    unsupported: none,
    readOnly: none,
  });
  return mergeFields(taskFields, { crm: view(crm), exchange: view(exchange) }, rule);
}

const done = { status: 'completed', percentComplete: '100', completedDate: '2024-05-06' };

describe('the merge of fields that say one thing together', () => {
  it('carries all of them that differ, and nothing that is alike', () => {
    expect(merge({ status: 'inProgress', percentComplete: '50' }, {}).writes).to.deep.equal({
      crm: {},
      exchange: { status: 'inProgress', percentComplete: '50' },
    });
    expect(merge({}, done).writes).to.deep.equal({ crm: done, exchange: {} });
  });

  it('never takes half from each side: who wins, wins the group, and keeps what else was edited', () => {
    const crm = { percentComplete: '50', status: 'inProgress' };
    const exchange = { ...done, subject: 'Call Ada' };
    expect(merge(crm, exchange)).to.deep.equal({
      writes: { crm: { subject: 'Call Ada' }, exchange: { ...crm, completedDate: null } },
      settled: { crm: {}, exchange: {} },
      losers: [
        { field: 'status', side: 'exchange', value: 'completed' },
        { field: 'percentComplete', side: 'exchange', value: '100' },
        { field: 'completedDate', side: 'exchange', value: '2024-05-06' },
      ],
    });
    expect(merge(crm, exchange, exchangeWins).writes).to.deep.equal({
      crm: { ...done, subject: 'Call Ada' },
      exchange: {},
    });
  });

  it('finds two edits to equal values no conflict, though only one side changed all of them', () => {
    expect(merge(done, done)).to.deep.equal({
      writes: { crm: {}, exchange: {} },
      settled: { crm: done, exchange: done },
      losers: [],
    });
  });

  it('on first pairing goes by the group: where one side has filled it, it is the one', () => {
    const { subject } = shown;
    const filled = { subject, startDate: null, dueDate: '2024-05-07' };
    const empty = { subject, startDate: null, dueDate: null };
    expect(merge(empty, filled, crmWins, null).writes.crm).to.deep.equal({ dueDate: '2024-05-07' });
    const both = merge(
      { ...filled, dueDate: '2024-05-08' },
      { ...filled, startDate: '2024-05-01' },
      crmWins,
      null,
    );
    expect(both.writes.exchange).to.deep.equal({ startDate: null, dueDate: '2024-05-08' });
    expect(both.losers.map(({ field }) => field)).to.deep.equal(['startDate', 'dueDate']);
  });
});
