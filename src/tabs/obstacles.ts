/** Why what a reader asks for would not be carried out: told before it is queued, for a run that is refused tells nobody. */
import type { Mailbox, Settings } from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import type { Module } from '../sync/model.ts';
import { notPermitted, standing } from '../sync/standing.ts';
import type { Standing } from '../sync/standing.ts';
import type { TabsDeps, TabsUser } from './ports.ts';

type Known = Pick<TabsDeps, 'users' | 'settings'>;

/** Why a run of this mailbox and module would be refused; null: it would not. */
export async function runObstacle(deps: Known, mailbox: Mailbox, module: Module): Promise<string | null> {
  return obstacleText(standing(mailbox, await userOf(deps, mailbox), module, await settingsOf(deps)));
}

/** Why no module of this mailbox would be run. */
export async function mailboxObstacle(deps: Known, mailbox: Mailbox): Promise<string | null> {
  const user = await userOf(deps, mailbox);
  const settings = await settingsOf(deps);
  const obstacles = modules.map((module) => obstacleText(standing(mailbox, user, module, settings)));
  if (obstacles.includes(null)) return null;
  return new Set(obstacles).size === 1 ? (obstacles[0] ?? null) : 'No module of this mailbox is switched on.';
}

async function userOf({ users }: Known, { crmUserId }: Mailbox): Promise<TabsUser | undefined> {
  return (await users()).find(({ id }) => id === crmUserId);
}

async function settingsOf({ settings }: Known): Promise<Settings> {
  return (await settings.load()).settings;
}

function obstacleText(found: Standing): string | null {
  switch (found.kind) {
    case 'on':
      return null;
    case 'mailboxPaused':
      return `The mailbox is paused: ${found.reason ?? 'no reason was given.'}`;
    case 'mailboxOff':
      return 'The sync of this mailbox is switched off.';
    case 'userInactive':
      return 'The user of this mailbox is not active in the CRM.';
    case 'notPermitted':
      return notPermitted.reason;
    case 'moduleOff':
      return 'This module is switched off.';
    case 'ownModuleOff':
      return `This module is switched off for this mailbox.${found.reason === null ? '' : ` ${found.reason}`}`;
  }
}
