import { ChangeLog } from '../change-log.ts';
import type { ChangeLogState } from '../change-log.ts';
import type { ExchangeStore } from '../exchange-store.ts';
import type { MailboxState } from '../mailbox.ts';
import { loadGraph, saveGraph } from './object-graph.ts';
import type { Keeper, ObjectGraph } from './object-graph.ts';

/** Everything the mailboxes hold, as JSON. Subscriptions and accounts are not part of it. */
export interface SandboxState {
  readonly format: 'exchange-sandbox-state';
  readonly version: 1;
  readonly mailboxes: Readonly<Record<string, ObjectGraph>>;
}

const CHANGE_LOG: Keeper<ChangeLog, ChangeLogState> = {
  name: 'ChangeLog',
  is: (value): value is ChangeLog => value instanceof ChangeLog,
  save: (log) => log.exportState(),
  make: () => new ChangeLog(),
  fill: (log, state) => log.importState(state),
};
const KEEPERS = [CHANGE_LOG as unknown as Keeper<object, object>];

export function exportState(store: ExchangeStore): SandboxState {
  const mailboxes: Record<string, ObjectGraph> = {};
  for (const mailbox of store.mailboxes)
    mailboxes[mailbox.address] = saveGraph(mailbox.exportState(), KEEPERS);
  return { format: 'exchange-sandbox-state', version: 1, mailboxes };
}

/** Puts a state into the mailboxes of the same addresses; the others keep what they have. */
export function importState(store: ExchangeStore, state: SandboxState): void {
  if (state.format !== 'exchange-sandbox-state' || state.version !== 1) {
    throw new Error('This is not the state of a sandbox Exchange.');
  }
  for (const [address, graph] of Object.entries(state.mailboxes)) {
    store.mailbox(address).importState(loadGraph(graph, KEEPERS) as MailboxState);
  }
}
