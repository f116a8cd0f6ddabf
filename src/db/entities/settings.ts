import { EntitySchema } from 'typeorm';

/** Exactly one row, id 1. */
export interface SettingsRow {
  id: number;
  version: number;
  settings: string;
  installationId: string;
}

export const settingsEntity = new EntitySchema<SettingsRow>({
  name: 'settings',
  tableName: 'settings',
  columns: {
    id: { type: 'integer', primary: true },
    version: { type: 'integer' },
    settings: { type: 'text' },
    installationId: { type: 'varchar' },
  },
});
