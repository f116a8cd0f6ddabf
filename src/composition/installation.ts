/** Opens everything an installation is made of, for the daemon and for each command alike. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { createEmbeddedCrm } from '../crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../crm/embedded/embedded-crm.ts';
import { embeddedCrmEntities } from '../crm/embedded/entities.ts';
import { openDatabase } from '../db/database.ts';
import { EmbeddedCrm1795382100000 } from '../db/migrations/1795382100000-embedded-crm.ts';
import { loadSecretKey } from '../db/secret-key.ts';
import { checkSecretKey } from '../db/stores/credential-store.ts';
import { createStores } from '../db/stores.ts';
import type { Stores } from '../db/stores.ts';
import type { Log } from '../log.ts';
import { createLinkId } from './link-id.ts';
import { createMailboxRuns } from './mailbox-runs.ts';
import type { MailboxRuns } from './mailbox-runs.ts';

export interface Installation {
  readonly config: Config;
  readonly log: Log;
  readonly stores: Stores;
  readonly crm: EmbeddedCrm;
  readonly runs: MailboxRuns;
  close(): Promise<void>;
}

/** Brings the database up to date first. Throws ConfigError for what an administrator has to mend. */
export async function openInstallation(config: Config, log: Log): Promise<Installation> {
  const secretKey = loadSecretKey({
    file: config.secrets.keyFile,
    ...(config.secrets.key === null ? {} : { fromEnvironment: config.secrets.key }),
  });
  const database = await openDatabase(config.database.url, {
    entities: embeddedCrmEntities,
    migrations: [EmbeddedCrm1795382100000],
  });
  try {
    await checkSecretKey(database, secretKey);
    const clock = Date.now;
    const identity = { host: hostname(), pid: process.pid, startId: randomUUID() };
    const stores = createStores(database, { secretKey, clock, ...identity });
    const crm = createEmbeddedCrm(database, { clock, newId: randomUUID });
    const runs = createMailboxRuns({ config, log, stores, crm, clock, newLinkId: createLinkId });
    return {
      config,
      log,
      stores,
      crm,
      runs,
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
