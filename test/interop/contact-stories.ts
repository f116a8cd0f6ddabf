/** What happens to one contact each, and how it ends under each set of rules. Written from the rules, by hand. */
import { expect } from 'chai';
import type { ModuleSettings } from '../../src/sync/administration.ts';
import type { CrmClient } from './company.ts';
import type { Exchangelib, LibContact } from './exchangelib.ts';

const both = { crm: true, exchange: true };
const neither = { crm: false, exchange: false };

export const ruleSets = {
  'two-way, the CRM wins': { type: 'twoWay', winner: 'crm', deletes: both },
  'two-way, Exchange wins': { type: 'twoWay', winner: 'exchange', deletes: both },
  'two-way, deletions stay where they are': { type: 'twoWay', winner: 'crm', deletes: neither },
  'CRM to Exchange': { type: 'oneWay', direction: 'crmToExchange', deletes: both },
  'CRM to Exchange, deletions stay where they are': {
    type: 'oneWay',
    direction: 'crmToExchange',
    deletes: neither,
  },
  'Exchange to CRM': { type: 'oneWay', direction: 'exchangeToCrm', deletes: both },
  'Exchange to CRM, deletions stay where they are': {
    type: 'oneWay',
    direction: 'exchangeToCrm',
    deletes: neither,
  },
} as const satisfies Record<string, Partial<ModuleSettings>>;

export type RuleSet = keyof typeof ruleSets;
const names = Object.keys(ruleSets) as RuleSet[];

/** A field on both sides at the end; null: the contact is not there. */
interface End {
  readonly crm: string | null;
  readonly exchange: string | null;
}
type Ends = Readonly<Record<RuleSet, End>>;

/** One contact, and those who work on it. */
export interface Hands {
  readonly outlook: Exchangelib;
  readonly crm: CrmClient;
  readonly email: string;
  /** As it was at first. */
  readonly contact: LibContact;
}
type Deed = (hands: Hands) => Promise<void>;
interface Deeds {
  readonly exchange?: Deed;
  readonly crm?: Deed;
}

export interface Story {
  /** Before the second run. */
  readonly before?: Deeds;
  /** Before the third. */
  readonly later?: Deeds;
  /** The job title. */
  readonly ends: Ends;
  readonly departments?: Ends;
}

/**
 * `CRM:Exchange` for each rule set, in their order: two-way (CRM wins, Exchange wins, deletions stay), CRM to Exchange
 * (deletions travel, stay), Exchange to CRM (the same). `-`: the contact is not there; `none`: the field is empty.
 */
function ends(table: string): Ends {
  const list = table.trim().split(/\s+/);
  expect(list, table).to.have.lengthOf(names.length);
  const value = (text = ''): string | null => (text === '-' ? null : text === 'none' ? '' : text);
  const end = (pair = ''): End => ({ crm: value(pair.split(':')[0]), exchange: value(pair.split(':')[1]) });
  return Object.fromEntries(names.map((name, index) => [name, end(list[index])])) as unknown as Ends;
}

const editInExchange: Deed = ({ outlook, email }) => outlook.edit(email, { job_title: 'exch' });
const editInCrm: Deed = ({ crm, email }) => crm.edit(email, { jobTitle: 'crm' });
const removeInExchange: Deed = ({ outlook, email }) => outlook.delete(email, 'trash');
const removeInCrm: Deed = ({ crm, email }) => crm.remove(email);
const moveAway: Deed = ({ outlook, email }) => outlook.moveInto('Elsewhere', email);

export const remade = 'deleted and made again in exchange';
export const moved = 'moved to a subfolder';

