/** Modules of single mailboxes: switched off and on, with the folder that a module may have of its own. */
import { takeLease } from '../engine/lease-keeper.ts';
import type { LeaseKeeper, LeaseTimes } from '../engine/lease-keeper.ts';
import type { Stores } from '../db/stores.ts';
import { ConfigError, RemoteError } from '../errors.ts';
import { dedicatedName, folderGoneCode, listBelow, removeFolder } from '../ews/side/dedicated-folder.ts';
import { countItems } from '../ews/side/mailbox-folders.ts';
import type { Log } from '../log.ts';
import type { FolderTarget, Mailbox } from '../sync/administration.ts';
import { moduleOf, targetOf } from '../sync/mailbox-modules.ts';
import type { Link, Module } from '../sync/model.ts';
import type { Clock } from '../sync/ports.ts';
import type { RunScope } from '../sync/stores.ts';
import { shortReason } from '../sync/why.ts';
import type { ExchangeConnections } from './exchange-connections.ts';
import { itemsIn, openMailboxFolder } from './mailbox-session.ts';
import type { MailboxFolder } from './mailbox-session.ts';
import { leaseOf } from './scope-lease.ts';

/** What switching a module off would do. */
export type Consideration = Judgement | { readonly kind: 'plain' };

/** Of a dedicated folder; `plain`: nothing is removed. */
export type Judgement =
  /** So many items go to Deleted Items, with the folder. `unseen` of them were only counted. */
  | { readonly kind: 'removes'; readonly items: number; readonly unseen: number; readonly folder: string }
  | Refusal;

interface Refusal {
  readonly kind: 'refused';
  readonly message: string;
  readonly remedy: string;
  /** What is nobody's business but the owner's. */
  readonly ownersOnly?: string;
}

export interface ModuleFolders {
  /** Somebody waits for the answer: of a large folder a part is looked at. */
  consider(scope: RunScope, signal: AbortSignal): Promise<Consideration>;
  /**
   * Null when the module is off now. What removes items has to be confirmed by their number, or for any number; else
   * nothing is done, and the answer says why. Throws RemoteError `MailboxBusy` while a run goes on.
   */
  switchOff(
    scope: RunScope,
    by: { readonly actor: string; readonly confirmed: number | 'any' | null; readonly signal: AbortSignal },
  ): Promise<Judgement | null>;
  switchOn(scope: RunScope, actor: string): Promise<void>;
  /** A run has found that its dedicated folder was deleted: the module is off, and the CRM keeps what it has. */
  endGone(scope: RunScope, known: Mailbox): Promise<void>;
}

export interface ModuleFolderDeps {
  readonly connections: ExchangeConnections;
  readonly log: Log;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly leaseTimes: LeaseTimes;
}

/** Items that are looked at before somebody is asked; all are before something is removed. */
const considered = 1_000;

