/** The Exchange side of each mailbox, spoken to in the schema of the server it lives on, and kept from run to run. */
import { takeLease } from '../engine/lease-keeper.ts';
import type { LeaseTimes } from '../engine/lease-keeper.ts';
import { RemoteError, StoppedError } from '../errors.ts';
import { createExchangeSide } from '../ews/exchange-side.ts';
import { createServerMemory, releaseText } from './server-memory.ts';
import type { ServerMemoryDeps } from './server-memory.ts';
import { meetServer, openFolder } from '../ews/mailbox-server.ts';
import type { MailboxServer, ModuleFolder } from '../ews/mailbox-server.ts';
import { isSchemaRefusal, isSchemaTooNew } from '../ews/response-codes.ts';
import { describeVersion, serverRelease } from '../ews/server-release.ts';
import type { ServerVersion } from '../ews/server-release.ts';
import { unmadeFolder } from '../ews/side/unmade-folder.ts';
import { unopenedSide } from '../ews/side/unopened-side.ts';
import type { EwsTransport } from '../ews/transport.ts';
import { ewsSchemas, oldestSchema, schemaBefore, unsupportedFields } from '../ews/versions.ts';
import type { EwsSchema } from '../ews/versions.ts';
import type {
  ExchangeSettings,
  Mailbox,
  MailboxModuleStore,
  SchemaName,
  Settings,
} from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';
import type { Clock, SyncSide } from '../sync/ports.ts';
import type { Lease, LeaseStore } from '../sync/stores.ts';

export interface SideRequest {
  readonly mailbox: Mailbox;
  readonly module: Module;
  readonly folder: ModuleFolder;
  readonly exchange: ExchangeSettings;
  readonly privateItems: Settings['privateItems'];
  readonly transport: EwsTransport;
  readonly signal: AbortSignal;
}

/** A side for the time of one run. */
export interface OpenSide {
  readonly side: SyncSide;
  readonly schema: SchemaName;
}

/** What people are told of the server of a mailbox. */
export interface KnownServer {
  /** Such as `Exchange 2019 (15.2.1748.10)`; null where the server has not said. */
  readonly release: string | null;
  readonly schema: SchemaName;
  /** Fields of the module that are neither read nor written there. */
  readonly unsupported: readonly string[];
}

export interface ExchangeSides {
  /** Never throws for what Exchange does: a side that cannot be opened fails when the run uses it. */
  open(request: SideRequest): Promise<OpenSide>;
  /**
   * After a run that failed: the mailbox in another schema where that was the reason, or null. `tried` are the schemas
   * that this run had so far; none is given back twice.
   */
  reopen(request: SideRequest, error: unknown, tried: ReadonlySet<SchemaName>): Promise<OpenSide | null>;
  /** After a run: whether the side is good for the next one, as the answers of this one said. */
  settle(request: SideRequest, failed: boolean): Promise<void>;
  /** Asks nobody: as the last answers said. */
  known(mailboxId: string, module: Module, exchange: ExchangeSettings): Promise<KnownServer | null>;
}

export interface ExchangeSidesDeps extends ServerMemoryDeps {
  readonly modules: Pick<MailboxModuleStore, 'keepFolder'>;
  readonly leases: LeaseStore;
  readonly leaseTimes: LeaseTimes;
  readonly clock: Clock;
}

interface Kept extends OpenSide {
  readonly transport: EwsTransport;
  readonly address: string;
  readonly setting: ExchangeSettings['schema'];
  readonly privateItems: Settings['privateItems'];
  /** Null: the mailbox's default one. */
  readonly dedicatedFolder: string | null;
  /** The version by which the schema was chosen. */
  readonly chosenBy: ServerVersion | null;
  /** The version that the last answer named. */
  latest: ServerVersion | null;
  /** The version that was handed to the memory last, '' for an unknown one; null: none yet. */
  remembered: string | null;
}

