/** Opens everything an installation is made of, for the daemon and for each command alike. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { createEmbeddedCrm } from '../crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../crm/embedded/embedded-crm.ts';
import { embeddedCrmEntities } from '../crm/embedded/entities.ts';
import { openDatabase } from '../db/database.ts';
import { EmbeddedCrm1795382100000 } from '../db/migrations/1795382100000-embedded-crm.ts';
import { AddCrmTasksAndEvents1795420800000 } from '../db/migrations/1795420800000-add-crm-tasks-and-events.ts';
import { openKeys } from '../db/key-rotation.ts';
import type { Keys } from '../db/key-rotation.ts';
import { createStores } from '../db/stores.ts';
import type { Stores } from '../db/stores.ts';
import type { LeaseTimes } from '../engine/lease-keeper.ts';
import type { Log } from '../log.ts';
import { createExchangeConnections } from './exchange-connections.ts';
import { createFolderMoves } from './folder-moves.ts';
import type { FolderMoves } from './folder-moves.ts';
import { createLinkId } from './link-id.ts';
import { createMailboxRuns } from './mailbox-runs.ts';
import type { MailboxRuns } from './mailbox-runs.ts';
import { createModuleFolders } from './module-folders.ts';
import type { ModuleFolders } from './module-folders.ts';

export interface Installation {
  readonly config: Config;
  readonly log: Log;
  readonly stores: Stores;
  readonly keys: Pick<Keys, 'found' | 'check' | 'rotate'>;
  readonly crm: EmbeddedCrm;
  readonly runs: MailboxRuns;
  readonly folders: ModuleFolders;
  readonly folderMoves: FolderMoves;
  close(): Promise<void>;
}

/** Brings the database up to date first. Throws ConfigError for what an administrator has to mend. */
export async function openInstallation(config: Config, log: Log): Promise<Installation> {
  const database = await openDatabase(config.database.url, {
    entities: embeddedCrmEntities,
    migrations: [EmbeddedCrm1795382100000, AddCrmTasksAndEvents1795420800000],
  });
  try {
    const clock = Date.now;
    const { key, nextKey, keyFile } = config.secrets;
    const source = { fromEnvironment: key, nextFromEnvironment: nextKey, file: keyFile };
    const keys = await openKeys(database, source, clock);
    if (keys.found === 'finishedRotation') log.warn('a key rotation that was interrupted has been finished');
    if (keys.found === 'formerKey')
      log.warn(`passwords are under the key in ${keyFile}.old; run: exsync key rotate`);
    const identity = { host: hostname(), pid: process.pid, startId: randomUUID() };
    const stores = createStores(database, { keys, clock, ...identity });
    const crm = createEmbeddedCrm(database, { clock, newId: randomUUID });
    const connections = createExchangeConnections(config, log, stores.credentials, stores.mailboxes);
    const leaseTimes = leaseTimesOf(config);
    const folderDeps = { connections, log, stores, clock, leaseTimes };
    const folders = createModuleFolders(folderDeps);
    const newLinkId = createLinkId;
    const runs = createMailboxRuns({ connections, log, stores, crm, clock, newLinkId, leaseTimes, folders });
    return {
      config,
      log,
      stores,
      keys,
      crm,
      runs,
      folders,
      folderMoves: createFolderMoves(folderDeps),
      async close() {
        await runs.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A lease outlasts the longest call, repeated as often as it may be. */
function leaseTimesOf({ ews }: Config): LeaseTimes {
  const requestMs = ews.requestTimeoutSeconds * 1000 * (ews.maxAttempts + 1);
  return { leaseMs: 2 * requestMs, requestMs };
}
