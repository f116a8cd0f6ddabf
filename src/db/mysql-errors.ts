/**
 * What the errors of mysql2 and of the server mean: what may be tried again, and what an administrator has to mend.
 * Numbers: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and
 * https://mariadb.com/kb/en/mariadb-error-code-reference/ (1927).
 */
import { QueryFailedError } from 'typeorm';
import { ConfigError, RemoteError } from '../errors.ts';
import type { MysqlAddress } from './mysql-url.ts';

/** The connection broke while a COMMIT was under way: nobody knows whether it was carried out. */
export class CommitUnansweredError extends Error {
  override name = 'CommitUnansweredError';
}

/**
 * `conflict`: another transaction was in the way, nothing of ours is left. `duplicate`: a row that was looked for and
 * not found is there by now. `gone`: there is no connection, or no more. Null: something else.
 */
export type Passing = 'conflict' | 'duplicate' | 'gone' | null;

/** Deadlock; lock wait timeout; MariaDB's "record has changed since last read". */
const conflicts = new Set([1213, 1205, 1020]);
const duplicateEntry = 1062;

/** Shutting down, too many connections (of all, of this user), connection killed or timed out. */
const goneNumbers = new Set([1040, 1053, 1077, 1079, 1080, 1152, 1184, 1203, 1226, 1927, 4031]);

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  PROTOCOL_CONNECTION_LOST: 'the connection was closed',
  ETIMEDOUT: 'nothing answers there',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up',
};

interface Told {
  /** Of the server's own errors. */
  readonly number: number | null;
  readonly code: string;
  readonly fatal: boolean;
}

function toldBy(error: unknown): Told {
  const source: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof source !== 'object' || source === null) return { number: null, code: '', fatal: false };
  const { errno, code, fatal } = source as { errno?: unknown; code?: unknown; fatal?: unknown };
  return {
    number: typeof errno === 'number' && errno > 0 ? errno : null,
    code: typeof code === 'string' ? code : '',
    fatal: fatal === true,
  };
}

export function passingTrouble(error: unknown): Passing {
  const { number, code, fatal } = toldBy(error);
  if (number !== null && conflicts.has(number)) return 'conflict';
  if (number === duplicateEntry) return 'duplicate';
  if (code in unreachable || (number !== null && goneNumbers.has(number))) return 'gone';
  // mysql2 gives no code to a statement on a connection that is closed already.
  return fatal && code === '' ? 'gone' : null;
}

/** For a database that stayed away longer than a task waits for it, and for a COMMIT without an answer. */
export function unavailable(error: unknown, { host, port }: MysqlAddress): RemoteError {
  const lostCommit = error instanceof CommitUnansweredError;
  const { code, number } = toldBy(lostCommit ? error.cause : error);
  const reason = unreachable[code] ?? (code || `error ${number ?? 'unknown'}`);
  return new RemoteError({
    // The database is no side. What lies in it and speaks to the engine is the embedded CRM.
    side: 'crm',
    code: 'DatabaseUnavailable',
    message: `The database at ${host}:${port} is not available: ${reason}.`,
    remedy: 'Nothing is lost; exsync goes on by itself as soon as the database is back.',
    retryable: true,
    retryAfterMs: 1_000,
    outcomeUnknown: lostCommit,
  });
}

const rights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES';

/** For an error at opening: a ConfigError where it is the administrator's to mend, else the error without content. */
export function openingError(error: unknown, address: MysqlAddress): unknown {
  if (error instanceof ConfigError) return error;
  const { host, port } = address;
  const { code, number } = toldBy(error);
  const explanation = explain(number, code, address);
  if (explanation !== null) return new ConfigError([`database.url: ${explanation}`]);
  const reason = unreachable[code];
  if (reason === undefined) {
    if (number === null) return withoutContent(error);
    return new ConfigError([
      `database.url: the server at ${host}:${port} refuses (${code || 'error'}, ${number}).`,
    ]);
  }
  return new ConfigError([
    `database.url: no database at ${host}:${port}: ${reason} (${code}); check the address, and that the server runs.`,
  ]);
}