export function createExchangeSides(deps: ExchangeSidesDeps): ExchangeSides {
  const { leases, leaseTimes, clock } = deps;
  const memory = createServerMemory(deps);
  const keptSides = new Map<string, Kept>();

  function keep(request: SideRequest, schema: SchemaName, server: Partial<MailboxServer>): Kept {
    const { mailbox, module, folder, exchange, privateItems, transport } = request;
    const dedicated = folder.target === 'dedicated';
    const kept: Kept = {
      transport,
      address: mailbox.address,
      setting: exchange.schema,
      privateItems,
      dedicatedFolder: dedicated ? (server.folderIds?.[module] ?? null) : null,
      schema,
      chosenBy: server.version ?? null,
      latest: server.version ?? null,
      remembered: null,
      side: createExchangeSide({
        ...sessionOf(request),
        schema: ewsSchemas[schema],
        onServerVersion: (version) => (kept.latest = version),
        dedicated,
        ...(server.folderIds && { folderIds: server.folderIds }),
      }),
    };
    keptSides.set(keyOf(mailbox.id, module), kept);
    return kept;
  }

  /** With a schema set by hand nothing is asked of a default folder; else the first request of the side tells who answers. */
  async function openNew(request: SideRequest): Promise<{ open: OpenSide; server: Partial<MailboxServer> }> {
    const { mailbox, module, folder, exchange, signal } = request;
    const setByHand = exchange.schema === 'auto' ? null : ewsSchemas[exchange.schema];
    if (setByHand && folder.target === 'default')
      return { open: keep(request, setByHand.name, {}), server: {} };
    try {
      return await underLease(request, async (lease) => {
        const server = setByHand
          ? await openAs(setByHand, request)
          : await meetServer(sessionOf(request), module, folder, signal);
        const schema = setByHand?.name ?? schemaFor(server.version ?? null);
        const folderId = server.folderIds?.[module];
        if (folderId === undefined)
          return { open: { side: unmadeFolder(ewsSchemas[schema]), schema }, server };
        await keepFolder(request, folderId, lease);
        const kept = keep(request, schema, server);
        if (setByHand) return { open: kept, server };
        await memory.remember(request, kept, lease);
        return { open: kept, server };
      });
    } catch (error) {
      if (!(error instanceof RemoteError || error instanceof StoppedError)) throw error;
      keptSides.delete(keyOf(mailbox.id, module));
      return { open: { side: unopenedSide(error), schema: oldestSchema.name }, server: {} };
    }
  }

  async function openAs(schema: EwsSchema, request: SideRequest): Promise<Partial<MailboxServer>> {
    const { module, folder, signal } = request;
    const id = await openFolder({ ...sessionOf(request), schema }, module, folder, signal);
    return id === null ? {} : { folderIds: { [module]: id } };
  }

  async function keepFolder(
    { mailbox, module, folder }: SideRequest,
    id: string,
    lease: Lease,
  ): Promise<void> {
    if (folder.target === 'default' || folder.folderId === id) return;
    await deps.modules.keepFolder(lease, { mailboxId: mailbox.id, module }, id);
  }

  /**
   * The lease of the run that is about to begin, or has ended: a mailbox that another process works on is left alone at
   * once, and the run finds it busy.
   */
  async function underLease<T>(
    { mailbox, module }: SideRequest,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    const keeper = await takeLease(leases, `${mailbox.id}:${module}`, leaseTimes, clock);
    if (keeper === null) throw busy();
    try {
      return await work(keeper.lease);
    } finally {
      await keeper.release();
    }
  }

  return {
    async open(request) {
      const { mailbox, module, folder, exchange, privateItems, transport } = request;
      const dedicatedFolder = folder.target === 'dedicated' ? folder.folderId : null;
      const kept = keptSides.get(keyOf(mailbox.id, module));
      const isSame =
        kept?.transport === transport &&
        kept.address === mailbox.address &&
        kept.setting === exchange.schema &&
        kept.privateItems === privateItems &&
        kept.dedicatedFolder === dedicatedFolder &&
        (folder.target === 'default' || dedicatedFolder !== null);
      if (kept && isSame) return kept;
      return (await openNew(request)).open;
    },

    async reopen(request, error, tried) {
      const { mailbox, module, exchange, signal } = request;
      const refused = keptSides.get(keyOf(mailbox.id, module));
      if (refused === undefined || exchange.schema !== 'auto' || signal.aborted) return null;
      if (!(error instanceof RemoteError && isSchemaRefusal(error.code))) return null;
      const { open, server } = await openNew(request);
      if (!tried.has(open.schema)) return open;
      // The server that answers for the mailbox is newer than the one it lives on.
      const older = isSchemaTooNew(error.code) ? schemaBefore(refused.schema) : null;
      return older === null || tried.has(older) ? null : keep(request, older, server);
    },

    async settle(request, failed) {
      const { mailbox, module } = request;
      const kept = keptSides.get(keyOf(mailbox.id, module));
      if (kept === undefined) return;
      const { latest, chosenBy } = kept;
      const isOutdated = latest && serverRelease(latest).name !== (chosenBy && serverRelease(chosenBy).name);
      // After a failure the folder may be gone or another one. On another release the next run asks anew.
      if (failed || (kept.setting === 'auto' && isOutdated)) keptSides.delete(keyOf(mailbox.id, module));
      // With a schema set by hand nobody asked before; the answers tell all the same.
      if (failed || kept.setting === 'auto') return;
      const met = latest ? describeVersion(latest) : '';
      if (kept.remembered === met) return;
      try {
        await underLease(request, (lease) => memory.remember(request, kept, lease));
        kept.remembered = met;
      } catch (error) {
        if (!(error instanceof RemoteError && error.code === busyCode)) throw error;
      }
    },

    async known(mailboxId, module, exchange) {
      const kept = keptSides.get(keyOf(mailboxId, module));
      const stored = await memory.recall(mailboxId, module);
      const version = kept?.latest ? describeVersion(kept.latest) : (stored?.version ?? null);
      const setByHand = exchange.schema === 'auto' ? undefined : exchange.schema;
      const schema = kept?.schema ?? setByHand ?? stored?.schema;
      if (schema === undefined) return null;
      return {
        release: version && releaseText(version),
        schema,
        unsupported: unsupportedFields(ewsSchemas[schema], module),
      };
    },
  };
}

const busyCode = 'MailboxBusy';

function busy(): RemoteError {
  return new RemoteError({
    side: 'exchange',
    code: busyCode,
    message: 'Another process works on this mailbox.',
    retryable: true,
  });
}

export function sessionOf({
  mailbox,
  exchange,
  privateItems,
  transport,
}: Pick<SideRequest, 'mailbox' | 'exchange' | 'privateItems' | 'transport'>): {
  transport: EwsTransport;
  mailbox: string;
  impersonate: boolean;
  privateItems: Settings['privateItems'];
} {
  const impersonate = exchange.mode === 'impersonation';
  return { transport, mailbox: mailbox.address, impersonate, privateItems };
}

function keyOf(mailboxId: string, module: Module): string {
  return `${mailboxId}/${module}`;
}

/** A server that does not name its version gets what every release understands. */
export function schemaFor(version: ServerVersion | null): SchemaName {
  return (version && serverRelease(version).schema) ?? oldestSchema.name;
}
