/** `exsync why`: why one record or item is, or is not, in step. */
import { explainItem } from '../composition/explain-item.ts';
import type { ExplainedItem } from '../composition/explain-item.ts';
import type { Installation } from '../composition/installation.ts';
import { ConfigError } from '../errors.ts';
import type { Mailbox } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';
import { modules } from '../sync/model.ts';
import { titleOf } from '../sync/natural-keys.ts';
import type { ItemRef } from '../sync/why.ts';
import { say, sayJson } from './answers.ts';
import { moduleNamed } from './named-module.ts';
import { previewed, sayPreviewed } from './sync.ts';
import { mailboxOf } from './users.ts';

export interface WhyOptions {
  /** Whose mailbox it is about. */
  readonly email: string;
  /** An id of either side, or a part of what the CRM shows of the record. */
  readonly what: string;
  readonly module?: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

interface Candidate extends ItemRef {
  readonly module: Module;
  readonly title: string;
}

/** Names listed where several fit. */
const shownCandidates = 10;

/** Returns false where the item is not in step and nothing is about to bring it there by itself. */
export async function why(installation: Installation, options: WhyOptions): Promise<boolean> {
  const { email, what, json, signal } = options;
  const wanted = options.module === undefined ? modules : [moduleNamed(options.module, '--module')];
  const { mailbox } = await mailboxOf(installation, email);
  const { module, side, itemId, title } = oneOf(await candidates(installation, mailbox, wanted, what), what);
  const scope = { mailboxId: mailbox.id, module };
  const explained = await explainItem(installation, scope, { side, itemId }, signal);
  const { verdict, because, remedy } = explained;
  const planned = explained.planned.map(previewed);
  if (json) sayJson({ user: email, module, side, id: itemId, title, verdict, because, remedy, planned });
  else {
    say(`${title || itemId} (${module}): ${because}`);
    if (remedy !== null) say(remedy);
    planned.forEach(sayPreviewed);
  }
  return isFine(explained);
}

function isFine({ verdict }: ExplainedItem): boolean {
  return verdict === 'inStep' || verdict === 'due';
}

function oneOf(found: readonly Candidate[], what: string): Candidate {
  const [first, ...others] = found;
  if (first === undefined) {
    throw new ConfigError([
      `${what}: neither side shows such an id, and no record of this user has it in its name; ` +
        'an item of Exchange that was never synced is found by its id together with --module.',
    ]);
  }
  if (others.length === 0) return first;
  const named = found.slice(0, shownCandidates);
  throw new ConfigError([
    `${what}: several fit; ask by id:`,
    ...named.map(({ itemId, module, title }) => `  ${itemId}  ${title || '(no name)'} (${module})`),
    ...(found.length > named.length ? ['  …'] : []),
  ]);
}

async function candidates(
  installation: Installation,
  mailbox: Mailbox,
  wanted: readonly Module[],
  what: string,
): Promise<Candidate[]> {
  const { crm, stores } = installation;
  for (const module of wanted) {
    const scope = { mailboxId: mailbox.id, module };
    const [answer] = await crm.side.read(module, [what]);
    if (answer?.kind === 'item') {
      return [{ module, side: 'crm', itemId: what, title: titleOf(module, answer.item.values) }];
    }
    for (const side of ['crm', 'exchange'] as const) {
      const [link] = await stores.sync.linksByItem(scope, side, [what]);
      if (link) return [{ module, side, itemId: what, title: titleOf(module, link[side]?.values ?? {}) }];
    }
    if (await stores.reports.waiting(scope, { side: 'exchange', itemId: what })) {
      return [{ module, side: 'exchange', itemId: what, title: '' }];
    }
  }
  const named = await recordsNamed(installation, mailbox, wanted, what);
  const [only] = wanted;
  // An id that nothing is known of: the server is asked for it.
  if (named.length === 0 && wanted.length === 1 && only && !/\s/.test(what)) {
    return [{ module: only, side: 'exchange', itemId: what, title: '' }];
  }
  return named;
}

async function recordsNamed(
  { crm }: Installation,
  { crmUserId: ownerId }: Mailbox,
  wanted: readonly Module[],
  text: string,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const module of wanted) {
    const query = { text, ownerId, order: 'name', limit: shownCandidates + 1 };
    for (const { id, values } of (await crm[module].list(query)).records) {
      found.push({ module, side: 'crm', itemId: id, title: titleOf(module, values) });
    }
  }
  return found;
}
