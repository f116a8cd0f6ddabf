/** Requests to a mailbox beside those of its runs: about its folders. */
import { ConfigError } from '../errors.ts';
import { createExchangeSide } from '../ews/exchange-side.ts';
import { meetServer, openFolder } from '../ews/mailbox-server.ts';
import type { ModuleFolder } from '../ews/mailbox-server.ts';
import type { EwsSession } from '../ews/operations/run-operation.ts';
import { ewsSchemas } from '../ews/versions.ts';
import type { Mailbox, SettingsStore } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';
import type { ExchangeConnections } from './exchange-connections.ts';
import { schemaFor, sessionOf } from './exchange-sides.ts';

export interface MailboxFolder {
  readonly session: EwsSession;
  /** Null for a dedicated folder that is not there and may not be made. */
  readonly folderId: string | null;
}

export interface MailboxSessionDeps {
  readonly connections: Pick<ExchangeConnections, 'transportFor'>;
  readonly settings: Pick<SettingsStore, 'load'>;
}

/** Throws RemoteError where the mailbox or its folder cannot be opened. */
export async function openMailboxFolder(
  { connections, settings: store }: MailboxSessionDeps,
  mailbox: Mailbox,
  { module, folder }: { readonly module: Module; readonly folder: ModuleFolder },
  signal: AbortSignal,
): Promise<MailboxFolder> {
  const { settings } = await store.load();
  const { exchange, privateItems } = settings;
  if (exchange === null) throw new ConfigError(['Exchange is not set up yet: run `exsync setup`.']);
  const transport = await connections.transportFor(mailbox, exchange);
  const asking = sessionOf({ mailbox, exchange, privateItems, transport });
  if (exchange.schema !== 'auto') {
    const session = { ...asking, schema: ewsSchemas[exchange.schema] };
    return { session, folderId: await openFolder(session, module, folder, signal) };
  }
  const { version, folderIds } = await meetServer(asking, module, folder, signal);
  const session = { ...asking, schema: ewsSchemas[schemaFor(version)] };
  return { session, folderId: folderIds[module] ?? null };
}

/** What lies in the folder: the version of each item, by id. No more pages are asked for once there are `atLeast`. */
export async function itemsIn(
  session: EwsSession,
  module: Module,
  folderId: string,
  { signal, atLeast = Infinity }: { readonly signal: AbortSignal; readonly atLeast?: number },
): Promise<ReadonlyMap<string, string>> {
  const side = createExchangeSide({ ...session, folderIds: { [module]: folderId } });
  const versions = new Map<string, string>();
  for await (const { changes } of side.changes(module, null, { signal })) {
    for (const change of changes) {
      if (change.kind === 'changed') versions.set(change.id, change.version);
      else versions.delete(change.id);
    }
    if (versions.size >= atLeast) break;
  }
  return versions;
}
