import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../errors.ts';
import type { Settings, SettingsStore } from '../../sync/administration.ts';
import type { Clock } from '../../sync/ports.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { settingsEntity } from '../entities/settings.ts';
import type { SettingsRow } from '../entities/settings.ts';
import { selectOne } from '../fixed-sql.ts';
import { recordAudit } from './audit-store.ts';
import { defaultSettings, settingsSchema } from './settings-schema.ts';

const onlyRow = 1;

export function createSettingsStore(database: Database, clock: Clock): SettingsStore {
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

    async save(settings, version, actor) {
      const text = JSON.stringify(validated(settings));
      return database.transaction(async (manager) => {
        await loadRow(manager);
        const saved = await manager
          .createQueryBuilder()
          .update(settingsEntity)
          .set({ settings: text, version: version + 1 })
          .where('id = :id AND version = :version', { id: onlyRow, version })
          .execute();
        if (saved.affected !== 1) {
          throw new Error(
            'Someone else saved the settings meanwhile; load them again and repeat the change.',
          );
        }
        await recordAudit(manager, clock(), actor, 'settings.saved', { version: version + 1 });
        return version + 1;
      });
    },

    async installationId() {
      installationId ??= (await presentRow(database)).installationId;
      return installationId;
    },
  };
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
  throw new ConfigError(
    result.error.issues.map((issue) => `settings.${issue.path.join('.')}: ${issue.message}`),
  );
}
