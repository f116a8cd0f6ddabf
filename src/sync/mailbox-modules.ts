/** What holds for a module in one mailbox. */
import type { FolderTarget, Mailbox, MailboxModule, ModuleSettings } from './administration.ts';
import type { Module } from './model.ts';

export const untouchedModule: MailboxModule = {
  state: 'on',
  reason: null,
  folderId: null,
  target: null,
  movingFrom: null,
};

export function moduleOf({ modules }: Pick<Mailbox, 'modules'>, module: Module): MailboxModule {
  return modules[module] ?? untouchedModule;
}

export function targetOf(
  mailbox: Pick<Mailbox, 'modules'>,
  module: Module,
  settings: Pick<ModuleSettings, 'target'>,
): FolderTarget {
  return moduleOf(mailbox, module).target ?? settings.target;
}
