import { ChangeLog } from '../change-log.ts';
import type { ChangeLogState } from '../change-log.ts';
import type { ExchangeStore } from '../exchange-store.ts';
import { checkGraph } from './graph-check.ts';
import { checkMailboxState } from './mailbox-state-check.ts';
import { loadGraph, saveGraph } from './object-graph.ts';
import type { Keeper, ObjectGraph } from './object-graph.ts';
import { need } from './state-error.ts';

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
  fill: (log, state) => log.importState(checkedLog(state)),
};
const KEEPERS = [CHANGE_LOG as unknown as Keeper<object, object>];

export function exportState(store: ExchangeStore): SandboxState {
  const mailboxes: Record<string, ObjectGraph> = {};
  for (const mailbox of store.mailboxes)
    mailboxes[mailbox.address] = saveGraph(mailbox.exportState(), KEEPERS);
  return { format: 'exchange-sandbox-state', version: 1, mailboxes };
}

/** Puts a state into the mailboxes of the same addresses; the others keep what they have. Throws a StateError. */
export function importState(store: ExchangeStore, state: SandboxState): void {
  const head: Readonly<Record<string, unknown>> = { ...state };
  need(head['format'] === 'exchange-sandbox-state', 'This is not the state of a sandbox Exchange.');
  need(head['version'] === 1, 'It was written by another version of the sandbox.');
  const { mailboxes } = head;
  need(typeof mailboxes === 'object' && mailboxes !== null, 'It holds no mailboxes.');
  for (const [address, graph] of Object.entries(mailboxes)) {
    const mailbox = store.findMailbox(address);
    need(
      mailbox !== undefined,
      `No mailbox ${address} in this sandbox: start it with the accounts of the state.`,
    );
    mailbox.importState(checkMailboxState(loadGraph(checkGraph(graph), KEEPERS)));
  }
}

function checkedLog(state: Readonly<Record<keyof ChangeLogState, unknown>>): ChangeLogState {
  const { count, last, arrivals, updates, removals } = { ...state };
  const whole =
    [count, last].every((one) => Number.isSafeInteger(one)) &&
    [arrivals, updates, removals].every((one) => Array.isArray(one) && one.every(isObject));
  need(whole, 'The log of a folder is damaged.');
  const checked = state as ChangeLogState;
  need(
    checked.updates.every(({ number, item }) => Number.isSafeInteger(number) && isObject(item)) &&
      checked.removals.every((one) => [one.serial, one.arrived, one.number].every(Number.isSafeInteger)),
    'The log of a folder is damaged.',
  );
  return checked;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
