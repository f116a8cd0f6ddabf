/** Structured log on stderr (stdout belongs to the answers of the command), without secrets. */
import winston from 'winston';

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** `text` for people, `json` for a collector. */
  readonly format: 'text' | 'json';
  /** stderr unless given. */
  readonly stream?: NodeJS.WritableStream;
}

type LogFields = Readonly<Record<string, unknown>>;

/** Secrets under telling names and in Authorization headers are blotted out of fields, errors and their causes. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

export function createLogger(options: LogOptions): Log {
  const logger = winston.createLogger({
    level: options.level,
    format: winston.format.printf((entry) => String(entry['line'])),
    transports: [new winston.transports.Stream({ stream: options.stream ?? process.stderr })],
  });
  const line = options.format === 'json' ? jsonLine : textLine;
  const write = (level: LogOptions['level'], message: string, fields: LogFields = {}): void => {
    if (!logger.isLevelEnabled(level)) return;
    const time = new Date().toISOString();
    logger.log({ level, message: '', line: line(time, level, redactText(message), redactFields(fields)) });
  };
  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
  };
}

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

function jsonLine(time: string, level: string, message: string, fields: Record<string, Plain>): string {
  return JSON.stringify({ ...fields, time, level, message });
}

function textLine(time: string, level: string, message: string, fields: Record<string, Plain>): string {
  const pairs = Object.entries(fields).map(([key, value]) => {
    const bare = typeof value === 'string' && /^[\w.:@/+-]+$/.test(value);
    return ` ${key}=${bare ? value : JSON.stringify(value)}`;
  });
  return `${time} ${level.padEnd(5)} ${escapeControls(message)}${pairs.join('')}`;
}

/** A line break in a message must not look like another entry, nor may it steer a terminal. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) =>
    JSON.stringify(control).slice(1, -1).replace('\x7f', '\\u007f'),
  );
}

const blot = '[redacted]';
/** Matched against the name without case and punctuation. Names that only talk about secrets stay readable. */
const secretName =
  /passw|passphrase|pwd|secret|token|authori[sz]ation|cookie|apikey|privatekey|credentials$|^auth$|sessionid$/;
const harmlessName = /(id|count|at|ttl|ms|keyfile|cursor)$/;
const maxDepth = 8;
const maxTextLength = 4000;

/** A copy of `value` fit for a log: plain, bounded, without secrets. */
export function redact(value: unknown): Plain {
  return redactValue(value, 0, new Set());
}

function redactFields(fields: LogFields): Record<string, Plain> {
  return redactEntries(Object.entries(fields), 0, new Set());
}

function redactEntries(
  entries: Iterable<[string, unknown]>,
  depth: number,
  above: ReadonlySet<object>,
): Record<string, Plain> {
  const copy: Record<string, Plain> = {};
  for (const [key, value] of entries) {
    if (value === undefined || typeof value === 'function') continue;
    copy[key] = isSecretName(key) && value !== null ? blot : redactValue(value, depth + 1, above);
  }
  return copy;
}

function isSecretName(key: string): boolean {
  const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return secretName.test(name) && !(harmlessName.test(name) && !name.endsWith('sessionid'));
}

function redactValue(value: unknown, depth: number, above: ReadonlySet<object>): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'symbol' || typeof value === 'function') return `[${typeof value}]`;
  if (above.has(value)) return '[circular]';
  if (depth > maxDepth) return '[too deep]';
  const here = new Set([...above, value]);
  if (value instanceof Error) return redactError(value, depth, here);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL || value instanceof URLSearchParams) return redactText(value.toString());
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, entry]): [string, unknown] => [String(key), entry]);
    return redactEntries(entries, depth, here);
  }
  if (value instanceof Set || Array.isArray(value)) {
    return [...(value as Iterable<unknown>)]
      .slice(0, 100)
      .map((entry) => redactValue(entry, depth + 1, here));
  }
  return redactEntries(Object.entries(value), depth, here);
}

/** message, stack, cause and the errors of an AggregateError are not enumerable, so they are named here. */
function redactError(error: Error, depth: number, above: ReadonlySet<object>): Plain {
  const own = Object.entries(error).filter(([key]) => !['name', 'message', 'stack', 'cause'].includes(key));
  const nested: [string, unknown][] = [['stack', error.stack]];
  if (error.cause !== undefined) nested.push(['cause', error.cause]);
  if (error instanceof AggregateError) nested.push(['errors', error.errors]);
  return {
    name: error.name,
    message: redactText(error.message),
    ...redactEntries([...own, ...nested], depth, above),
  };
}

const secretPatterns: readonly (readonly [RegExp, string])[] = [
  // Authorization headers: Basic, Bearer, NTLM, Negotiate with what follows.
  [/\b([Bb]asic|[Bb]earer|NTLM|[Nn]egotiate)\s+(?=\S*[A-Z0-9=])[A-Za-z0-9+/=._~-]{4,}/g, `$1 ${blot}`],
  // The sign-in link.
  [/([?&]link=)[^\s&"']+/gi, `$1${blot}`],
  // The password in an address: scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${blot}@`],
  // key=value and "key": "value" as they appear in query strings and quoted bodies.
  [
    /(["']?\b(?:password|passwd|pwd|secret|[a-z_]*token|api_?key|authorization|cookie)["']?\s*[=:]\s*["']?)(?!\[redacted\]|Basic |Bearer |NTLM |Negotiate )[^\s"'&,;<>]+/gi,
    `$1${blot}`,
  ],
];

function redactText(text: string): string {
  let redacted = text;
  for (const [pattern, replacement] of secretPatterns) redacted = redacted.replace(pattern, replacement);
  return redacted.length > maxTextLength ? `${redacted.slice(0, maxTextLength)}…` : redacted;
}
