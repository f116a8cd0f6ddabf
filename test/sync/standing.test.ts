import { expect } from 'chai';
import type { Mailbox, ModuleSettings } from '../../src/sync/administration.ts';
import { untouchedModule } from '../../src/sync/mailbox-modules.ts';
import { standing } from '../../src/sync/standing.ts';

const settingsOf = (enabled: boolean) => {
  const contacts: ModuleSettings = {
    enabled,
    target: 'default',
    type: 'twoWay',
    direction: 'crmToExchange',
    winner: 'crm',
    deletes: { crm: true, exchange: false },
    firstSyncCap: 10_000,
    mapping: {},
  };
  return { modules: { contacts, tasks: contacts, events: contacts } };
};
const active: Pick<Mailbox, 'state' | 'pausedReason' | 'modules'> = {
  state: 'active',
  pausedReason: null,
  modules: {},
};
const paused = { ...active, state: 'paused', pausedReason: 'Wrong password.' } as const;
const ownOff = { contacts: { ...untouchedModule, state: 'off', reason: 'Its folder was deleted.' } } as const;
const user = { active: true, forbidden: [] };
const forbidden = { active: true, forbidden: ['contacts'] } as const;

describe('whether a module of a mailbox is synced', () => {
  const cases = [
    ['all is on', active, user, true, { kind: 'on' }],
    [
      'only another module is off',
      { ...active, modules: { tasks: ownOff.contacts } },
      user,
      true,
      { kind: 'on' },
    ],
    ['the mailbox is off', { ...active, state: 'off' }, user, true, { kind: 'mailboxOff' }],
    ['it is paused', paused, user, true, { kind: 'mailboxPaused', reason: 'Wrong password.' }],
    ['the user is not active', active, { ...user, active: false }, true, { kind: 'userInactive' }],
    ['the CRM has no such user', active, null, true, { kind: 'userInactive' }],
    ['the profile does not allow it', active, forbidden, true, { kind: 'notPermitted' }],
    [
      'the profile does not allow another module',
      active,
      { active: true, forbidden: ['tasks', 'events'] },
      true,
      { kind: 'on' },
    ],
    [
      'the profile does not allow it and the mailbox is paused',
      paused,
      forbidden,
      true,
      { kind: 'mailboxPaused', reason: 'Wrong password.' },
    ],
    ['it is off and not allowed', active, forbidden, false, { kind: 'moduleOff' }],
    ['the module is off for everybody', active, user, false, { kind: 'moduleOff' }],
    [
      'it is off for the mailbox, which is paused besides',
      { ...paused, modules: ownOff },
      user,
      true,
      { kind: 'ownModuleOff', reason: 'Its folder was deleted.' },
    ],
  ] as const;
  for (const [name, mailbox, who, enabled, expected] of cases) {
    it(`is told where ${name}`, () => {
      expect(standing(mailbox, who, 'contacts', settingsOf(enabled))).to.deep.equal(expected);
    });
  }
});
