import { ConfigError } from '../errors.ts';

export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Null: no TLS. `caFile` null: the authorities Node.js knows. */
  readonly tls: { readonly caFile: string | null } | null;
}

const parameters = ['ssl', 'ssl-ca'];

/**
 * Reads `mysql://USER:PASSWORD@HOST:PORT/DATABASE?ssl=true&ssl-ca=FILE`, each part percent-encoded where it has
 * characters of its own meaning. Throws ConfigError, which names the part at fault and never its value.
 */
export function parseMysqlUrl(text: string): MysqlAddress {
  if (!URL.canParse(text)) throw wrong('is no URL; percent-encode what is special in it, such as %40 for @');
  const url = new URL(text);
  const database = decoded('the name of the database', url.pathname.slice(1));
  if (database === '' || database.includes('/')) {
    throw wrong(
      'names no database, or its password holds what must be percent-encoded (%40 for @, %2F for /); ' +
        'use mysql://USER:PASSWORD@HOST:PORT/DATABASE',
    );
  }
  const unknown = [...url.searchParams.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    throw wrong(`has the unknown parameter ${unknown}; there is ${parameters.join(' and ')}`);
  }
  return {
    host: decoded('the host', url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decoded('the user', url.username),
    password: decoded('the password', url.password),
    database,
    tls: tlsOf(url.searchParams),
  };
}

/**
 * The host to which a database's address goes over a network without TLS, and without `ssl=false` by which an
 * administrator says that it may; else null.
 */
export function hostInClear(databaseUrl: string): string | null {
  if (!databaseUrl.startsWith('mysql:')) return null;
  const { host, tls } = parseMysqlUrl(databaseUrl);
  if (tls !== null || new URL(databaseUrl).searchParams.has('ssl') || thisMachine.test(host)) return null;
  return host;
}

const thisMachine = /^(localhost|::1|127(\.\d{1,3}){3})$/i;

/** For people, of what `hostInClear` finds. */
export const inClear = {
  reason:
    'without TLS the contents of the CRM, and passwords in their encrypted form, can be read on the network',
  remedy: 'Add ?ssl=true to database.url, or ?ssl=false where nobody else is on that network.',
} as const;

function tlsOf(given: URLSearchParams): MysqlAddress['tls'] {
  const wanted = given.get('ssl');
  const caFile = given.get('ssl-ca');
  if (wanted !== null && wanted !== 'true' && wanted !== 'false') throw wrong('takes ssl=true or ssl=false');
  if (caFile === '') throw wrong('takes a file name after ssl-ca=');
  if (caFile !== null && wanted === 'false') throw wrong('says ssl=false and names an ssl-ca');
  return caFile !== null || wanted === 'true' ? { caFile } : null;
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`has a % in ${part} that encodes nothing; write it as %25`);
  }
}

function wrong(what: string): ConfigError {
  return new ConfigError([`database.url: the address ${what}.`]);
}
