import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ConfigError, SettingsChangedError } from '../../errors.ts';
import type { Settings, SettingsStore } from '../../sync/administration.ts';
import { modules } from '../../sync/model.ts';
import type { Clock } from '../../sync/ports.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { settingsEntity } from '../entities/settings.ts';
import type { SettingsRow } from '../entities/settings.ts';
import { selectOne } from '../fixed-sql.ts';
import type { KeyRing } from '../key-ring.ts';
import { recordAudit } from './audit-store.ts';
import { saveCredential } from './credential-store.ts';
import { isFolderRead } from './mailbox-module-store.ts';
import { forgetLookUps } from './mailbox-store.ts';
import { problemsOf, schemaProblems } from './schema-problems.ts';
import { defaultSettings, settingsSchema } from './settings-schema.ts';

const onlyRow = 1;

export function createSettingsStore(database: Database, keys: KeyRing, clock: Clock): SettingsStore {
  /** Made with the row and never changed. */
  let installationId: string | null = null;
  /** Of the text that was read last: every run loads the settings, and they seldom change. */
  let parsed: { readonly text: string; readonly settings: Settings } | null = null;
  return {
    async load() {
      const { version, settings: text } = await presentRow(database);
      if (parsed?.text !== text) parsed = { text, settings: deepFreeze(validated(JSON.parse(text))) };
      return { version, settings: parsed.settings };
    },

    check: schemaProblems,

    save: async (settings, version, actor, proven) =>
      database.transaction(async (manager) => {
        const present = await presentAt(manager, version);
        await refuseOtherTargets(manager, present, settings);
        const saved = await saveSettings(manager, settings, version);
        if (proven?.account) await saveCredential(manager, keys, proven.account);
        if (proven) await forgetLookUps(manager);
        await recordAudit(manager, clock(), actor, 'settings.saved', { version: saved });
        return saved;
      }),

    async installationId() {
      installationId ??= (await presentRow(database)).installationId;
      return installationId;
    },
  };
}

/** For changes within a transaction that has checked them itself. */
export async function changeSettings(
  clock: Clock,
  manager: EntityManager,
  changed: (settings: Settings) => Settings,
  actor: string,
): Promise<void> {
  const { version, settings } = await loadRow(manager);
  const saved = await saveSettings(manager, changed(validated(JSON.parse(settings))), version);
  await recordAudit(manager, clock(), actor, 'settings.saved', { version: saved });
}

/** Items would stay in the folder that is no longer looked into, and count as gone. */
async function refuseOtherTargets(
  manager: EntityManager,
  present: Settings,
  wanted: Settings,
): Promise<void> {
  for (const module of modules) {
    const { target } = wanted.modules[module];
    if (target === present.modules[module].target || !(await isFolderRead(manager, module))) continue;
    throw new ConfigError([
      `modules.${module}.target: the ${module} of a mailbox were read already; ` +
        `\`exsync folders ${module} ${target}\` moves what is linked and then changes it (--preview shows what).`,
    ]);
  }
}

async function saveSettings(manager: EntityManager, settings: Settings, version: number): Promise<number> {
  const text = JSON.stringify(validated(settings));
  await loadRow(manager);
  const saved = await manager
    .createQueryBuilder()
    .update(settingsEntity)
    .set({ settings: text, version: version + 1 })
    .where('id = :id AND version = :version', { id: onlyRow, version })
    .execute();
  if (saved.affected !== 1) throw changedMeanwhile();
  return version + 1;
}

function changedMeanwhile(): SettingsChangedError {
  return new SettingsChangedError(
    'Someone else saved the settings meanwhile; load them again and repeat the change.',
  );
}

/** What is wrong with a change is told to who knows what he changes: first comes whether these are the settings he saw. */
async function presentAt(manager: EntityManager, version: number): Promise<Settings> {
  const row = await loadRow(manager);
  if (row.version !== version) throw changedMeanwhile();
  return validated(JSON.parse(row.settings));
}

/** Reading takes the write lock only to make the row. */
async function presentRow(database: Database): Promise<SettingsRow> {
  const known = await database.read((manager) =>
    selectOne<SettingsRow>(manager, 'SELECT * FROM `settings` WHERE `id` = ?', [onlyRow]),
  );
  return known ?? database.transaction(loadRow);
}

/** The one row, made when it is first asked for. */
async function loadRow(manager: EntityManager): Promise<SettingsRow> {
  const known = await manager.findOneBy(settingsEntity, { id: onlyRow });
  if (known) return known;
  const settings = JSON.stringify(defaultSettings);
  const first = { id: onlyRow, version: 1, settings, installationId: randomUUID() };
  await bulkInsert(manager, settingsEntity, [first], { kind: 'ignore' });
  return manager.findOneByOrFail(settingsEntity, { id: onlyRow });
}

/** Whoever loads them gets the same object. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

function validated(value: unknown): Settings {
  const result = settingsSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues);
  throw new ConfigError(problems.map(({ path, message }) => `settings.${path}: ${message}`));
}