function explain(number: number | null, code: string, address: MysqlAddress): string | null {
  const { user, database, host, tls } = address;
  const grant = `GRANT ${rights} ON \`${database}\`.* TO '${user}'@'…'`;
  switch (number) {
    case 1045:
      return tls === null
        ? `the server does not let ${user} in: wrong password, an unknown user, or one who must use TLS (add ?ssl=true).`
        : `the server does not let ${user} in: wrong password or an unknown user.`;
    case 1820:
    case 1862:
      return `the password of ${user} has expired; as an administrator: ALTER USER '${user}'@'…' IDENTIFIED BY a new one, and put it here.`;
    case 3118:
    case 4151:
      return `the account ${user} is locked; as an administrator: ALTER USER '${user}'@'…' ACCOUNT UNLOCK.`;
    case 1251:
    case 1524:
      return otherSignIn(user);
    case 1044:
      return `${user} may not use the database ${database}, or there is none of this name; as its administrator: ${grant}.`;
    case 1049:
      return `the server has no database ${database}; make it: CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4.`;
    case 1142:
    case 1143:
    case 1227:
      return `${user} lacks a right in the database ${database}; as its administrator: ${grant}.`;
    case 1129:
    case 1130:
      return `the server does not accept connections from this machine; let ${user} connect from here.`;
    case 1040:
    case 1203:
    case 1226:
      return `the server has no connection left for ${user}; raise max_connections, or the limit of this user.`;
    case 1290:
    case 1836:
      return `the server at ${host} is read-only; name the one that takes writes.`;
    case 1665:
      return 'the server writes its binary log by statement; set binlog_format = ROW (or MIXED).';
    case 3159:
      return 'the server demands TLS; add ?ssl=true, or ?ssl-ca=FILE for an authority of your own.';
    case null:
      break;
    default:
      return trouble(number);
  }
  switch (code) {
    case 'AUTH_SWITCH_PLUGIN_ERROR':
    case 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED':
      return otherSignIn(user);
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return `the server at ${host} offers no TLS; switch it on there, or leave ssl out of the address.`;
    case 'HANDSHAKE_SSL_ERROR':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_HAS_EXPIRED':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${host} cannot be trusted (${code}); name its authority with ?ssl-ca=FILE, and the host as the certificate does.`;
    default:
      return null;
  }
}

function otherSignIn(user: string): string {
  return (
    `the server lets ${user} sign in only by a plugin that is not there or not known here; as an administrator: ` +
    `ALTER USER '${user}'@'…' IDENTIFIED WITH caching_sha2_password (MySQL) or mysql_native_password (MariaDB).`
  );
}

/** What can go wrong on the server at any time, whatever the statement was. */
function trouble(number: number): string | null {
  switch (number) {
    case 1021:
    case 1114:
      return 'the server has no room left; make room on its disk.';
    case 1037:
    case 1038:
    case 1041:
      return 'the server is out of memory.';
    case 1153:
      return 'a row is larger than the server takes; set max_allowed_packet = 64M in its configuration.';
    default:
      return null;
  }
}

/** For an error while running: trouble with the server is told as such, the rest stays, without content. */
export function runtimeError(error: unknown, address: MysqlAddress): unknown {
  const { number, code } = toldBy(error);
  const explanation = number === null ? null : explain(number, code, address);
  if (explanation === null) return withoutContent(error);
  return new Error(`The database: ${explanation}`, { cause: withoutContent(error) });
}

/**
 * Errors are logged, and the server's quote values ("Duplicate entry 'anna@…'"), mysql2 hangs the whole statement on
 * them, TypeORM its parameters. What stays is the statement with its placeholders, and the code.
 */
function withoutContent(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { number, code } = toldBy(error);
  const bare = Object.assign(new Error(`${code} (${number ?? 'no number'})`), { code, errno: number });
  return new QueryFailedError(error.query, undefined, bare);
}
