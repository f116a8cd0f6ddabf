/** What SQLite's error codes (https://sqlite.org/rescode.html) mean to whoever looks after the database file. */
import { QueryFailedError } from 'typeorm';
import { ConfigError } from '../errors.ts';

/** What is wrong with the file, and what to do about it. */
const explanations: Readonly<Record<string, string>> = {
  SQLITE_CANTOPEN: 'cannot be opened; check that it is a file in a folder that this user may read and write.',
  SQLITE_NOTADB: 'is no SQLite database; name another file, or put a backup in its place.',
  SQLITE_CORRUPT: 'is damaged; stop exsync and put a backup in its place.',
  SQLITE_READONLY: 'cannot be written; let this user write the file and its folder.',
  SQLITE_FULL: 'cannot grow; make room on its disk.',
  SQLITE_IOERR: 'cannot be read or written; check its disk.',
};

/** Come from the disk at any time, whatever the statement was. */
const troubles = new Set(['SQLITE_CORRUPT', 'SQLITE_FULL', 'SQLITE_IOERR']);

/** For an error at opening: a ConfigError where it is the administrator's to mend, else the error itself. */
export function openingError(error: unknown, file: string): unknown {
  const explanation = explanations[primaryCode(error) ?? ''];
  return explanation === undefined ? error : new ConfigError([`database.url: ${file} ${explanation}`]);
}

/**
 * For an error while running: trouble with the file is told as such, the rest stays as it is. TypeORM hangs a statement's
 * parameters, people's data, on its errors, and errors are logged; so they are taken off.
 */
export function runtimeError(error: unknown, file: string): unknown {
  if (error instanceof QueryFailedError) Object.assign(error, { parameters: undefined });
  const code = primaryCode(error);
  if (code === null || !troubles.has(code)) return error;
  return new Error(`The database ${file} ${explanations[code] ?? ''}`, { cause: error });
}

/** `SQLITE_IOERR` of `SQLITE_IOERR_WRITE`; null for what is no error of SQLite. */
function primaryCode(error: unknown): string | null {
  const source: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof source !== 'object' || source === null || !('code' in source)) return null;
  const [code] = /^SQLITE_[A-Z]+/.exec(String(source.code)) ?? [];
  return code ?? null;
}
