/** `exsync settings`: shows what the sync follows, and changes it by name. */
import type { Installation } from '../composition/installation.ts';
import { spokenSchema } from '../composition/spoken-schema.ts';
import { ConfigError } from '../errors.ts';
import { settingProblems } from '../scheduler/setting-problems.ts';
import { parseVersion, serverRelease } from '../ews/server-release.ts';
import { ewsSchemas, unsupportedFields } from '../ews/versions.ts';
import { schemaNames } from '../sync/administration.ts';
import type { ExchangeSettings, Settings } from '../sync/administration.ts';
import { modules } from '../sync/model.ts';
import { say, sayJson, table } from './answers.ts';

type Leaf = string | number | boolean | null;
type Tree = { readonly [name: string]: Leaf | Tree };

/** How Exchange is reached belongs to `exsync setup`, which tests it first. Only the schema is set here. */
const setUpElsewhere = 'exchange';
const schemaSetting = 'exchange.schema';

export async function settings(
  { stores }: Installation,
  assignments: readonly string[],
  json: boolean,
): Promise<void> {
  const { version, settings: present } = await stores.settings.load();
  if (assignments.length === 0) return show(present, json);
  const changed = assignments.reduce((tree, assignment) => assign(tree, assignment), asTree(present));
  const problems = settingProblems(stores.settings, changed);
  if (problems.length > 0) {
    throw new ConfigError(problems.map(({ path, message }) => `${path}: ${message}`));
  }
  await stores.settings.save(changed as unknown as Settings, version, 'exsync settings');
  show((await stores.settings.load()).settings, json);
}

function show(present: Settings, json: boolean): void {
  const { exchange, ...rest } = present;
  const shown = exchange === null ? rest : { ...rest, exchange: exchangeShown(exchange) };
  if (json) sayJson(shown);
  else say(table(leavesOf(asTree(shown), '')));
}

function exchangeShown(exchange: ExchangeSettings): object {
  const { schema, serverVersion } = exchange;
  const version = serverVersion === undefined ? null : parseVersion(serverVersion);
  const release = version && serverRelease(version);
  const spoken = spokenSchema(exchange);
  return {
    schema,
    release: release && `${release.name} (${serverVersion})`,
    spoken,
    unsupported: Object.fromEntries(
      modules.map((module) => [module, spoken === null ? [] : unsupportedFields(ewsSchemas[spoken], module)]),
    ),
  };
}

function asTree(value: object): Tree {
  return JSON.parse(JSON.stringify(value)) as Tree;
}

function leavesOf(tree: Tree, prefix: string): string[][] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, String(value)]],
  );
}

/** `modules.contacts.winner=exchange`; a schedule changes its kind as a whole. */
function assign(tree: Tree, assignment: string): Tree {
  const [, path = '', text = ''] = /^([\w.]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === '') throw new ConfigError([`"${assignment}": expected NAME=VALUE.`]);
  const names = path.split('.');
  if (path === schemaSetting) return withSchema(tree, text);
  if (names[0] === setUpElsewhere) throw new ConfigError([`${path}: use \`exsync setup\` for it.`]);
  if (names[2] === 'mapping') {
    throw new ConfigError([`${path}: use \`exsync mapping ${names[1]} FIELD=EXCHANGEFIELD\` for it.`]);
  }
  if (names[0] === 'schedule' && names.length === 2) {
    const kept = names[1] === 'everyMinutes' ? {} : withoutInterval(tree['schedule']);
    return { ...tree, schedule: { ...kept, [names[1] ?? '']: parsed(text) } };
  }
  return replaced(tree, names, parsed(text), path);
}

function withSchema(tree: Tree, text: string): Tree {
  const { exchange } = tree;
  if (typeof exchange !== 'object' || exchange === null)
    throw new ConfigError([`${schemaSetting}: Exchange is not set up yet: run \`exsync setup\`.`]);
  const known: readonly string[] = ['auto', ...schemaNames];
  if (!known.includes(text)) {
    throw new ConfigError([`${schemaSetting}: there is no "${text}"; there is ${known.join(', ')}.`]);
  }
  return { ...tree, exchange: { ...exchange, schema: text } };
}

/** A cron expression takes the place of an interval; its zone is UTC until another is given. */
function withoutInterval(schedule: Leaf | Tree | undefined): Tree {
  const isCron = typeof schedule === 'object' && schedule !== null && 'cron' in schedule;
  return isCron ? schedule : { cron: '*/5 * * * *', zone: 'UTC' };
}

function replaced(tree: Tree, [name = '', ...rest]: readonly string[], value: Leaf, path: string): Tree {
  const present = tree[name];
  if (present === undefined) {
    throw new ConfigError([`${path}: there is no such setting; \`exsync settings\` shows them.`]);
  }
  if (rest.length === 0) {
    if (typeof present === 'object' && present !== null) {
      throw new ConfigError([
        `${path}: a group of settings; name one of ${Object.keys(present).join(', ')}.`,
      ]);
    }
    return { ...tree, [name]: value };
  }
  if (typeof present !== 'object' || present === null) {
    throw new ConfigError([`${path}: there is no such setting; \`exsync settings\` shows them.`]);
  }
  return { ...tree, [name]: replaced(present, rest, value, path) };
}

function parsed(text: string): Leaf {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
