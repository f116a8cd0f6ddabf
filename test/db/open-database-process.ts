/** Opens the database given as argument, as one of several processes that start at once, and says what it found. */
import { openDatabase } from '../../src/db/database.ts';
import { openKeyRing } from '../../src/db/key-ring.ts';
import { createStores } from '../../src/db/stores.ts';

const database = await openDatabase(process.argv[2] ?? '');
const identity = { host: 'host-1', pid: process.pid, startId: 'start-1' };
const keys = openKeyRing({ fromEnvironment: Buffer.alloc(32, 7).toString('base64'), file: '/nowhere/key' });
const stores = createStores(database, { keys, clock: Date.now, ...identity });
process.stdout.write(await stores.settings.installationId());
await database.close();
