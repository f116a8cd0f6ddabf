/** The only reader of config/ and of the environment. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSource {
  /** Directory of the YAML files; EXSYNC_CONFIG_DIR or the config/ beside package.json unless given. */
  readonly dir?: string;
  readonly env: Environment;
  /** True: default.yaml alone, whatever is installed beside it; for the demo. */
  readonly defaultsOnly?: boolean;
  /** Where relative paths start; the current directory unless given. */
  readonly cwd?: string;
}

// The message of each check is what was expected, as a person would say it: problems quote it.

function whole(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return z.int({ error: expected }).min(min, { error: expected }).max(max, { error: expected });
}

function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, { error: `one of ${names.join(', ')}` });
}

function text(expected: string, accepts: (given: string) => boolean = (given) => given !== '') {
  return z.string({ error: expected }).refine(accepts, { error: expected });
}

/** Node 20 has no URL.parse in its first releases. */
function parseUrl(given: string): URL | null {
  return URL.canParse(given) ? new URL(given) : null;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

function isPublicUrl(given: string): boolean {
  const url = parseUrl(given);
  if (!url || url.origin !== given.replace(/\/$/, '')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

function isOrigin(given: string): boolean {
  const url = parseUrl(given);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === given;
}

function isDatabaseUrl(given: string): boolean {
  if (/^sqlite:.+/.test(given)) return true;
  const url = parseUrl(given);
  return url?.protocol === 'mysql:' && url.hostname !== '' && url.pathname.length > 1;
}

const keyExpectation = '32 bytes in base64, such as openssl rand -base64 32 makes';

function isKey(given: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(given);
}

const schema = z.strictObject({
  database: z.strictObject({
    url: text('sqlite:FILE or mysql://USER:PASSWORD@HOST/DATABASE', isDatabaseUrl),
  }),
  secrets: z.strictObject({
    key: text(keyExpectation, isKey).nullable(),
    nextKey: text(keyExpectation, isKey).nullable(),
    keyFile: text('a file name'),
  }),
  setup: z.strictObject({ exchangePassword: text('a password, or null').nullable() }),
  http: z.strictObject({
    host: text('a host name or address to listen on'),
    port: whole(0, 65535),
    publicUrl: text(
      'an https address without a path (http only for this machine), or null',
      isPublicUrl,
    ).nullable(),
    frameAncestors: z.array(text('an origin such as https://crm.example.com', isOrigin), {
      error: 'a list of origins such as https://crm.example.com',
    }),
    sessionHours: whole(1, 720),
  }),
  log: z.strictObject({
    level: oneOf(['error', 'warn', 'info', 'debug']),
    format: oneOf(['text', 'json']),
  }),
  sync: z.strictObject({
    concurrency: whole(1, 64),
    jitterSeconds: whole(0, 3600),
    firstRetrySeconds: whole(1, 86400),
    lastRetrySeconds: whole(1, 86400),
    stopGraceSeconds: whole(1, 300),
  }),
  history: z.strictObject({ days: whole(2, 3650) }),
  ews: z.strictObject({
    concurrencyPerServer: whole(1, 100),
    requestTimeoutSeconds: whole(1, 1800),
    maxAttempts: whole(1, 20),
  }),
});

/** `database.url` of SQLite and `secrets.keyFile` hold absolute paths. */
export type Config = z.output<typeof schema>;

/** Keys whose values no message may show. A database address can hold a password. */
const secretKeys = new Set(['database.url', 'secrets.key', 'secrets.nextKey', 'setup.exchangePassword']);

type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value and where it came from: a file or a variable. */
interface Origins {
  readonly values: Tree;
  readonly from: Map<string, string>;
}

/** Throws ConfigError with a line for every wrong key or value. */
export function loadConfig(source: ConfigSource): Config {
  const cwd = source.cwd ?? process.cwd();
  const dir = resolve(cwd, source.dir ?? (source.env['EXSYNC_CONFIG_DIR'] || besidePackage()));
  const problems: string[] = [];
  const merged: Origins = { values: {}, from: new Map() };

  const named = source.env['NODE_ENV'];
  const files = ['default.yaml', named && /^\w+$/.test(named) ? `${named}.yaml` : null, 'local.yaml'];
  for (const file of source.defaultsOnly ? ['default.yaml'] : files.filter((name) => name !== null)) {
    const path = join(dir, file);
    overlay(merged, readTree(path, file === 'default.yaml', problems), nameFrom(cwd, path), []);
  }
  const variables = readTree(join(dir, 'custom-environment-variables.yaml'), true, problems);
  if (problems.length > 0) throw new ConfigError(problems);

  applyEnvironment(merged, readVariables(variables, []), source.env, problems);
  const parsed = schema.safeParse(merged.values);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => describe(issue, merged)));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return absolute(parsed.data, cwd);
}

/** The config/ of this installation, from src/ and from dist/src/ alike. */
function besidePackage(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  return join(dir, 'config');
}

function nameFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

function readTree(path: string, required: boolean, problems: string[]): Tree {
  let yaml: string;
  try {
    yaml = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' || required) problems.push(`${path}: cannot be read (${code ?? 'unknown error'})`);
    return {};
  }
  // yaml's own message quotes the line, which may hold a password; pretty errors off keeps code and position.
  const document = parseDocument(yaml, { prettyErrors: false });
  const fault = document.errors[0];
  if (fault) {
    const line = yaml.slice(0, fault.pos[0]).split('\n').length;
    problems.push(`${path}: line ${line} is no valid YAML (${fault.code})`);
    return {};
  }
  const tree: unknown = document.toJS();
  if (tree === null) return {};
  if (isTree(tree)) return tree;
  problems.push(`${path}: expected keys with values, such as "http:" with "port: 8080" below it`);
  return {};
}

function overlay(onto: Origins, tree: Tree, origin: string, path: readonly string[]): void {
  for (const [key, value] of Object.entries(tree)) {
    const here = [...path, key];
    if (isTree(value)) overlay(onto, value, origin, here);
    else assign(onto, here, value, origin);
  }
}

function assign(onto: Origins, path: readonly string[], value: unknown, origin: string): void {
  let tree = onto.values;
  for (const key of path.slice(0, -1)) {
    const below = tree[key];
    if (isTree(below)) tree = below;
    else tree = tree[key] = {} as Tree;
  }
  tree[path.at(-1) ?? ''] = value;
  onto.from.set(path.join('.'), origin);
}

interface Variable {
  readonly path: readonly string[];
  readonly name: string;
  readonly format: unknown;
}

function readVariables(tree: Tree, path: readonly string[]): Variable[] {
  return Object.entries(tree).flatMap(([key, value]): Variable[] => {
    const here = [...path, key];
    if (typeof value === 'string') return [{ path: here, name: value, format: 'text' }];
    if (!isTree(value)) return [];
    const name = value['__name'];
    return typeof name === 'string'
      ? [{ path: here, name, format: value['__format'] }]
      : readVariables(value, here);
  });
}

function applyEnvironment(
  onto: Origins,
  variables: readonly Variable[],
  env: Environment,
  problems: string[],
): void {
  for (const variable of variables) {
    const given = env[variable.name];
    if (given) assign(onto, variable.path, parseVariable(given, variable.format), variable.name);
  }
  const known = ['EXSYNC_CONFIG_DIR', ...variables.map((variable) => variable.name)];
  for (const name of Object.keys(env)) {
    if (!name.startsWith('EXSYNC_') || known.includes(name)) continue;
    problems.push(`${name}: there is no such variable${suggestion(name, known)}`);
  }
}

/** Text that is no number stays text, so that the schema can say what was expected. */
function parseVariable(given: string, format: unknown): unknown {
  switch (format) {
    case 'number':
      return /^\s*-?\d+(\.\d+)?\s*$/.test(given) ? Number(given) : given;
    case 'list':
      return given.split(/[\s,]+/).filter((part) => part !== '');
    default:
      return given;
  }
}

function describe(issue: z.core.$ZodIssue, given: Origins): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shapeAt(path));
    return issue.keys.map((name) => {
      const key = [...path, name].join('.');
      return `${key}: there is no such key${suggestion(name, known)}${cameFrom(key, given)}`;
    });
  }
  const key = path.join('.');
  const expected = issue.message.startsWith('Invalid input') ? 'keys with values below it' : issue.message;
  return [`${key}: expected ${expected}, not ${shown(key, path, given)}${cameFrom(key, given)}`];
}

