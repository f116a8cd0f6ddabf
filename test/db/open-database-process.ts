/** Opens the database given as argument, as one of several processes that start at once, and says what it found. */
import { openDatabase } from '../../src/db/database.ts';
import { createStores } from '../../src/db/stores.ts';
import { testStoreOptions } from './test-database.ts';

const database = await openDatabase(process.argv[2] ?? '');
const stores = createStores(database, testStoreOptions);
process.stdout.write(await stores.settings.installationId());
await database.close();
