/** Why one item is or is not in step: a preview of it alone, and what is stored about it. */
import type { Installation } from './installation.ts';
import { RemoteError } from '../errors.ts';
import type { Module } from '../sync/model.ts';
import type { RunScope, StoredAction } from '../sync/stores.ts';
import { explain } from '../sync/why.ts';
import type { Explanation, ItemRef } from '../sync/why.ts';

export interface ExplainedItem extends Omit<Explanation, 'verdict'> {
  /** `notSynced`: no run of its mailbox and module can begin, or the last one failed as a whole. */
  readonly verdict: Explanation['verdict'] | 'notSynced';
  /** What the next run would write. */
  readonly planned: readonly StoredAction[];
}

/** Of a record of the CRM, by the mailbox of its owner. */
export async function explainRecord(
  installation: Pick<Installation, 'runs' | 'stores'>,
  { module, id, ownerId }: { readonly module: Module; readonly id: string; readonly ownerId: string },
  signal: AbortSignal,
): Promise<Omit<ExplainedItem, 'planned'>> {
  const mailbox = await installation.stores.mailboxes.forUser(ownerId);
  if (mailbox === null) {
    return {
      verdict: 'notSynced',
      because: 'Its owner has no mailbox here.',
      remedy: 'Add it with `exsync user add` or `exsync user sync`.',
    };
  }
  const item = { side: 'crm', itemId: id } as const;
  const scope = { mailboxId: mailbox.id, module };
  const { verdict, because, remedy } = await explainItem(installation, scope, item, signal);
  return { verdict, because, remedy };
}

export async function explainItem(
  { runs, stores }: Pick<Installation, 'runs' | 'stores'>,
  scope: RunScope,
  item: ItemRef,
  signal: AbortSignal,
): Promise<ExplainedItem> {
  const notSynced = (because: string, remedy: string | null): ExplainedItem => ({
    verdict: 'notSynced',
    because,
    remedy,
    planned: [],
  });
  try {
    const outcome = await runs.run(scope, { kind: 'preview', trigger: 'command', only: item, signal });
    if (outcome.state === 'busy')
      return notSynced('A run of this mailbox is going on.', 'Ask again when it is over.');
    if (outcome.state !== 'done') throw outcome.error;
    const [link = null] = await stores.sync.linksByItem(scope, item.side, [item.itemId]);
    const waiting = await stores.reports.waiting(scope, item);
    const held = (await stores.sync.held(scope)).filter(
      ({ linkId, inboxIds }) => linkId === link?.id || inboxIds.includes(waiting?.inboxId ?? -1),
    );
    const isUnread = outcome.counts.crm.failed + outcome.counts.exchange.failed > 0;
    const { module } = scope;
    const { mapping } = (await stores.settings.load()).settings.modules[module];
    const facts = { ...item, module, link, waiting, held, planned: outcome.preview, isUnread, mapping };
    return { ...explain(facts), planned: outcome.preview };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return notSynced(`Nothing of this mailbox is synced now: ${error.message}`, error.remedy ?? null);
  }
}
