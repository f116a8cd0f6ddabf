/** Moves what is linked from the default folders of mailboxes into dedicated ones, or back. */
import type { LeaseKeeper } from '../engine/lease-keeper.ts';
import { stampOf } from '../engine/pairing.ts';
import { describeError, RemoteError, StoppedError } from '../errors.ts';
import type { EwsSession } from '../ews/operations/run-operation.ts';
import { folderGoneCode } from '../ews/side/dedicated-folder.ts';
import { moveItems } from '../ews/side/item-moving.ts';
import type { MoveResult, Way } from '../ews/side/item-moving.ts';
import { isBookmark } from '../sync/bookmarks.ts';
import type { FolderTarget, Mailbox } from '../sync/administration.ts';
import { moduleOf, targetOf } from '../sync/mailbox-modules.ts';
import type { Link, Module } from '../sync/model.ts';
import { moduleStanding } from '../sync/standing.ts';
import { emptySettlement } from '../sync/stores.ts';
import type { RunScope } from '../sync/stores.ts';
import { itemsIn, openMailboxFolder } from './mailbox-session.ts';
import type { MailboxFolder } from './mailbox-session.ts';
import type { ModuleFolderDeps } from './module-folders.ts';
import { leaseOf } from './scope-lease.ts';

/** What became, or (preview) would become, of one mailbox. */
export interface MailboxMove {
  readonly mailbox: string;
  /**
   * `there` before already, or never synced; `kept`: switched off, so that nothing is moved and it keeps its folder;
   * `failed`: as it says in `error`, and to be repeated.
   */
  readonly state: 'moved' | 'wouldMove' | 'there' | 'kept' | 'failed';
  readonly moved: number;
  /** Items that are not in the CRM, and stay in the folder they are in. */
  readonly stays: number;
  /** Whether the dedicated folder has to be made for it. */
  readonly makesFolder: boolean;
  readonly error: string | null;
}

export interface FolderMoves {
  move(mailbox: Mailbox, order: MoveOrder): Promise<MailboxMove>;
  /** The settings take the target, unless a mailbox is left that has not gone over. */
  settle(module: Module, target: FolderTarget, actor: string): Promise<boolean>;
}

export interface MoveOrder {
  readonly module: Module;
  readonly target: FolderTarget;
  readonly preview: boolean;
  readonly signal: AbortSignal;
  readonly progress: (moved: number) => void;
}

/** Links read at a time, and items moved by one request. */
const pageSize = 500;
const batchSize = 50;

