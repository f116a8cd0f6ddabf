import { expect } from 'chai';
import type { Link } from '../../src/sync/model.ts';
import type { ActionBody, StoredAction } from '../../src/sync/stores.ts';
import { explain } from '../../src/sync/why.ts';
import type { ItemFacts } from '../../src/sync/why.ts';

const nothing: ItemFacts = {
  side: 'exchange',
  itemId: 'E1',
  module: 'events',
  link: null,
  waiting: null,
  held: [],
  planned: [],
  isUnread: false,
  mapping: {},
};

function action(body: Partial<ActionBody>): StoredAction {
  const whole: ActionBody = {
    kind: 'update',
    side: 'exchange',
    targetId: 'E1',
    version: '1',
    values: {},
    before: {},
    settles: { crm: {}, exchange: {} },
    versions: { crm: null, exchange: null },
    link: { state: 'active', reason: null, crmId: 'C1', exchangeId: 'E1', identity: null },
    losers: [],
    overwrites: 0,
    tellsAttendees: false,
    ...body,
  };
  const row = { id: 1, runId: 1, linkId: 'L', step: 0, inboxIds: [], final: true, title: '' };
  return { ...row, body: whole, state: 'planned' };
}

describe('why', () => {
  it('names filled fields that are switched off, where both sides are in step', () => {
    const shadow = { version: '1', values: { subject: 'Call', notes: 'Ours', categories: null } };
    const link: Link = {
      id: 'L',
      state: 'active',
      reason: null,
      crmId: 'C1',
      exchangeId: 'E1',
      crm: shadow,
      exchange: shadow,
      identity: null,
    };
    const facts: ItemFacts = { ...nothing, module: 'tasks', link };
    expect(explain({ ...facts, mapping: { notes: null, categories: null } })).to.deep.equal({
      verdict: 'inStep',
      because: 'Both sides are in step, but for what the settings keep from being synced: Notes.',
      remedy: '`exsync mapping tasks` shows and changes which fields are synced.',
    });
    expect(explain({ ...facts, mapping: { categories: null } }).because).to.equal('Both sides are in step.');
  });

  it('tells of a failure with what was said and when it is tried again', () => {
    const failure = { code: 'ErrorItemSave', message: 'Exchange could not save the item.' };
    const waiting = { inboxId: 7, attempts: 2, nextAttemptAt: Date.UTC(2026, 10, 27, 12), failure };
    expect(explain({ ...nothing, waiting })).to.deep.equal({
      verdict: 'failed',
      because: 'It was tried 2 times and did not work: Exchange could not save the item.',
      remedy: 'It is tried again at 2026-11-27T12:00:00.000Z.',
    });
    const parked = explain({ ...nothing, waiting: { ...waiting, attempts: 1, nextAttemptAt: null } });
    expect(parked.because).to.match(/^It was tried once/);
    expect(parked.remedy).to.match(/when the item changes/);
  });

  it('puts what waits for a person before everything else', () => {
    const failure = { code: 'X', message: 'No.' };
    const waiting = { inboxId: 7, attempts: 1, nextAttemptAt: null, failure };
    const held = [action({ tellsAttendees: true })];
    expect(explain({ ...nothing, waiting, held })).to.include({
      verdict: 'held',
      because: 'The change of the meeting waits, because its attendees would have to hear of it.',
    });
  });

  it('does not take an item that could not be read for gone', () => {
    expect(explain({ ...nothing, isUnread: true })).to.include({
      verdict: 'unread',
      because: 'Exchange could not show it just now.',
    });
    expect(explain(nothing)).to.include({ verdict: 'unknown' });
  });

  it('names both sides where the next run writes to both, each once', () => {
    const planned = [action({}), action({ step: 1 } as object), action({ side: 'crm' })];
    expect(explain({ ...nothing, planned })).to.include({
      verdict: 'due',
      because: 'The next run changes it in Exchange and changes it in the CRM.',
    });
  });

  it('says of a pair whose creation was undone that nothing comes back', () => {
    const shadows = { crm: null, exchange: null, identity: null };
    const link: Link = {
      id: 'L',
      state: 'deleted',
      reason: 'undone',
      crmId: 'C1',
      exchangeId: null,
      ...shadows,
    };
    expect(explain({ ...nothing, link })).to.include({
      verdict: 'ended',
      because: 'Its creation was undone, so the pair was dropped and nothing comes back.',
    });
  });
});