export const stories: Readonly<Record<string, Story>> = {
  'left alone': {
    ends: ends(
      'before:before before:before before:before before:before before:before before:before before:before',
    ),
  },
  'edited in exchange': {
    before: { exchange: editInExchange },
    // One way, an edit on the following side stays there.
    ends: ends('exch:exch exch:exch exch:exch  before:exch before:exch  exch:exch exch:exch'),
  },
  'edited in crm': {
    before: { crm: editInCrm },
    ends: ends('crm:crm crm:crm crm:crm  crm:crm crm:crm  crm:before crm:before'),
  },
  'same field on both': {
    before: { exchange: editInExchange, crm: editInCrm },
    ends: ends('crm:crm exch:exch crm:crm  crm:crm crm:crm  exch:exch exch:exch'),
  },
  'same field to the same value': {
    before: {
      exchange: ({ outlook, email }) => outlook.edit(email, { job_title: 'agreed' }),
      crm: ({ crm, email }) => crm.edit(email, { jobTitle: 'agreed' }),
    },
    ends: ends(
      'agreed:agreed agreed:agreed agreed:agreed agreed:agreed agreed:agreed agreed:agreed agreed:agreed',
    ),
  },
  'different fields': {
    before: { exchange: editInExchange, crm: ({ crm, email }) => crm.edit(email, { department: 'crm' }) },
    ends: ends('exch:exch exch:exch exch:exch  before:exch before:exch  exch:exch exch:exch'),
    departments: ends('crm:crm crm:crm crm:crm  crm:crm crm:crm  crm:before crm:before'),
  },
  'cleared in exchange': {
    before: { exchange: ({ outlook, email }) => outlook.edit(email, { job_title: null }) },
    ends: ends('none:none none:none none:none  before:none before:none  none:none none:none'),
  },
  'cleared in crm': {
    before: { crm: ({ crm, email }) => crm.edit(email, { jobTitle: null }) },
    ends: ends('none:none none:none none:none  none:none none:none  none:before none:before'),
  },
  'edited in exchange and in crm later': {
    before: { exchange: editInExchange },
    later: { crm: editInCrm },
    // One way, the edit on the following side lasts until the leading side changes the field.
    ends: ends('crm:crm crm:crm crm:crm  crm:crm crm:crm  crm:exch crm:exch'),
  },
  'edited in crm and in exchange later': {
    before: { crm: editInCrm },
    later: { exchange: editInExchange },
    ends: ends('exch:exch exch:exch exch:exch  crm:exch crm:exch  exch:exch exch:exch'),
  },
  'deleted in exchange': {
    before: { exchange: removeInExchange },
    // Deleted on the following side: out of scope, and not made again.
    ends: ends('-:- -:- before:-  before:- before:-  -:- before:-'),
  },
  'deleted for good in exchange': {
    before: { exchange: ({ outlook, email }) => outlook.delete(email, 'hard') },
    ends: ends('-:- -:- before:-  before:- before:-  -:- before:-'),
  },
  'deleted in crm': {
    before: { crm: removeInCrm },
    ends: ends('-:- -:- -:before  -:- -:before  -:before -:before'),
  },
  'deleted on both': {
    before: { exchange: removeInExchange, crm: removeInCrm },
    ends: ends('-:- -:- -:-  -:- -:-  -:- -:-'),
  },
  'deleted in exchange and edited in crm': {
    before: { exchange: removeInExchange, crm: editInCrm },
    // Where the edit wins, it is made again.
    ends: ends('crm:crm -:- crm:-  crm:- crm:-  -:- crm:-'),
  },
  'deleted in crm and edited in exchange': {
    before: { exchange: editInExchange, crm: removeInCrm },
    ends: ends('-:- exch:exch -:exch  -:- -:exch  -:exch -:exch'),
  },
  'deleted in exchange and edited in crm later': {
    before: { exchange: removeInExchange },
    later: {
      crm: async (hands) => {
        const stayed = (await hands.crm.all()).some(({ values }) => values['email1'] === hands.email);
        if (stayed) await editInCrm(hands);
      },
    },
    // Nothing comes back.
    ends: ends('-:- -:- crm:-  crm:- crm:-  -:- crm:-'),
  },
  [moved]: {
    before: { exchange: moveAway },
    later: { crm: editInCrm },
    // Neither deleted nor made again; the one in the subfolder is looked at by itself.
    ends: ends('crm:- crm:- crm:-  crm:- crm:-  crm:- crm:-'),
  },
  'moved away and back': {
    before: { exchange: moveAway },
    later: { exchange: ({ outlook, email }) => outlook.moveBack('Elsewhere', email), crm: editInCrm },
    ends: ends('crm:crm crm:crm crm:crm  crm:crm crm:crm  crm:before crm:before'),
  },
  [remade]: {
    before: {
      exchange: async ({ outlook, email, contact }) => {
        await outlook.delete(email, 'hard');
        await outlook.create([contact]);
      },
    },
    later: { crm: editInCrm },
    ends: ends('crm:crm crm:crm crm:crm  crm:crm crm:crm  crm:before crm:before'),
  },
};

/** After the second run: the same field on both, and every filled field of an edit that lost against a deletion. */
export const conflicts: Readonly<Record<RuleSet, number>> = {
  'two-way, the CRM wins': 2,
  'two-way, Exchange wins': 2,
  'two-way, deletions stay where they are': 1,
  'CRM to Exchange': 2,
  'CRM to Exchange, deletions stay where they are': 1,
  'Exchange to CRM': 2,
  'Exchange to CRM, deletions stay where they are': 1,
};
