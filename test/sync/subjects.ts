/** One person on two sides, as the planner tests see him. */
import { contactFields } from '../../src/sync/contact-fields.ts';
import type { FieldSpec } from '../../src/sync/field-spec.ts';
import type { Link, SealedValues, Side } from '../../src/sync/model.ts';
import type { Rules, SealedItem, SideState } from '../../src/sync/plan.ts';
import type { Capabilities } from '../../src/sync/ports.ts';

export function fieldNamed(name: string): FieldSpec {
  const found = contactFields.find((field) => field.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
}

/** A text, two that the two sides edit, one that Exchange cannot hold, one that takes a call of its own there. */
export const fields = ['surname', 'jobTitle', 'department', 'company', 'prefix', 'photo'].map(fieldNamed);

export const capabilities: Readonly<Record<Side, Capabilities>> = {
  crm: { unsupported: new Set(), separate: new Set(), readOnly: new Set(), batchSize: 10 },
  exchange: {
    unsupported: new Set(['prefix']),
    separate: new Set(['photo']),
    readOnly: new Set(),
    batchSize: 10,
  },
};

/** What both sides showed last. */
export const shown: Readonly<Record<Side, SealedValues>> = {
  crm: {
    surname: 'Lovelace',
    jobTitle: 'Engineer',
    department: null,
    company: null,
    prefix: 'Dr.',
    photo: null,
  },
  exchange: { surname: 'Lovelace', jobTitle: 'Engineer', department: null, company: null, photo: null },
};

/** Both sides edit the job title; beside it each fills a field of its own. */
export const edited: Readonly<Record<Side, SealedValues>> = {
  crm: { ...shown.crm, jobTitle: 'of crm', department: 'of crm' },
  exchange: { ...shown.exchange, jobTitle: 'of exchange', company: 'of exchange' },
};

export const itemIds: Readonly<Record<Side, string>> = { crm: 'crm-1', exchange: 'exchange-1' };
export const shadowVersions: Readonly<Record<Side, string>> = { crm: 'c1', exchange: 'e1' };
export const presentVersions: Readonly<Record<Side, string>> = { crm: 'c2', exchange: 'e2' };

export function itemOf(side: Side, values: SealedValues): SealedItem {
  const identity = side === 'exchange' ? 'identity-1' : null;
  return { id: itemIds[side], version: presentVersions[side], values, identity };
}

export const stateNames = [
  'unchanged',
  'edited',
  'touched',
  'deleted',
  'absent',
  'outOfScope',
  'unread',
] as const;
export type StateName = (typeof stateNames)[number];

export const outReasons = { crm: 'owner', exchange: 'unsupportedItem' } as const;

/** `edited` and `touched` are both "changed": read, with and without a field that is another one. */
export function stateOf(side: Side, name: StateName): SideState {
  switch (name) {
    case 'edited':
      return { state: 'changed', item: itemOf(side, edited[side]) };
    case 'touched':
      return { state: 'changed', item: itemOf(side, shown[side]) };
    case 'outOfScope':
      return {
        state: 'outOfScope',
        reason: outReasons[side],
        id: itemIds[side],
        version: presentVersions[side],
        keyValues: { surname: 'Lovelace' },
      };
    case 'unchanged':
    case 'deleted':
    case 'absent':
    case 'unread':
      return { state: name };
  }
}

export const linkNames = [
  'none',
  'active',
  'outOfScope',
  'crmOnly',
  'exchangeOnly',
  'endedWithCrm',
  'endedWithExchange',
  'ended',
] as const;
export type LinkName = (typeof linkNames)[number];

const bothIds = { crmId: itemIds.crm, exchangeId: itemIds.exchange, identity: 'identity-1' };
const onlyCrm = { crmId: itemIds.crm, exchangeId: null, exchange: null, identity: null };
const onlyExchange = { crmId: null, crm: null, exchangeId: itemIds.exchange, identity: 'identity-1' };
const shadows = {
  crm: { version: shadowVersions.crm, values: shown.crm },
  exchange: { version: shadowVersions.exchange, values: shown.exchange },
};

const links: Readonly<Record<LinkName, Omit<Link, 'id'> | null>> = {
  none: null,
  active: { state: 'active', reason: null, ...bothIds, ...shadows },
  outOfScope: { state: 'outOfScope', reason: 'imported', ...bothIds, ...shadows },
  crmOnly: { state: 'outOfScope', reason: 'cap', ...shadows, ...onlyCrm },
  exchangeOnly: { state: 'outOfScope', reason: 'direction', ...shadows, ...onlyExchange },
  endedWithCrm: { state: 'deleted', reason: 'deletedInExchange', ...shadows, ...onlyCrm },
  endedWithExchange: { state: 'deleted', reason: 'deletedInCrm', ...shadows, ...onlyExchange },
  ended: {
    state: 'deleted',
    reason: 'deletedOnBoth',
    crmId: null,
    exchangeId: null,
    crm: null,
    exchange: null,
    identity: null,
  },
};

export function linkOf(name: LinkName): Link | null {
  const link = links[name];
  return link && { id: 'link-1', ...link };
}

export const ruleNames = ['crmWins', 'exchangeWins', 'crmLeads', 'exchangeLeads'] as const;
export type RuleName = (typeof ruleNames)[number];

export function rulesOf(name: RuleName, deletes: Rules['deletes'] = { crm: true, exchange: true }): Rules {
  return {
    fields,
    type: name === 'crmLeads' || name === 'exchangeLeads' ? 'oneWay' : 'twoWay',
    direction: name === 'exchangeLeads' ? 'exchangeToCrm' : 'crmToExchange',
    // With one way the winner has no say; the wrong one shows a planner that asks him.
    winner: name === 'crmWins' || name === 'exchangeLeads' ? 'crm' : 'exchange',
    deletes,
  };
}