function shown(key: string, path: readonly string[], given: Origins): string {
  if ([...secretKeys].some((secret) => secret === key || secret.startsWith(`${key}.`)))
    return 'what is given (not shown, it may be secret)';
  let value: unknown = given.values;
  for (const step of path) value = (value as Tree | undefined)?.[step];
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}

function cameFrom(key: string, given: Origins): string {
  for (let path = key; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const origin = given.from.get(path);
    if (origin) return ` (from ${origin})`;
  }
  const below = [...given.from].find(([path]) => path.startsWith(`${key}.`));
  return below ? ` (from ${below[1]})` : '';
}

function shapeAt(path: readonly string[]): Tree {
  let shape: Tree = schema.shape;
  for (const step of path) {
    const below = shape[step];
    if (!(below instanceof z.ZodObject)) return {};
    shape = below.shape;
  }
  return shape;
}

function suggestion(name: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((one, other) => one.distance - other.distance)[0];
  const near = nearest && nearest.distance <= Math.max(2, name.length / 3);
  return near ? `; did you mean ${nearest.candidate}?` : '';
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

function absolute(config: Config, cwd: string): Config {
  const file = /^sqlite:(?!:memory:$)(.+)$/.exec(config.database.url)?.[1];
  return {
    ...config,
    database: { url: file ? `sqlite:${resolve(cwd, file)}` : config.database.url },
    secrets: { ...config.secrets, keyFile: resolve(cwd, config.secrets.keyFile) },
  };
}
