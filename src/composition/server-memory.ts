/** What is kept of the server that a mailbox lives on, so that a change is said and acted on once. */
import { rereadEntry } from '../engine/execute.ts';
import { pagesOfPairs } from '../engine/pages-of-pairs.ts';
import { describeVersion, parseVersion, serverRelease } from '../ews/server-release.ts';
import type { ServerVersion } from '../ews/server-release.ts';
import { ewsSchemas, unsupportedFields } from '../ews/versions.ts';
import type { Log } from '../log.ts';
import { bookmark } from '../sync/bookmarks.ts';
import type { ExchangeSettings, Mailbox, SchemaName, SettingsStore } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';
import type { SyncSide } from '../sync/ports.ts';
import type { Lease, RunScope, SyncStore } from '../sync/stores.ts';

export interface ServerMemoryDeps {
  readonly settings: Pick<SettingsStore, 'load' | 'save'>;
  readonly sync: Pick<
    SyncStore,
    'cursor' | 'savePage' | 'enqueueUnseen' | 'enqueue' | 'pairIds' | 'linksById'
  >;
  readonly log: Log;
}

/** The mailbox and how it is reached, as a run knows them. */
interface Reached {
  readonly mailbox: Mailbox;
  readonly module: Module;
  readonly exchange: ExchangeSettings;
  readonly signal: AbortSignal;
}

/** What a side has learnt of its server. */
interface Met {
  readonly side: SyncSide;
  readonly schema: SchemaName;
  readonly latest: ServerVersion | null;
}

/** What is stored of the server of a mailbox. */
export interface Remembered {
  /** Null where the server did not say. */
  readonly version: string | null;
  readonly schema: SchemaName;
}

export interface ServerMemory {
  recall(mailboxId: string, module: Module): Promise<Remembered | null>;
  /** Says and stores once that a mailbox is on another release, or spoken to in another schema, than before. */
  remember(reached: Reached, met: Met, lease: Lease): Promise<void>;
}

export function createServerMemory({ settings, sync, log }: ServerMemoryDeps): ServerMemory {
  async function recall(mailboxId: string, module: Module): Promise<Remembered | null> {
    const text = (await sync.cursor(bookmark({ mailboxId, module }, 'server')))?.cursor ?? null;
    return text === null ? null : (JSON.parse(text) as Remembered);
  }

  async function remember(reached: Reached, { side, schema, latest }: Met, lease: Lease): Promise<void> {
    const { mailbox, module, exchange } = reached;
    const key = bookmark({ mailboxId: mailbox.id, module }, 'server');
    const before = await recall(mailbox.id, module);
    const version = latest ? describeVersion(latest) : (before?.version ?? null);
    const isSameServer = version === null || isSameRelease(before?.version, version);
    if (isSameServer && before?.schema === schema) return;
    const fields = { mailbox: mailbox.address, now: version && releaseText(version), schema };
    if (before !== null) {
      const was = before.version && releaseText(before.version);
      log.warn('the mailbox is spoken to as another release of Exchange than before', {
        ...fields,
        before: was,
      });
    } else if (version !== null && !isSameRelease(exchange.serverVersion, version)) {
      log.info('found the release of Exchange', fields);
    }
    if (before !== null && gained(before.schema, schema, module)) {
      // Fields that could not be read before: every item is read again, once, on both sides.
      const feed = { ...key, scope: await side.scope(module, reached.signal) };
      const fullRead = (await sync.cursor(feed))?.fullRead ?? 0;
      await sync.enqueueUnseen(lease, feed, fullRead + 1);
      await readRecords({ mailboxId: mailbox.id, module }, lease);
    }
    const cursor = { cursor: JSON.stringify({ version, schema }), fullRead: 0, complete: true };
    await sync.savePage(lease, key, { cursor, entries: [], seen: [] });
    if (version !== null) await moveDefault(before?.version ?? null, version);
  }

  /** What changed in the CRM, while Exchange could not hold it, is shown by the record alone. */
  async function readRecords(scope: RunScope, lease: Lease): Promise<void> {
    for await (const links of pagesOfPairs({ store: sync, scope })) {
      const entries = links
        .filter(({ state }) => state === 'active')
        .flatMap(({ crmId }) => (crmId === null ? [] : [rereadEntry({ scope }, 'crm', crmId)]));
      await sync.enqueue(lease, entries);
    }
  }

  /** What set-up found follows a mailbox of that release: its server was upgraded. Exceptions leave it alone. */
  async function moveDefault(before: string | null, now: string): Promise<void> {
    const { version, settings: present } = await settings.load();
    const { exchange } = present;
    if (exchange === null || isSameRelease(exchange.serverVersion, now)) return;
    const isException = before === null || !isSameRelease(exchange.serverVersion, before);
    if (exchange.serverVersion !== undefined && isException) return;
    try {
      await settings.save({ ...present, exchange: { ...exchange, serverVersion: now } }, version, 'exsync');
    } catch (error) {
      // Another mailbox of the same server may have been faster, such as in the first sync of all.
      const stored = (await settings.load()).settings.exchange?.serverVersion;
      if (isSameRelease(stored, now)) return;
      log.warn('the release of Exchange was not stored: the settings were changed at the same time', {
        error,
      });
    }
  }

  return { recall, remember };
}

/** Such as `Exchange 2019 (15.2.1748.10)`. */
export function releaseText(version: string): string {
  return `${serverRelease(parseVersion(version)).name} (${version})`;
}

/** Whether one schema holds fields that the other lacks. */
function gained(before: SchemaName, now: SchemaName, module: Module): boolean {
  const present = new Set(unsupportedFields(ewsSchemas[now], module));
  return unsupportedFields(ewsSchemas[before], module).some((field) => !present.has(field));
}

/** An update within a release changes nothing for us. */
function isSameRelease(one: string | null | undefined, other: string): boolean {
  return one != null && serverRelease(parseVersion(one)).name === serverRelease(parseVersion(other)).name;
}