export function createFolderMoves(deps: ModuleFolderDeps): FolderMoves {
  const { stores, connections } = deps;
  const sessions = { connections, settings: stores.settings };

  async function move(mailbox: Mailbox, order: MoveOrder): Promise<MailboxMove> {
    const nothing = { mailbox: mailbox.address, moved: 0, stays: 0, makesFolder: false, error: null };
    const { module, target } = order;
    const scope = { mailboxId: mailbox.id, module };
    try {
      const step = await nextStep(mailbox, module, target);
      if (step === 'there') return { ...nothing, state: 'there' };
      if (order.preview) {
        if (step === 'keep') return { ...nothing, state: 'kept' };
        return { ...nothing, ...(await look(mailbox, order)), state: 'wouldMove' };
      }
      const keeper = await leaseOf(deps, scope);
      try {
        return { ...nothing, ...(await stepUnderLease(scope, order, keeper)) };
      } finally {
        await keeper.release();
      }
    } catch (error) {
      if (error instanceof StoppedError)
        return { ...nothing, state: 'failed', error: 'It was stopped; repeat the command to go on.' };
      if (!(error instanceof RemoteError)) throw error;
      return { ...nothing, state: 'failed', error: describeError(error) };
    }
  }

  async function presentTarget(mailbox: Mailbox, module: Module): Promise<FolderTarget> {
    const { settings } = await stores.settings.load();
    return targetOf(mailbox, module, settings.modules[module]);
  }

  async function nextStep(
    mailbox: Mailbox,
    module: Module,
    target: FolderTarget,
  ): Promise<'move' | 'there' | 'keep'> {
    const { settings } = await stores.settings.load();
    const own = moduleOf(mailbox, module);
    if (targetOf(mailbox, module, settings.modules[module]) === target) {
      if (own.movingFrom === null) return 'there';
    } else {
      const feeds = await stores.sync.cursors({ mailboxId: mailbox.id, module });
      if (!feeds.some((feed) => feed.side === 'exchange' && !isBookmark(feed))) return 'there';
    }
    const isOff = mailbox.state === 'off' || moduleStanding(mailbox, module, settings).kind !== 'on';
    return isOff ? 'keep' : 'move';
  }

  async function look(
    mailbox: Mailbox,
    order: MoveOrder,
  ): Promise<Pick<MailboxMove, 'moved' | 'stays' | 'makesFolder'>> {
    const { module, target, signal } = order;
    const scope = { mailboxId: mailbox.id, module };
    const goesOn =
      moduleOf(mailbox, module).movingFrom !== null && (await presentTarget(mailbox, module)) === target;
    const from = await sourceOf(mailbox, order, goesOn);
    const to = await folderOf(mailbox, scope, { target, mayMake: false }, signal);
    const ids =
      from?.folderId == null
        ? []
        : [...(await itemsIn(from.session, module, from.folderId, { signal })).keys()];
    const links = await stores.sync.linksByItem(scope, 'exchange', ids);
    const moved = new Set(links.filter(goesAlong).map(({ exchangeId }) => exchangeId));
    return { moved: moved.size, stays: ids.length - moved.size, makesFolder: to.folderId === null };
  }

  /** Null where a move that goes on came too late: its owner has deleted the folder, and nothing is left to move. */
  async function sourceOf(
    mailbox: Mailbox,
    { module, target, signal }: MoveOrder,
    goesOn: boolean,
  ): Promise<MailboxFolder | null> {
    const scope = { mailboxId: mailbox.id, module };
    try {
      return await folderOf(mailbox, scope, { target: other(target), mayMake: false }, signal);
    } catch (error) {
      if (goesOn && error instanceof RemoteError && error.code === folderGoneCode) return null;
      throw error;
    }
  }

  function folderOf(
    mailbox: Mailbox,
    { module }: RunScope,
    { target, mayMake }: { readonly target: FolderTarget; readonly mayMake: boolean },
    signal: AbortSignal,
  ): Promise<MailboxFolder> {
    const { folderId } = moduleOf(mailbox, module);
    const folder = target === 'default' ? { target } : { target, folderId, mayMake };
    return openMailboxFolder(sessions, mailbox, { module, folder }, signal);
  }

  /** While the lease was waited for, it may have been switched off, or moved by somebody else. */
  async function stepUnderLease(
    scope: RunScope,
    order: MoveOrder,
    keeper: LeaseKeeper,
  ): Promise<Partial<MailboxMove> & Pick<MailboxMove, 'state'>> {
    const { module, target } = order;
    const mailbox = await stores.mailboxes.get(scope.mailboxId);
    if (mailbox === null) throw new Error(`There is no mailbox ${scope.mailboxId}.`);
    switch (await nextStep(mailbox, module, target)) {
      case 'there':
        return { state: 'there' };
      case 'keep':
        await stores.mailboxModules.keepTarget(scope, await presentTarget(mailbox, module));
        return { state: 'kept' };
      case 'move':
        return moveUnderLease(mailbox, order, keeper);
    }
  }

  async function moveUnderLease(
    mailbox: Mailbox,
    order: MoveOrder,
    keeper: LeaseKeeper,
  ): Promise<Pick<MailboxMove, 'state' | 'moved' | 'stays' | 'makesFolder' | 'error'>> {
    const { module, target, signal } = order;
    const scope = { mailboxId: mailbox.id, module };
    const interrupted = (await stores.sync.leftovers(scope, null)).some(({ state }) => state === 'tried');
    if (interrupted) throw interruptedRun();
    const { movingFrom } = moduleOf(mailbox, module);
    const goesOn = movingFrom !== null && (await presentTarget(mailbox, module)) === target;
    const source = await sourceOf(mailbox, order, goesOn);
    await keeper.ensure();
    const found = await folderOf(mailbox, scope, { target, mayMake: false }, signal);
    const makesFolder = found.folderId === null;
    const { session, folderId: to } = makesFolder
      ? await folderOf(mailbox, scope, { target, mayMake: true }, signal)
      : found;
    // Of a move the other way that broke off, the folder it began in is the one to go back to.
    const from = goesOn ? movingFrom : (source?.folderId ?? null);
    if (from === null || to === null) throw new Error('A folder of the mailbox has no id.');
    await stores.mailboxModules.beginMove(keeper.lease, scope, { target, from, to });
    const done = await moveLinked({
      scope,
      session,
      way:
        source === null ? { from: null, to, mayBeBack: false } : { from, to, mayBeBack: movingFrom !== null },
      keeper,
      order,
    });
    if (done.failures > 0) {
      const error = `${done.failures} items could not be moved: ${done.firstFailure ?? ''}`;
      return { state: 'failed', moved: done.moved, stays: done.failures, makesFolder, error };
    }
    await keeper.ensure();
    const stays = source === null ? 0 : (await itemsIn(session, module, from, { signal })).size;
    await stores.mailboxModules.endMove(keeper.lease, scope, { target, from, to });
    const { mailboxId } = scope;
    await stores.audit.record('exsync folders', 'folder.moved', {
      mailboxId,
      module,
      target,
      moved: done.moved,
      stays,
    });
    return { state: 'moved', moved: done.moved, stays, makesFolder, error: null };
  }

  interface Moving {
    readonly scope: RunScope;
    readonly session: EwsSession;
    readonly way: Way;
    readonly keeper: LeaseKeeper;
    readonly order: MoveOrder;
  }

  /** Each batch is moved and then written down; what came between is found again in the new folder. */
  async function moveLinked({ scope, session, way, keeper, order }: Moving): Promise<MoveTotals> {
    const totals: MoveTotals = { moved: 0, failures: 0, firstFailure: null };
    const installationId = await stores.settings.installationId();
    for (let after = '', isLast = false; !isLast;) {
      const page = await stores.mailboxModules.linksAfter(scope, after, pageSize);
      isLast = page.length < pageSize;
      after = page.at(-1)?.id ?? after;
      const moving = page.filter(goesAlong);
      for (let start = 0; start < moving.length; start += batchSize) {
        if (order.signal.aborted) throw new StoppedError('no more items are moved');
        await keeper.ensure();
        const links = moving.slice(start, start + batchSize);
        const wanted = links.map(({ id, exchangeId, identity }) => ({
          id: exchangeId ?? '',
          stamp: stampOf(installationId, scope.module, id),
          identity,
        }));
        const results = await moveItems(session, way, wanted, { signal: order.signal });
        const changed = links.flatMap((link, index) => movedLink(link, results[index], way));
        await stores.sync.settle(keeper.lease, { ...emptySettlement, links: changed });
        count(totals, results);
        order.progress(totals.moved);
      }
    }
    return totals;
  }

  return {
    move,
    async settle(module, target, actor) {
      for (const mailbox of await stores.mailboxes.list()) {
        const step = await nextStep(mailbox, module, target);
        const isKept = step === 'keep' && moduleOf(mailbox, module).target !== null;
        if (step !== 'there' && !isKept) return false;
      }
      await stores.mailboxModules.settleTarget(module, target, actor);
      return true;
    },
  };
}

