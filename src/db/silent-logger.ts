import type { Logger } from 'typeorm';

const nothing = (): void => undefined;

/** TypeORM prints to the console by itself; what fails is thrown and logged by whoever catches it. */
export const silentLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
