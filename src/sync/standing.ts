/** Whether a module of a mailbox is synced; one answer for schedule, commands and pages. */
import type { Mailbox, Settings } from './administration.ts';
import { moduleOf } from './mailbox-modules.ts';
import type { Module } from './model.ts';

/** What keeps the whole mailbox from being synced. */
export type MailboxStanding =
  | { readonly kind: 'on' }
  | { readonly kind: 'mailboxOff' }
  | { readonly kind: 'mailboxPaused'; readonly reason: string | null }
  | { readonly kind: 'userInactive' };

export type ModuleStanding =
  | { readonly kind: 'on' }
  /** For everybody. */
  | { readonly kind: 'moduleOff' }
  /** For this mailbox. */
  | { readonly kind: 'ownModuleOff'; readonly reason: string | null };

export type Standing =
  | MailboxStanding
  | ModuleStanding
  /** The CRM does not let the user have this module. */
  | { readonly kind: 'notPermitted' };

/** For people, where a module waits for the right to it. */
export const notPermitted = {
  reason: 'The profile of the user does not allow this module in the CRM.',
  remedy: 'Give the user a profile that does, with `exsync user role`; nothing is removed meanwhile.',
} as const;

type KnownMailbox = Pick<Mailbox, 'state' | 'pausedReason' | 'modules'>;
/** Nobody where the CRM does not have him any more. */
type KnownUser = { readonly active: boolean; readonly forbidden: readonly Module[] } | null | undefined;

export function mailboxStanding(
  { state, pausedReason }: Omit<KnownMailbox, 'modules'>,
  user: { readonly active: boolean } | null | undefined,
): MailboxStanding {
  switch (state) {
    case 'off':
      return { kind: 'mailboxOff' };
    case 'paused':
      return { kind: 'mailboxPaused', reason: pausedReason };
    case 'active':
      return { kind: user?.active ? 'on' : 'userInactive' };
  }
}

export function moduleStanding(
  mailbox: Pick<Mailbox, 'modules'>,
  module: Module,
  settings: Pick<Settings, 'modules'>,
): ModuleStanding {
  if (!settings.modules[module].enabled) return { kind: 'moduleOff' };
  const { state, reason } = moduleOf(mailbox, module);
  return state === 'off' ? { kind: 'ownModuleOff', reason } : { kind: 'on' };
}

/** What somebody has switched off comes before what has happened to the mailbox, and that before the right. */
export function standing(
  mailbox: KnownMailbox,
  user: KnownUser,
  module: Module,
  settings: Pick<Settings, 'modules'>,
): Standing {
  if (mailbox.state === 'off') return { kind: 'mailboxOff' };
  const own = moduleStanding(mailbox, module, settings);
  if (own.kind !== 'on') return own;
  const whole = mailboxStanding(mailbox, user);
  return whole.kind === 'on' && user?.forbidden.includes(module) ? { kind: 'notPermitted' } : whole;
}
