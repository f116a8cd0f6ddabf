import { expect } from 'chai';
import { hasChanged, mergeFields } from '../../src/sync/merge.ts';
import type { Merge, MergeRule, SideView } from '../../src/sync/merge.ts';
import type { SealedValue, SealedValues } from '../../src/sync/model.ts';
import { fieldNamed } from './subjects.ts';

const crmWins: MergeRule = { leading: null, winner: 'crm' };
const exchangeWins: MergeRule = { leading: null, winner: 'exchange' };
const crmLeads: MergeRule = { leading: 'crm', winner: 'exchange' };
const exchangeLeads: MergeRule = { leading: 'exchange', winner: 'crm' };
const everyRule = { crmWins, exchangeWins, crmLeads, exchangeLeads };

/** `undefined`: not read, masked, or nothing the side can hold. */
interface Seen {
  readonly base?: SealedValue | undefined;
  readonly now?: SealedValue | undefined;
  readonly unsupported?: boolean;
}

function view(name: string, { base, now, unsupported = false }: Seen): SideView {
  const values = (value: SealedValue | undefined): SealedValues =>
    value === undefined ? {} : { [name]: value };
  return {
    base: base === undefined ? null : values(base),
    now: values(now),
    unsupported: new Set(unsupported ? [name] : []),
    readOnly: new Set(),
  };
}

function merge(rule: MergeRule, crm: Seen, exchange: Seen, name = 'jobTitle'): Merge {
  return mergeFields([fieldNamed(name)], { crm: view(name, crm), exchange: view(name, exchange) }, rule);
}

const nothing = { crm: {}, exchange: {} };
const toExchange = (value: SealedValue) => ({ crm: {}, exchange: { jobTitle: value } });
const toCrm = (value: SealedValue) => ({ crm: { jobTitle: value }, exchange: {} });