/** Events outside the window come in when their time does, or with a wider window: they lie with the others till then. */
function goesAlong({ state, reason }: Link): boolean {
  return state === 'active' || (state === 'outOfScope' && reason === 'window');
}

function other(target: FolderTarget): FolderTarget {
  return target === 'default' ? 'dedicated' : 'default';
}

/**
 * The shadow takes the new version only where it was up to date. An item that was edited before it was moved keeps the
 * former version, so that the next reading shows it as changed. What went with the former folder is at an end: that is
 * no deletion to be carried over.
 */
function movedLink(link: Link, result: MoveResult | undefined, { from }: Way): Link[] {
  if (from === null && (result?.kind === 'gone' || result?.kind === 'elsewhere'))
    return [{ ...link, state: 'deleted', reason: 'deletedInExchange', exchangeId: null }];
  if (result?.kind !== 'moved') return [];
  const { exchange } = link;
  const isPresent = exchange !== null && result.before === exchange.version;
  return [
    {
      ...link,
      exchangeId: result.id,
      exchange: isPresent ? { ...exchange, version: result.version } : exchange,
    },
  ];
}

interface MoveTotals {
  moved: number;
  failures: number;
  firstFailure: string | null;
}

function count(totals: MoveTotals, results: readonly MoveResult[]): void {
  for (const result of results) {
    if (result.kind === 'moved') totals.moved += 1;
    if (result.kind !== 'failed') continue;
    totals.failures += 1;
    totals.firstFailure ??= result.failure.message;
  }
}

function interruptedRun(): RemoteError {
  return new RemoteError({
    side: 'exchange',
    code: 'RunInterrupted',
    message: 'The last run was interrupted while it wrote.',
    remedy: 'Sync the mailbox once with `exsync sync`, then repeat this.',
    retryable: false,
  });
}