export function createModuleFolders(deps: ModuleFolderDeps): ModuleFolders {
  const { log, stores, connections } = deps;
  const sessions = { connections, settings: stores.settings };

  async function presentMailbox({ mailboxId }: RunScope): Promise<Mailbox> {
    const mailbox = await stores.mailboxes.get(mailboxId);
    if (mailbox === null) throw new ConfigError([`There is no mailbox ${mailboxId}.`]);
    return mailbox;
  }

  async function presentTarget(mailbox: Mailbox, module: Module): Promise<FolderTarget> {
    const { settings } = await stores.settings.load();
    return targetOf(mailbox, module, settings.modules[module]);
  }

  /** Items lie in both folders until a move is over. */
  async function moveUnderWay(scope: RunScope): Promise<Refusal | null> {
    const { module } = scope;
    const mailbox = await presentMailbox(scope);
    if (moduleOf(mailbox, module).movingFrom === null) return null;
    const target = await presentTarget(mailbox, module);
    return {
      kind: 'refused',
      message: 'Its items are being moved to another folder.',
      remedy: `When that was broken off, an administrator has to repeat \`exsync folders ${module} ${target}\`.`,
    };
  }

  /** The dedicated folder of the scope, or null where switching off has nothing to do with one. */
  async function ownFolder(scope: RunScope, signal: AbortSignal): Promise<MailboxFolder | null> {
    const mailbox = await presentMailbox(scope);
    const { module } = scope;
    if ((await presentTarget(mailbox, module)) === 'default') return null;
    const { folderId } = moduleOf(mailbox, module);
    if (folderId === null) return null;
    const folder = { target: 'dedicated', folderId, mayMake: false } as const;
    return openMailboxFolder(sessions, mailbox, { module, folder }, signal);
  }

  async function judge(
    scope: RunScope,
    { session, folderId }: MailboxFolder,
    look: { readonly signal: AbortSignal; readonly atLeast?: number },
  ): Promise<Judgement> {
    if (folderId === null) throw new Error('A dedicated folder that was opened has no id.');
    const { module } = scope;
    const { signal, atLeast = Infinity } = look;
    const folder = dedicatedName(module);
    const below = await listBelow(session, { id: folderId }, signal);
    if (below.length > 0) {
      return {
        kind: 'refused',
        message: `In the folder “${folder}” lies another folder.`,
        remedy: 'Its owner has to move it away first.',
        ownersOnly: `It is “${below[0]?.displayName ?? ''}”.`,
      };
    }
    const versions = await itemsIn(session, module, folderId, look);
    const ids = [...versions.keys()];
    const items =
      ids.length < atLeast ? ids.length : Math.max(ids.length, await countItems(session, folderId, signal));
    const unseen = items - ids.length;
    const found = await stores.sync.linksByItem(scope, 'exchange', ids);
    const links = new Map(found.map((link) => [link.exchangeId, link]));
    const foreign = ids.filter((id) => links.get(id)?.state !== 'active');
    if (foreign.length > 0) {
      const message = `In the folder “${folder}” ${lie(foreign.length, unseen)} not in the CRM.`;
      return { kind: 'refused', message, remedy: remedyFor(foreign.map((id) => links.get(id))) };
    }
    const unread = ids.filter((id) => links.get(id)?.exchange?.version !== versions.get(id)).length;
    if (unread > 0) {
      return {
        kind: 'refused',
        message: `In the folder “${folder}” ${lie(unread, unseen)} changed and not read yet.`,
        remedy: 'Sync once more, so that the changes come into the CRM; then switch it off.',
      };
    }
    return { kind: 'removes', items, unseen, folder };
  }

  async function underLease<T>(scope: RunScope, work: (keeper: LeaseKeeper) => Promise<T>): Promise<T> {
    const keeper = await leaseOf(deps, scope);
    try {
      return await work(keeper);
    } finally {
      await keeper.release();
    }
  }

  return {
    async consider(scope, signal) {
      const underWay = await moveUnderWay(scope);
      if (underWay !== null) return underWay;
      try {
        const folder = await ownFolder(scope, signal);
        return folder === null
          ? { kind: 'plain' }
          : await judge(scope, folder, { signal, atLeast: considered });
      } catch (error) {
        // It went without us: there is nothing left to remove.
        if (error instanceof RemoteError && error.code === folderGoneCode) return { kind: 'plain' };
        throw error;
      }
    },

    async switchOff(scope, { actor, confirmed, signal }) {
      const { mailboxId, module } = scope;
      const first = await offWithoutFolder(scope, actor);
      if (first !== 'ownFolder') return first;
      return underLease(scope, async (keeper) => {
        // A move may have begun or ended while the lease was waited for.
        const now = await offWithoutFolder(scope, actor);
        if (now !== 'ownFolder') return now;
        const answer = await removeOwn(scope, keeper, { confirmed, signal });
        if (answer.kind !== 'gone') return answer;
        await stores.mailboxModules.forget(keeper.lease, scope, null);
        await stores.audit.record(actor, 'module.off', { mailboxId, module, items: answer.items });
        return null;
      });
    },

    async switchOn(scope, actor) {
      await presentMailbox(scope);
      await stores.mailboxModules.switch(scope, 'on', null);
      const { mailboxId, module } = scope;
      await stores.audit.record(actor, 'module.on', { mailboxId, module });
    },

    async endGone(scope, known) {
      const { mailboxId, module } = scope;
      const keeper = await takeLease(stores.leases, `${mailboxId}:${module}`, deps.leaseTimes, deps.clock);
      // Whoever has the lease finds the folder gone as well.
      if (keeper === null) return;
      try {
        const own = moduleOf(await presentMailbox(scope), module);
        // Meanwhile somebody has switched it off, or it has another folder.
        if (own.state === 'off' || own.folderId !== moduleOf(known, module).folderId) return;
        const reason = `Its folder “${dedicatedName(module)}” was deleted in Exchange.`;
        await stores.mailboxModules.forget(keeper.lease, scope, reason);
        await stores.audit.record('exsync', 'module.off', { mailboxId, module, reason });
        log.warn('the module is switched off for the mailbox: its folder was deleted in Exchange', {
          mailbox: known.address,
          module,
        });
      } finally {
        await keeper.release();
      }
    },
  };

  /** A default folder stays as it is, so that a run that goes on need not be waited for. */
  async function offWithoutFolder(scope: RunScope, actor: string): Promise<Refusal | null | 'ownFolder'> {
    const { mailboxId, module } = scope;
    const underWay = await moveUnderWay(scope);
    if (underWay !== null) return underWay;
    if ((await presentTarget(await presentMailbox(scope), module)) === 'dedicated') return 'ownFolder';
    await stores.mailboxModules.switch(scope, 'off', null);
    await stores.audit.record(actor, 'module.off', { mailboxId, module });
    return null;
  }

  /** The folder goes to Deleted Items where that is confirmed, and nothing of the owner's own lies in it. */
  async function removeOwn(
    scope: RunScope,
    keeper: LeaseKeeper,
    { confirmed, signal }: { readonly confirmed: number | 'any' | null; readonly signal: AbortSignal },
  ): Promise<Judgement | { readonly kind: 'gone'; readonly items: number }> {
    try {
      const folder = await ownFolder(scope, signal);
      if (folder === null || folder.folderId === null) return { kind: 'gone', items: 0 };
      await keeper.ensure();
      const judgement = await judge(scope, folder, { signal });
      if (judgement.kind === 'refused' || !isConfirmed(judgement.items, confirmed)) return judgement;
      await keeper.ensure();
      await removeFolder(folder.session, folder.folderId, signal);
      return { kind: 'gone', items: judgement.items };
    } catch (error) {
      if (error instanceof RemoteError && error.code === folderGoneCode) return { kind: 'gone', items: 0 };
      throw error;
    }
  }
}

/** What has a link already is left out by rule, and no sync brings it in. */
function remedyFor(foreign: readonly (Link | undefined)[]): string {
  const leftOut = foreign.flatMap((link) => link ?? []);
  if (leftOut.length === 0)
    return 'Sync once more, so that they come into the CRM; or move them to another folder.';
  const reasons = [...new Set(leftOut.map(({ reason }) => shortReason(reason ?? '')))].join('; ');
  const isAll = leftOut.length === foreign.length;
  return isAll
    ? `No sync brings them in (${reasons}): move them to another folder.`
    : `Move those to another folder that no sync brings in (${leftOut.length}: ${reasons}), and sync once more for the others.`;
}

function lie(count: number, unseen: number): string {
  const some = unseen === 0 ? '' : 'at least ';
  return count === 1 ? `lies ${some}1 item that is` : `lie ${some}${count} items that are`;
}

/** An empty folder goes unasked. */
function isConfirmed(items: number, confirmed: number | 'any' | null): boolean {
  return items === 0 || confirmed === 'any' || confirmed === items;
}