describe('the merge of a field', () => {
  it('does nothing where nothing changed, whatever the rule', () => {
    for (const rule of Object.values(everyRule)) {
      expect(merge(rule, { base: 'a', now: 'a' }, { base: 'a', now: 'a' })).to.deep.equal({
        writes: nothing,
        settled: nothing,
        losers: [],
      });
    }
  });

  it('leaves two sides that show one value differently as they are', () => {
    for (const rule of Object.values(everyRule)) {
      expect(
        merge(rule, { base: 'long text', now: 'long text' }, { base: 'long', now: 'long' }).writes,
      ).to.deep.equal(nothing);
    }
  });

  describe('both ways', () => {
    it('carries what one side changed', () => {
      for (const rule of [crmWins, exchangeWins]) {
        const fromCrm = merge(rule, { base: 'a', now: 'b' }, { base: 'a', now: 'a' });
        expect(fromCrm.writes).to.deep.equal(toExchange('b'));
        const fromExchange = merge(rule, { base: 'a', now: 'a' }, { base: 'a', now: 'b' });
        expect(fromExchange.writes).to.deep.equal(toCrm('b'));
        expect([...fromCrm.losers, ...fromExchange.losers]).to.deep.equal([]);
      }
    });

    it('carries what one side cleared', () => {
      expect(merge(crmWins, { base: 'a', now: 'a' }, { base: 'a', now: null }).writes).to.deep.equal(
        toCrm(null),
      );
    });

    it('takes equal changes of both for an agreement, and moves both shadows', () => {
      const merged = merge(crmWins, { base: 'a', now: 'b' }, { base: 'a', now: ' b ' });
      expect(merged.writes).to.deep.equal(nothing);
      expect(merged.settled).to.deep.equal({ crm: { jobTitle: 'b' }, exchange: { jobTitle: ' b ' } });
      expect(merged.losers).to.deep.equal([]);
    });

    it('lets the winner through in a conflict and keeps the loser', () => {
      const seen = [
        { base: 'a', now: 'of crm' },
        { base: 'a', now: 'of exchange' },
      ] as const;
      expect(merge(crmWins, ...seen)).to.deep.include({
        writes: toExchange('of crm'),
        losers: [{ field: 'jobTitle', side: 'exchange', value: 'of exchange' }],
      });
      expect(merge(exchangeWins, ...seen)).to.deep.include({
        writes: toCrm('of exchange'),
        losers: [{ field: 'jobTitle', side: 'crm', value: 'of crm' }],
      });
    });

    it('lets a cleared field win too, and counts no loser where nothing filled was lost', () => {
      const merged = merge(crmWins, { base: 'a', now: null }, { base: 'a', now: 'b' });
      expect(merged.writes).to.deep.equal(toExchange(null));
      expect(merged.losers).to.deep.equal([{ field: 'jobTitle', side: 'exchange', value: 'b' }]);
      const other = merge(crmWins, { base: 'a', now: 'b' }, { base: 'a', now: null });
      expect(other.writes).to.deep.equal(toExchange('b'));
      expect(other.losers).to.deep.equal([]);
    });
  });

  describe('one way', () => {
    it('carries only what the leading side changed', () => {
      expect(merge(crmLeads, { base: 'a', now: 'b' }, { base: 'a', now: 'a' }).writes).to.deep.equal(
        toExchange('b'),
      );
      expect(merge(exchangeLeads, { base: 'a', now: 'a' }, { base: 'a', now: 'b' }).writes).to.deep.equal(
        toCrm('b'),
      );
      expect(merge(crmLeads, { base: 'a', now: 'a' }, { base: 'a', now: 'b' }).writes).to.deep.equal(nothing);
      expect(merge(exchangeLeads, { base: 'a', now: 'b' }, { base: 'a', now: 'a' }).writes).to.deep.equal(
        nothing,
      );
    });

    it('lets an edit of the following side stay, then overwrites it and keeps it as a loser', () => {
      const stays = merge(crmLeads, { base: 'a', now: 'a' }, { base: 'a', now: 'edited' });
      expect(stays.settled.exchange).to.deep.equal({ jobTitle: 'edited' });
      const later = merge(crmLeads, { base: 'a', now: 'b' }, { base: 'edited', now: 'edited' });
      expect(later.writes).to.deep.equal(toExchange('b'));
      expect(later.losers).to.deep.equal([{ field: 'jobTitle', side: 'exchange', value: 'edited' }]);
    });

    it('does not ask the winner', () => {
      const seen = [
        { base: 'a', now: 'of crm' },
        { base: 'a', now: 'of exchange' },
      ] as const;
      expect(merge({ leading: 'crm', winner: 'exchange' }, ...seen).writes).to.deep.equal(
        toExchange('of crm'),
      );
      expect(merge({ leading: 'exchange', winner: 'crm' }, ...seen).writes).to.deep.equal(
        toCrm('of exchange'),
      );
    });
  });

  describe('without a shadow', () => {
    it('lets filled beat empty, both ways', () => {
      for (const rule of [crmWins, exchangeWins]) {
        expect(merge(rule, { now: 'a' }, { now: null })).to.deep.include({
          writes: toExchange('a'),
          losers: [],
        });
        expect(merge(rule, { now: null }, { now: 'a' })).to.deep.include({ writes: toCrm('a'), losers: [] });
        expect(merge(rule, { now: ' ' }, { now: 'a' })).to.deep.include({ writes: toCrm('a'), losers: [] });
      }
    });

    it('takes two filled values for a conflict', () => {
      expect(merge(crmWins, { now: 'of crm' }, { now: 'of exchange' })).to.deep.include({
        writes: toExchange('of crm'),
        losers: [{ field: 'jobTitle', side: 'exchange', value: 'of exchange' }],
      });
      expect(merge(exchangeWins, { now: 'of crm' }, { now: 'of exchange' }).writes).to.deep.equal(
        toCrm('of exchange'),
      );
    });

    it('lets only the leading side travel one way', () => {
      expect(merge(crmLeads, { now: null }, { now: 'of exchange' }).writes).to.deep.equal(nothing);
      expect(merge(crmLeads, { now: 'of crm' }, { now: null }).writes).to.deep.equal(toExchange('of crm'));
      expect(merge(exchangeLeads, { now: 'of crm' }, { now: 'of exchange' }).writes).to.deep.equal(
        toCrm('of exchange'),
      );
    });

    it('takes a field that only one side has a shadow of (newly mapped) for never seen', () => {
      expect(merge(exchangeWins, { base: 'a', now: 'b' }, { now: null }).writes).to.deep.equal(
        toExchange('b'),
      );
    });
  });

  describe('that was not read or cannot be held', () => {
    for (const [name, rule] of Object.entries(everyRule)) {
      it(`is never written where it is missing, and never cleared for it (${name})`, () => {
        expect(merge(rule, { base: 'a', now: 'b' }, { base: 'a' }).writes).to.deep.equal(nothing);
        expect(merge(rule, { base: 'a' }, { base: 'a', now: 'b' }).writes).to.deep.equal(nothing);
        expect(merge(rule, { base: 'a', now: 'b' }, { unsupported: true }).writes).to.deep.equal(nothing);
      });
    }

    it('keeps its edit for the time when it can be read again', () => {
      const masked = merge(crmWins, { base: 'a', now: 'b' }, { base: 'a' });
      expect(masked.settled).to.deep.equal(nothing);
    });

    it('keeps what was last agreed where the other side held it once, so that the change travels later', () => {
      const meanwhile = merge(crmWins, { base: 'a', now: 'b' }, { base: 'a', unsupported: true });
      expect(meanwhile).to.deep.equal({ writes: nothing, settled: nothing, losers: [] });
      const notRead = merge(crmWins, { base: 'a', now: 'b' }, { base: 'a', now: 'a', unsupported: true });
      expect(notRead, 'the base stands for what was not read').to.deep.equal(meanwhile);
      const back = merge(exchangeWins, { base: 'a', now: 'b' }, { base: 'a', now: 'a' });
      expect(back).to.deep.include({ writes: toExchange('b'), losers: [] });
    });

    it('moves the shadow of the side that has it where the other never can', () => {
      const merged = merge(crmWins, { base: 'a', now: 'b' }, { unsupported: true });
      expect(merged.settled).to.deep.equal({ crm: { jobTitle: 'b' }, exchange: {} });
    });
  });

  describe('that a server made something else of', () => {
    const company = 'An extraordinarily long name of a company. '.repeat(10).trim();
    const cut = company.slice(0, 255);

    it('does not bring back what was cut off, only moves the shadow', () => {
      for (const rule of Object.values(everyRule)) {
        const merged = merge(rule, { base: company, now: company }, { base: company, now: cut }, 'company');
        expect(merged.writes).to.deep.equal(nothing);
        expect(merged.settled).to.deep.equal({ crm: {}, exchange: { company: cut } });
      }
    });

    it('is no conflict when the whole text was written and its answer lost', () => {
      const merged = merge(exchangeWins, { base: 'a', now: company }, { base: 'a', now: cut }, 'company');
      expect(merged.writes).to.deep.equal(nothing);
      expect(merged.losers).to.deep.equal([]);
    });

    it('does not care for the case of an address or the order of tags', () => {
      const email = merge(
        crmWins,
        { base: 'A@b.test', now: 'A@b.test' },
        { base: 'A@b.test', now: 'a@b.test' },
        'email1',
      );
      expect(email.writes).to.deep.equal(nothing);
      const tags = merge(
        crmWins,
        { base: ['A', 'B'], now: ['A', 'B'] },
        { base: ['A', 'B'], now: ['B', 'A'] },
        'categories',
      );
      expect(tags.writes).to.deep.equal(nothing);
    });

    it('compares long texts and pictures by their hash', () => {
      const ref = (hash: string) => ({ hash, size: 9, mediaType: 'image/png' });
      const same = merge(
        crmWins,
        { base: ref('1'), now: ref('1') },
        { base: ref('1'), now: ref('1') },
        'photo',
      );
      expect(same.writes).to.deep.equal(nothing);
      expect(same.settled, 'nothing moves').to.deep.equal(nothing);
      const other = merge(
        crmWins,
        { base: ref('1'), now: ref('2') },
        { base: ref('1'), now: ref('1') },
        'photo',
      );
      expect(other.writes.exchange).to.deep.equal({ photo: ref('2') });
    });
  });
});

describe('hasChanged', () => {
  const field = fieldNamed('jobTitle');

  it('is true for another value, a cleared one and a filled one', () => {
    expect(hasChanged(field, view('jobTitle', { base: 'a', now: 'b' }))).to.equal(true);
    expect(hasChanged(field, view('jobTitle', { base: 'a', now: null }))).to.equal(true);
    expect(hasChanged(field, view('jobTitle', { base: null, now: 'b' }))).to.equal(true);
  });

  it('is false for another spelling and for what was not read, now or before', () => {
    expect(hasChanged(field, view('jobTitle', { base: 'a', now: ' a' }))).to.equal(false);
    expect(hasChanged(field, view('jobTitle', { base: 'a' }))).to.equal(false);
    expect(hasChanged(field, view('jobTitle', { now: 'a' }))).to.equal(false);
  });
});
